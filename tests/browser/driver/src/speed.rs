//! Measures the client in a page, beside others.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use qix_chromium::Window;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::bind::Program;
use crate::{Told, serve};

/// Longest time for all turns.
const PATIENCE: Duration = Duration::from_secs(1800);

/// Precise figures of memory, and garbage collection by the page.
const FLAGS: [&str; 2] = ["--enable-precise-memory-info", "--js-flags=--expose-gc"];

/// Returns the figures that the page reports, as JSON. Arguments: the server, the number of rounds, the duration of a turn, the
/// profile of the module, and a module with other clients.
pub(crate) async fn measure(arguments: &[String]) -> Result<String> {
    let [url, rounds, seconds, profile, peers @ ..] = arguments else { bail!("it has four arguments") };
    let files = tempfile::tempdir()?;
    Program { package: "qix-browser-speed", profile, features: "" }.build(files.path())?;
    std::fs::write(files.path().join("index.html"), include_str!("speed.html"))?;
    let mut query = format!("url={url}&rounds={rounds}&seconds={seconds}");
    if let [peers] = peers {
        std::fs::copy(Path::new(peers), files.path().join("peers.js")).context("the other clients")?;
        query += "&peers";
    }
    let (tell, mut told) = mpsc::channel(1);
    let (_next, answers) = mpsc::channel(1);
    let address = serve::start(files.path().to_owned(), tell, answers).await?;
    let _browser = Window::open(&format!("http://{address}/?{query}"), &FLAGS);
    match timeout(PATIENCE, told.recv()).await.context("the page is not done in time")? {
        Some(Told::Figures { figures }) => Ok(figures.to_string()),
        Some(Told::Result { error, .. }) => bail!(error.unwrap_or_default()),
        _ => bail!("the page tells something else"),
    }
}
