//! `cargo xtask conform`: checks on an engine what the client relies on.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use qix_conform::credentials::Credentials;
use qix_conform::{Limits, Target, page, run};
use qix_test_engine::TestEngine;

/// Checks on an engine what the client relies on, in session apps of its own.
///
/// It changes nothing on the engine. Without a URL, it uses the in-memory engine. Exits with 1 if a fact fails, and with
/// 2 if the engine cannot be used.
#[derive(Parser)]
#[command(name = "cargo xtask conform", bin_name = "cargo xtask conform")]
struct Arguments {
    /// URL of an engine, such as wss://sense.corp/jwt/app/ or wss://acme.eu.qlikcloud.com
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    credentials: Credentials,
    /// Whether the address names the session app, as in Qlik Cloud, or CreateSessionApp creates it. Defaults to the
    /// former for hosts of Qlik Cloud
    #[arg(long, value_name = "BOOL")]
    named_session_apps: Option<bool>,
    /// Write a report as JSON, which can be sent to the project
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Seconds for each fact
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    fact_limit: u64,
    /// Seconds for all facts
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    limit: u64,
    /// Print the list of facts as a page of the documentation, and exit
    #[arg(long)]
    page: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.page {
        print!("{}", page());
        return ExitCode::SUCCESS;
    }
    match conform(arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Checks the facts; returns whether all of them hold.
async fn conform(arguments: Arguments) -> Result<bool, Box<dyn Error>> {
    let engine = match arguments.url {
        Some(_) => None,
        None => Some(TestEngine::start().await?),
    };
    let url = arguments.url.or_else(|| engine.as_ref().map(TestEngine::url)).unwrap_or_default();
    let named = arguments.named_session_apps.unwrap_or_else(|| url.contains(".qlikcloud.com"));
    let target = Target::new(arguments.credentials.builder(url), named);
    let seconds = Duration::from_secs;
    let limits = Limits::default().with_fact(seconds(arguments.fact_limit)).with_all(seconds(arguments.limit));
    let report = run(&target, limits, |checked| println!("{checked}")).await?;
    println!("{report}");
    if let Some(path) = arguments.report {
        fs::write(&path, serde_json::to_string_pretty(&report)?)?;
        println!("the report is in {}", path.display());
    }
    Ok(report.all_hold())
}
