//! Tasks that are implemented in separate crates, which are built on demand, so that `gen` works even if the generated
//! code does not compile.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::workspace;

/// Arguments that are passed to the program.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Arguments of the tool; see --help.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Runs the program of a package of the workspace.
pub(crate) fn run(package: &str, arguments: &Arguments) -> Result<ExitCode> {
    start(cargo("Cargo.toml").args(["--package", package]), package, arguments)
}

/// Runs the program of a package that builds one only with its feature `cli`.
pub(crate) fn run_cli(package: &str, arguments: &Arguments) -> Result<ExitCode> {
    start(cargo("Cargo.toml").args(["--package", package, "--features", "cli"]), package, arguments)
}

/// Runs the program of a package of the workspace, built with a profile.
pub(crate) fn run_as(profile: &str, package: &str, arguments: &Arguments) -> Result<ExitCode> {
    start(cargo("Cargo.toml").args(["--profile", profile, "--package", package]), package, arguments)
}

/// Runs the benchmarks, which are a workspace of their own.
pub(crate) fn run_benchmarks(arguments: &Arguments) -> Result<ExitCode> {
    let target = workspace().join("target");
    let mut command = cargo("tests/speed/Cargo.toml");
    start(command.args(["--release", "--locked", "--target-dir"]).arg(target), "qix-speed", arguments)
}

fn cargo(manifest: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--manifest-path"]).arg(workspace().join(manifest));
    command
}

fn start(command: &mut Command, package: &str, arguments: &Arguments) -> Result<ExitCode> {
    command.arg("--").args(&arguments.arguments);
    hand_over(command).with_context(|| format!("cannot run the program of {package}"))
}

/// Replaces this process with the tool, so that signals reach it.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> std::io::Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> std::io::Result<ExitCode> {
    let status = command.status()?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
