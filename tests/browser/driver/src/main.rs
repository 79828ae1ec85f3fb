//! Builds the page, starts a headless browser that runs its tests one by one, and prints the results.
//!
//! The page starts engines of its own by requests to this program. No driver protocol is in between, which would slow the
//! page. Arguments are parts of the names of the tests to run.
//!
//! `build PACKAGE FOLDER FEATURES` only builds a small module, for `size/run`.

mod bind;
mod browser;
mod engines;
mod serve;

use std::collections::VecDeque;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::bind::Program;

/// Longest time for a test.
const PATIENCE: Duration = Duration::from_secs(120);

/// This test ends with a panic, which the page must notice.
const PANICS: &str = "a_panic_is_reported";

/// The page of the example, which a test opens in a frame.
const EXAMPLE: &str = include_str!("../../../../qix-client/examples/browser/index.html");

/// What the page tells.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum Told {
    /// The tests that it has.
    Names { names: Vec<String> },
    /// The result of one.
    Result { name: String, millis: f64, error: Option<String> },
}

fn main() -> Result<ExitCode> {
    let filters: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, package, out, features] = &*filters
        && verb == "build"
    {
        Program { package, profile: "size", features }.build(Path::new(out))?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(program) = browser::find() else {
        if std::env::var_os("QIX_REQUIRE_BROWSER").is_some() {
            bail!("there is no chromium in PATH or in QIX_BROWSER");
        }
        eprintln!("skipped: there is no chromium in PATH (Debian: apt-get install chromium) or in QIX_BROWSER");
        return Ok(ExitCode::SUCCESS);
    };
    let files = tempfile::tempdir()?;
    std::fs::create_dir_all(files.path().join("example/pkg"))?;
    Program { package: "qix-browser-page", profile: "dev", features: "" }.build(files.path())?;
    Program { package: "qix-browser-example", profile: "dev", features: "" }
        .build(&files.path().join("example/pkg"))?;
    std::fs::write(files.path().join("example/index.html"), EXAMPLE)?;
    std::fs::write(files.path().join("index.html"), include_str!("index.html"))?;
    std::fs::write(files.path().join("worker.js"), include_str!("worker.js"))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(run(&program, files.path(), &filters))
}

async fn run(program: &Path, files: &Path, filters: &[String]) -> Result<ExitCode> {
    let (tell, mut told) = mpsc::channel(1);
    let (next, answers) = mpsc::channel(1);
    let address = serve::start(files.to_owned(), tell, answers).await?;
    let _browser = browser::Browser::start(program, &format!("http://{address}/"))?;

    let mut waiting = VecDeque::new();
    let mut failures = Vec::new();
    let mut passed = 0;
    let mut current = "the page".to_owned();
    loop {
        let Ok(news) = timeout(PATIENCE, told.recv()).await else {
            failures.push(format!("{current}: no result within {PATIENCE:?}"));
            break;
        };
        match news.context("the server has ended")? {
            Told::Names { names } => {
                let wanted = |name: &String| filters.is_empty() || filters.iter().any(|part| name.contains(part));
                waiting = names.into_iter().filter(wanted).collect();
                println!("\nrunning {} tests in {}", waiting.len(), program.display());
            }
            Told::Result { name, millis, error } => {
                let error = match error {
                    Some(error) if name == PANICS && error.contains("this panic is meant") => None,
                    None if name == PANICS => Some("the page has not noticed the panic".to_owned()),
                    error => error,
                };
                println!("test {name} ... {} ({millis:.0} ms)", if error.is_none() { "ok" } else { "FAILED" });
                match error {
                    None => passed += 1,
                    Some(error) => failures.push(format!("{name}: {error}")),
                }
            }
        }
        current = waiting.pop_front().unwrap_or_default();
        next.send(current.clone()).await?;
        if current.is_empty() {
            break;
        }
    }
    for failure in &failures {
        println!("\n{failure}");
    }
    println!("\n{passed} passed, {} failed", failures.len());
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
