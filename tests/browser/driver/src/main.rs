//! Builds the page, starts a headless browser that runs its tests one by one, and prints the results.
//!
//! The page starts engines of its own by requests to this program. No driver protocol is in between, which would slow the
//! page. Arguments are parts of the names of the tests to run.
//!
//! `build PACKAGE FOLDER FEATURES` only builds a small module, for `size/run`. `speed URL ROUNDS SECONDS PROFILE [PEERS]`
//! measures the client in a page, and prints the figures as JSON, for `cargo xtask speed --browser`.

mod bind;
mod clicks;
mod engines;
mod serve;
mod speed;

use std::collections::VecDeque;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use qix_chromium::Window;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::bind::Program;

/// Longest time for a test.
const PATIENCE: Duration = Duration::from_secs(120);

/// Tests that end with a panic, and the text that the page must report.
const PANICS: [(&str, &str); 2] =
    [("a_panic_is_reported", "this panic is meant"), ("a_panic_closes_the_session", "closed with 1000")];

/// The examples: the folder that is served, the package, and the page.
const EXAMPLES: [(&str, &str, &str); 2] = [
    // A test opens it in a frame.
    ("example", "qix-browser-example", include_str!("../../../../qix-client/examples/browser/index.html")),
    ("yew", "qix-browser-yew", include_str!("../../../../qix-client/examples/browser-yew/index.html")),
];

/// What the page tells.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(crate) enum Told {
    /// The tests that it has.
    Names { names: Vec<String> },
    /// The result of one.
    Result { name: String, millis: f64, error: Option<String> },
    /// What it has measured.
    Figures { figures: serde_json::Value },
}

fn main() -> Result<ExitCode> {
    let filters: Vec<String> = std::env::args().skip(1).collect();
    if let [verb, package, out, features] = &*filters
        && verb == "build"
    {
        Program { package, profile: "size", features }.build(Path::new(out))?;
        return Ok(ExitCode::SUCCESS);
    }
    if qix_chromium::find().is_none() {
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    if filters.first().is_some_and(|verb| verb == "speed") {
        println!("{}", runtime.block_on(speed::measure(&filters[1..]))?);
        return Ok(ExitCode::SUCCESS);
    }
    let files = tempfile::tempdir()?;
    Program { package: "qix-browser-page", profile: "dev", features: "" }.build(files.path())?;
    for (folder, package, page) in EXAMPLES {
        let folder = files.path().join(folder);
        std::fs::create_dir_all(folder.join("pkg"))?;
        Program { package, profile: "dev", features: "" }.build(&folder.join("pkg"))?;
        std::fs::write(folder.join("index.html"), page)?;
    }
    std::fs::write(files.path().join("index.html"), include_str!("index.html"))?;
    std::fs::write(files.path().join("worker.js"), include_str!("worker.js"))?;
    runtime.block_on(run(files.path(), &filters))
}

async fn run(files: &Path, filters: &[String]) -> Result<ExitCode> {
    let (tell, mut told) = mpsc::channel(1);
    let (next, answers) = mpsc::channel(1);
    let address = serve::start(files.to_owned(), tell, answers).await?;
    let _browser = Window::open(&format!("http://{address}/"), &[]);

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
                println!("\nrunning {} tests", waiting.len());
            }
            Told::Figures { .. } => bail!("the page of the tests measures nothing"),
            Told::Result { name, millis, error } => {
                let panic = PANICS.iter().find(|(test, _)| *test == name);
                let error = match (error, panic) {
                    (Some(error), Some((_, noticed))) if error.contains(noticed) => None,
                    (None, Some(_)) => Some("the page has not noticed the panic".to_owned()),
                    (error, _) => error,
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
    if filters.is_empty() || filters.iter().any(|part| clicks::NAME.contains(&**part)) {
        let outcome = clicks::the_yew_page_selects_by_clicking(address).await;
        println!("test {} ... {}", clicks::NAME, if outcome.is_ok() { "ok" } else { "FAILED" });
        match outcome {
            Ok(()) => passed += 1,
            Err(error) => failures.push(format!("{}: {error:#}", clicks::NAME)),
        }
    }
    for failure in &failures {
        println!("\n{failure}");
    }
    println!("\n{passed} passed, {} failed", failures.len());
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
