//! `cargo xtask explore`: serves a page to try methods of an engine by hand.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::process::ExitCode;

use clap::Parser;
use qix_conform::credentials::Credentials;
use qix_explore::{Explorer, Target};

/// Serves a page to try every method of an engine by hand. Only this computer can open it, at the address that is
/// printed.
///
/// Without a URL, it uses the in-memory engine with the app `sales`.
#[derive(Parser)]
#[command(name = "cargo xtask explore", bin_name = "cargo xtask explore")]
struct Arguments {
    /// URL of an engine, such as ws://localhost:4848/app/.
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    credentials: Credentials,
    /// Port of the page. Defaults to a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let target = match arguments.url {
        Some(url) => Target::engine(&url, arguments.credentials.builder(&url)),
        None => Target::in_memory().await?,
    };
    let explorer = Explorer::start(target, arguments.port).await?;
    println!("open {}", explorer.url());
    println!("Ctrl+C ends it");
    explorer.run().await;
    Ok(())
}
