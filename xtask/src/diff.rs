//! `cargo xtask diff`: compares two versions of the engine's schema.

use std::io::{ErrorKind, Write};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, anyhow, bail};
use qix_codegen::companion::Companion;
use qix_codegen::diff::{self, Diff, Input};
use qix_codegen::model::Model;

use crate::release::{EngineRelease, Release};
use crate::source::{Source, VENDOR, read};
use crate::workspace;

/// Compares two versions of the engine's schema.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(value_name = "OLD", help = format!(
        "The old side: a published schema (OpenRPC), a snapshot, a legacy schema of enigma.js, each as a file or a URL \
         such as {VENDOR}, or `committed` for the snapshot of this checkout. Defaults to the snapshot of \
         the last commit"
    ))]
    old: Option<Source>,
    /// The new side, in any of these formats. Defaults to the snapshot of this checkout.
    #[arg(value_name = "NEW")]
    new: Option<Source>,
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
    let new = side(arguments.new.as_ref().unwrap_or(&COMMITTED.into()))?;
    let mut diff = diff::compare(&old, &new, &companion);
    diff.notes.splice(0..0, releases(&diff));
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
    let Input::Model(committed) = side(&COMMITTED.into())? else { bail!("{SNAPSHOT} is not a snapshot") };
    Ok(diff::models(&committed, model, companion))
}

/// Which releases the two sides belong to.
pub(crate) fn releases(diff: &Diff) -> Vec<String> {
    let mut versions = vec![&diff.old, &diff.new];
    versions.dedup();
    let release = |version: &&String| Some(format!("Engine {version} is {}.", EngineRelease::of(version)?));
    versions.iter().filter_map(release).collect()
}

fn companion() -> Result<Companion> {
    let path = workspace().join("qix-schema/schema/companion.json");
    Ok(Companion::read(&read(&path)?)?)
}

fn side(source: &Source) -> Result<Input> {
    let source = match source {
        Source::File(name) if name.as_os_str() == COMMITTED => &Source::File(workspace().join(SNAPSHOT)),
        Source::File(name) if !name.exists() => match name.to_str().and_then(Release::for_windows) {
            Some(release) => bail!(
                "the schema of {release} is not here, and the vendor publishes only its newest one. Give the file of a \
                 schema with that version or one close to it."
            ),
            None => source,
        },
        source => source,
    };
    let mut side = input(&source.to_string(), &source.read()?)?;
    if let Input::Legacy(legacy) = &mut side {
        // Newer legacy files contain the version only in their name.
        legacy.version = legacy.version.take().or(source.stem());
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
