//! Tasks of the workspace: `cargo xtask TASK`.
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

/// Tasks of the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Generate Rust from the snapshot of the engine's schema.
    Gen(generate::Arguments),
    /// Compare two versions of the engine's schema.
    Diff(diff::Arguments),
    /// Run an in-memory engine to test against.
    #[command(disable_help_flag = true)]
    Engine(tools::Arguments),
    /// Check an engine's documents against the generated types.
    #[command(disable_help_flag = true)]
    Verify(tools::Arguments),
    /// Answer questions about a recorded conversation with an engine.
    #[command(disable_help_flag = true)]
    Traffic(tools::Arguments),
    /// Measure the client beside others.
    #[command(disable_help_flag = true)]
    Speed(tools::Arguments),
    /// Keep sessions busy, and check that nothing hangs, leaks or goes astray.
    #[command(disable_help_flag = true)]
    Soak(tools::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().task {
        Task::Gen(arguments) => generate::run(&arguments),
        Task::Diff(arguments) => diff::run(&arguments),
        Task::Engine(arguments) => tools::run("qix-test-engine", &arguments),
        Task::Verify(arguments) => tools::run("qix-verify", &arguments),
        Task::Traffic(arguments) => tools::run("qix-traffic", &arguments),
        Task::Speed(arguments) => tools::run_as("release", "qix-speed", &arguments),
        Task::Soak(arguments) => tools::run_as("release", "qix-soak", &arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}

/// The folder of the workspace.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}
