//! `cargo xtask diff`: compares two versions of the engine's schema.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, anyhow, bail};
use qix_codegen::companion::Companion;
use qix_codegen::diff::{self, Diff, Input};
use qix_codegen::model::Model;

use crate::workspace;

/// Compares two versions of the engine's schema.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The old side: a published schema (OpenRPC), a snapshot, a legacy schema of enigma.js, or `committed` for the
    /// snapshot of this checkout. Defaults to the snapshot of the last commit.
    #[arg(value_name = "OLD")]
    old: Option<String>,
    /// The new side, in any of these formats. Defaults to the snapshot of this checkout.
    #[arg(value_name = "NEW")]
    new: Option<String>,
    /// Write JSON, for scripts.
    #[arg(long, conflicts_with = "markdown")]
    json: bool,
    /// Write Markdown, for a changelog.
    #[arg(long)]
    markdown: bool,
    /// Exit with 1 if there are breaking changes.
    #[arg(long)]
    deny_breaking: bool,
}

const COMMITTED: &str = "committed";
const SNAPSHOT: &str = "qix-schema/schema/snapshot.json";

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let companion = companion()?;
    let old = match &arguments.old {
        Some(old) => side(old)?,
        None => input("the snapshot of the last commit", &last_commit()?)?,
    };
    let new = side(arguments.new.as_deref().unwrap_or(COMMITTED))?;
    let diff = diff::compare(&old, &new, &companion);
    let text = if arguments.json {
        diff.to_json()?
    } else if arguments.markdown {
        diff.to_markdown(Some(version()))
    } else {
        diff.to_text(Some(version()))
    };
    print(&text)?;
    let denied = arguments.deny_breaking && diff.breaks();
    Ok(if denied { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Prints text. A closed pipe, such as to `head`, is not an error.
pub(crate) fn print(text: &str) -> Result<()> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// The version that the semver step applies to: the version of the workspace.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Compares the snapshot of this checkout with its replacement.
pub(crate) fn with_committed(model: &Model, companion: &Companion) -> Result<Diff> {
    let Input::Model(committed) = side(COMMITTED)? else { bail!("{SNAPSHOT} is not a snapshot") };
    Ok(diff::models(&committed, model, companion))
}

fn companion() -> Result<Companion> {
    let path = workspace().join("qix-schema/schema/companion.json");
    Ok(Companion::read(&read(&path)?)?)
}

fn side(name: &str) -> Result<Input> {
    let path = if name == COMMITTED { workspace().join(SNAPSHOT) } else { PathBuf::from(name) };
    let mut side = input(&path.display().to_string(), &read(&path)?)?;
    if let Input::Legacy(legacy) = &mut side {
        // Newer legacy files contain the version only in their name.
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        legacy.version = legacy.version.take().or(stem);
    }
    Ok(side)
}

fn input(name: &str, text: &str) -> Result<Input> {
    let (input, unknown) = Input::read(text).map_err(|faults| anyhow!("{name} cannot be compared.\n{faults}"))?;
    for unknown in unknown {
        eprintln!("note: {name} {unknown}");
    }
    Ok(input)
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The snapshot of the last commit.
fn last_commit() -> Result<String> {
    let hint = "Specify the old side: cargo xtask diff OLD";
    let output = Command::new("git")
        .current_dir(workspace())
        .args(["show", &format!("HEAD:./{SNAPSHOT}")])
        .output()
        .with_context(|| format!("cannot run git to find the snapshot of the last commit. {hint}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git did not return the snapshot of the last commit: {}\n  {hint}", said.trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
