//! Workspace tasks: `cargo xtask TASK`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod diff;
mod download;
mod generate;
#[path = "../../qix-schema/src/release.rs"]
#[allow(dead_code, unreachable_pub, reason = "the public API of another crate")]
mod release;
mod source;
mod tools;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Workspace tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate Rust from the committed schema snapshot.
    Gen(generate::Arguments),
    /// Compare two versions of the engine's schema.
    Diff(diff::Arguments),
    /// Run the in-memory test engine.
    #[command(disable_help_flag = true)]
    Engine(tools::Arguments),
    /// Check documents of an engine against the generated types.
    #[command(disable_help_flag = true)]
    Verify(tools::Arguments),
    /// Analyze a recorded traffic log.
    #[command(disable_help_flag = true)]
    Traffic(tools::Arguments),
    /// Serve a local page to try every method of an engine by hand.
    #[command(disable_help_flag = true)]
    Explore(tools::Arguments),
    /// Run benchmarks against other clients.
    #[command(disable_help_flag = true)]
    Speed(tools::Arguments),
    /// Run soak tests: keep sessions busy, and check for hangs, leaks, and misdirected responses.
    #[command(disable_help_flag = true)]
    Soak(tools::Arguments),
    /// Check on an engine what the client relies on.
    #[command(disable_help_flag = true)]
    Conform(tools::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Gen(arguments) => generate::run(&arguments),
        Task::Diff(arguments) => diff::run(&arguments),
        Task::Engine(arguments) => tools::run_cli("qix-test-engine", &arguments),
        Task::Verify(arguments) => tools::run("qix-verify", &arguments),
        Task::Traffic(arguments) => tools::run("qix-traffic", &arguments),
        Task::Explore(arguments) => tools::run("qix-explore", &arguments),
        Task::Speed(arguments) => tools::run_benchmarks(&arguments),
        Task::Soak(arguments) => tools::run_as("release", "qix-soak", &arguments),
        Task::Conform(arguments) => tools::run("qix-conform", &arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// The root folder of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
