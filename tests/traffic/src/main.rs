//! `cargo xtask traffic`: analyzes recorded traffic with an engine.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use qix_traffic::{Filter, Log, Options, format, page, terminal};

/// Above this size, less is kept of each message, so that the log fits into memory.
const LARGE: u64 = 256 << 20;

/// Analyzes recorded traffic with an engine.
///
/// A log has one {"dir": ">" or "<", "msg": {…}} per line, optionally with "at", in microseconds since the start. Other
/// logs are a HAR file from the network panel of a browser, a traffic file of enigma-go, the output of corectl --traffic,
/// and what enigma.js shows in a console.
/// Without options, prints an overview. Filters can be combined. Payloads are abbreviated, and secrets are never shown.
#[derive(Parser)]
#[command(name = "cargo xtask traffic", bin_name = "cargo xtask traffic")]
struct Arguments {
    /// The log file.
    log: PathBuf,
    /// Show the request with this ID and its response.
    #[arg(long, value_name = "N")]
    id: Option<i64>,
    /// Show the object with this handle and all calls on it.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    handle: Option<i64>,
    /// Show the calls that made the data of a handle stale.
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    invalidated: Option<i64>,
    /// List all objects with their calculations and calculation times.
    #[arg(long)]
    objects: bool,
    /// List calls whose method name contains this string.
    #[arg(long, value_name = "TEXT")]
    method: Option<String>,
    /// List calls whose request or response contains this string.
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// List calls that failed, found nothing, or got no response.
    #[arg(long)]
    errors: bool,
    /// List the slowest calls.
    #[arg(long, value_name = "N")]
    slowest: Option<usize>,
    /// Maximum number of rows; 0 shows all.
    #[arg(long, value_name = "N", default_value_t = 100)]
    limit: usize,
    /// Write a web page to this file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<()> {
    let log = read(arguments)?;
    let mut answers = Vec::new();
    let filter = Filter {
        id: arguments.id,
        handle: arguments.handle,
        method: arguments.method.clone(),
        text: arguments.text.is_some(),
        errors: arguments.errors,
    };
    if let Some(handle) = arguments.handle {
        answers.push(terminal::about(&log, handle));
    }
    if let Some(count) = arguments.slowest {
        answers.push(terminal::slowest(&log, &filter, count));
    } else if filter.id.is_some() {
        answers.push(terminal::pair(&log, &filter));
    } else if filter.handle.is_some() || filter.method.is_some() || filter.text || filter.errors {
        answers.push(terminal::list(&log, &filter, arguments.limit));
    }
    if let Some(handle) = arguments.invalidated {
        answers.push(terminal::invalidated(&log, handle, arguments.limit));
    }
    if arguments.objects {
        answers.push(terminal::objects(&log, arguments.limit));
    }
    if let Some(html) = &arguments.html {
        write_page(&log, &arguments.log, html)?;
        answers.push(format!("{} is written; open it in a browser\n", html.display()));
    } else if answers.is_empty() {
        answers.push(terminal::overview(&log, arguments.limit));
    }
    // The reader may close the pipe early, as `head` does.
    match std::io::stdout().lock().write_all(answers.join("\n").as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error).context("cannot write the answer"),
        _ => Ok(()),
    }
}

fn read(arguments: &Arguments) -> Result<Log> {
    let path = &arguments.log;
    let file = File::open(path).with_context(|| format!("cannot open the log {}", path.display()))?;
    let large = file.metadata().is_ok_and(|facts| facts.len() > LARGE);
    let options = Options { payload: if large { 1_000 } else { 4_000 }, text: arguments.text.clone() };
    let lines = format::lines(BufReader::with_capacity(1 << 20, file)).with_context(|| path.display().to_string())?;
    let log = Log::read(lines, &options).with_context(|| path.display().to_string())?;
    let mut bad = log.faults.iter().filter(|fault| fault.reason.is_loss());
    if let Some(first) = bad.next() {
        let (others, path) = (bad.count(), path.display());
        eprintln!("note: {path}, line {}: {}; {others} more of such lines, see the overview", first.line, first.reason);
    }
    Ok(log)
}

fn write_page(log: &Log, source: &Path, path: &Path) -> Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write the page {}", path.display()))?;
    let mut file = BufWriter::new(file);
    let title = source.file_name().unwrap_or_default().to_string_lossy();
    let written = page::write(log, &title, &mut file).and_then(|()| file.flush());
    written.with_context(|| format!("cannot write the page {}", path.display()))
}
