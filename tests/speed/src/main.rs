//! `cargo xtask speed`: compares the client with others against a server that only sends prepared responses.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod browser;
mod clients;
mod gauge;
mod run;
mod select;
mod server;
mod tables;
mod workload;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use clients::Name;
use workload::Workload;

/// Compares the client with others: calls on one socket, pages of 10,000 cells, exports, deltas, and memory.
///
/// Each measurement runs in its own process, against a server in another process. Clients take turns for several
/// rounds, and the results are medians. The JavaScript clients need Node.js and `npm ci` in tests/speed/peers.
#[derive(Parser)]
#[command(name = "cargo xtask speed", bin_name = "cargo xtask speed", args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Number of turns per client.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// Duration of a turn, after a warm-up of half of it.
    #[arg(long, value_name = "SECONDS", default_value = "1")]
    seconds: f64,
    /// Only check that all clients work, with one short turn each.
    #[arg(long)]
    quick: bool,
    /// Fail if a client is not available.
    #[arg(long)]
    all: bool,
    /// Measure only this client, and the bare socket.
    #[arg(long)]
    ours: bool,
    /// Another build of this program, of an earlier commit, whose client is measured beside this one.
    #[arg(long, value_name = "PROGRAM")]
    beside: Option<PathBuf>,
    /// Measure in a page of a headless browser instead.
    #[arg(long)]
    browser: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// Other measurements, and processes of a measurement.
#[derive(clap::Subcommand)]
enum Part {
    /// Measures the memory of sessions without calls, all in one process.
    ///
    /// Each needs a file descriptor in two processes: see `ulimit -n`.
    Idle {
        /// Number of sessions.
        #[arg(default_value_t = 10_000)]
        sessions: u32,
        /// Another build of this program, of an earlier commit, whose sessions are measured beside these.
        #[arg(long, value_name = "PROGRAM")]
        beside: Option<PathBuf>,
    },
    /// Selects many values of a field, and compares it with reading them.
    Select(select::Size),
    /// Runs the server until standard input is closed.
    #[command(hide = true)]
    Serve,
    /// Runs a turn and reports it.
    #[command(hide = true)]
    Turn { client: Name, workload: Workload, url: String, seconds: f64 },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.part {
        Some(Part::Select(size)) => select::run(size),
        Some(Part::Serve) => server::run(),
        Some(Part::Idle { sessions, beside }) => idle(sessions, beside.as_deref()),
        Some(Part::Turn { client, workload, url, seconds }) => {
            clients::take_turn(client, workload, url, Duration::from_secs_f64(seconds))
        }
        None => measure(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<()> {
    let (rounds, seconds) = if arguments.quick { (1, 0.02) } else { (arguments.rounds.max(1), arguments.seconds) };
    if arguments.browser {
        let profile = if arguments.quick { "dev" } else { "size" };
        if let Some(figures) = browser::run(rounds, seconds, arguments.all, profile)? {
            print!("{figures}");
        }
        return Ok(());
    }
    let (beside, ours) = (arguments.beside.clone(), arguments.ours);
    let results = run::run(&run::Options { rounds, seconds, all: arguments.all, ours, beside })?;
    print!("{}", tables::Tables(&results));
    Ok(())
}

fn idle(sessions: u32, beside: Option<&Path>) -> Result<()> {
    for (name, bytes) in run::idle(sessions, beside)? {
        println!("{}: {sessions} sessions without calls, {bytes:.0} bytes each", name.title());
    }
    Ok(())
}
