//! `cargo xtask speed`: measures the client beside others, against one server that does nothing but answer.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod clients;
mod gauge;
mod load;
mod run;
mod server;
mod tables;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use clients::Name;
use load::Load;

/// Measures the client beside others: calls on one socket, pages of 10,000 cells, differences, memory.
///
/// Each measurement is a process of its own, against one server in another; clients take turns, round after round, and
/// the medians count. Clients in JavaScript need Node.js and `npm ci` in tests/speed/peers.
#[derive(Parser)]
#[command(name = "cargo xtask speed", bin_name = "cargo xtask speed", args_conflicts_with_subcommands = true)]
struct Arguments {
    /// How often each client has its turn.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// How long a turn takes, after half as long to warm up.
    #[arg(long, value_name = "SECONDS", default_value = "1")]
    seconds: f64,
    /// Only see whether all clients work: one short turn each.
    #[arg(long)]
    quick: bool,
    /// Fail if a client cannot be measured here.
    #[arg(long)]
    all: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

/// The processes of a measurement.
#[derive(clap::Subcommand)]
enum Part {
    /// Answers until the standard input ends.
    #[command(hide = true)]
    Serve,
    /// Takes a turn and reports it.
    #[command(hide = true)]
    Turn { client: Name, load: Load, url: String, seconds: f64 },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match arguments.part {
        Some(Part::Serve) => server::run(),
        Some(Part::Turn { client, load, url, seconds }) => {
            clients::take_turn(client, load, &url, Duration::from_secs_f64(seconds))
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
    let results = run::run(rounds, seconds, arguments.all)?;
    print!("{}", tables::Tables(&results));
    Ok(())
}
