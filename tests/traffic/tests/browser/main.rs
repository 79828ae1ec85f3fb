//! Tests the page in a browser. Skipped with a message if there is no Chromium.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

mod large;
#[path = "../common/mod.rs"]
mod sample;
mod ways;

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use qix_chromium::Browser;
use qix_traffic::{Log, Options, page};

/// A page for a log, in a folder that is deleted with the first value.
fn page_about(log: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    let log = Log::read(log.as_bytes(), &Options::default()).unwrap();
    page::write(&log, "dashboard.jsonl", &mut BufWriter::new(std::fs::File::create(&file).unwrap())).unwrap();
    (folder, file)
}

/// Opens a page in a file and waits until it has shown the messages.
fn open(browser: &Browser, file: &Path, fragment: &str) {
    let url = format!("file://{}#{fragment}", file.display());
    browser.open(&url, "document.body?.dataset.ready && !document.getElementById('status').dataset.busy");
}

const STATUS: &str = "return document.getElementById('status').textContent;";
const TITLE: &str = "return document.querySelector('#detail h2').textContent;";
const SETTLED: &str = "!document.getElementById('status').dataset.busy";
