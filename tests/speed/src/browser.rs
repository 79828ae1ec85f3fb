//! Clients in a page of a headless browser: this one beside a bare WebSocket and clients in JavaScript.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::gauge::median;
use crate::run::{Server, obstacle, peers};
use crate::tables;

/// What the page has measured.
#[derive(Deserialize)]
pub(crate) struct Figures {
    rates: Vec<Rate>,
    memory: Vec<Memory>,
}

#[derive(Deserialize)]
struct Rate {
    name: String,
    workload: String,
    rate: f64,
}

/// Bytes.
#[derive(Deserialize)]
struct Memory {
    name: String,
    kept: f64,
    peak: f64,
}

const WORKLOADS: [&str; 4] = ["calls 1", "calls 64", "calls 1000", "pages"];

/// Opens the page, and returns its figures. No debugger is attached while it measures.
pub(crate) fn run(rounds: usize, seconds: f64, all: bool, profile: &str) -> Result<Option<Figures>> {
    let server = Server::start()?;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("it is in a folder")?.join("browser");
    let mut driver = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    driver.args(["run", "--quiet", "--locked", "--manifest-path"]).arg(workspace.join("Cargo.toml"));
    driver.args(["-p", "qix-browser-driver", "--", "speed", &server.url]);
    driver.args([rounds.to_string(), seconds.to_string(), profile.to_owned()]);
    let files = std::env::temp_dir().join(format!("qix-speed-{}", std::process::id()));
    std::fs::create_dir_all(&files)?;
    match bundle(&files) {
        Ok(module) => {
            driver.arg(module);
        }
        Err(error) if !all => eprintln!("skipped, JavaScript clients: {error}"),
        Err(error) => return Err(error),
    }
    // Of its own: a folder that two workspaces share is built again and again.
    if std::env::var_os("CARGO_TARGET_DIR").is_none() {
        driver.env("CARGO_TARGET_DIR", workspace.join("../../target/browser"));
    }
    let output = driver.stderr(std::process::Stdio::inherit()).output();
    std::fs::remove_dir_all(&files).ok();
    let output = output.context("cargo does not start")?;
    ensure!(output.status.success(), "the page measures nothing");
    // Without a browser, the driver has said so.
    match output.stdout.is_empty() {
        true => Ok(None),
        false => Ok(Some(serde_json::from_slice(&output.stdout)?)),
    }
}

/// A module with the JavaScript clients.
fn bundle(files: &Path) -> Result<std::path::PathBuf> {
    if let Some(obstacle) = obstacle() {
        anyhow::bail!(obstacle);
    }
    let module = files.join("peers.js");
    let mut esbuild = Command::new(peers().join("node_modules/.bin/esbuild"));
    esbuild.args(["browser.mjs", "--bundle", "--format=esm", "--minify", "--log-level=warning"]);
    let status = esbuild.arg(format!("--outfile={}", module.display())).current_dir(peers()).status();
    let status = status.context("esbuild does not start; run `npm ci` in tests/speed/peers")?;
    ensure!(status.success(), "esbuild does not bundle the clients");
    Ok(module)
}

impl std::fmt::Display for Figures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rates: HashMap<(&str, &str), Vec<f64>> = HashMap::new();
        for rate in &self.rates {
            rates.entry((&rate.name, &rate.workload)).or_default().push(rate.rate);
        }
        let rate = |name: &str, workload: &str| median(rates.get(&(name, workload))?.clone());
        let mut table =
            tables::table(&["", "1 in flight", "64", "1,000", "pages of 10,000 cells", "memory", "at most"]);
        for Memory { name, kept, peak } in &self.memory {
            let mut row = vec![if name == "bare" { "bare WebSocket".to_owned() } else { name.clone() }];
            row.extend(WORKLOADS.map(|workload| match (rate(name, workload), rate("bare", workload)) {
                (Some(rate), Some(bare)) => format!("{} ({:.2})", tables::grouped(rate), rate / bare),
                _ => tables::unknown(),
            }));
            row.extend([kept, peak].map(|bytes| format!("{:.1} MiB", bytes / 1_048_576.0)));
            table.add_row(row);
        }
        writeln!(f, "\nIn a page, on one socket: per second, relative to a WebSocket alone, which parses nothing;")?;
        writeln!(f, "memory with 1,000 calls in flight: objects of JavaScript and the module's own")?;
        writeln!(f, "{table}")
    }
}
