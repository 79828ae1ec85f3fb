//! `cargo xtask gen`: generates Rust from a schema.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use qix_codegen::companion::Companion;
use qix_codegen::diff::Diff;
use qix_codegen::docs::published::Prose;
use qix_codegen::docs::texts::Documentation;
use qix_codegen::fault::{Fault, Faults};
use qix_codegen::model::Model;
use qix_codegen::{Generated, Place, Texts, openrpc, rustfmt, snapshot};

use crate::source::{Source, VENDOR, read};
use crate::write::{self, Report};
use crate::{diff, workspace};

/// Generates Rust from the committed schema snapshot, or from a published schema.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(long, value_name = "FILE|URL", help = format!(
        "A published schema (OpenRPC): a file, or a URL such as {VENDOR}. Without --out, its facts become the \
         committed snapshot"
    ))]
    schema: Option<Source>,
    /// Generate a separate crate in this folder, and do not change anything else.
    #[arg(long, value_name = "DIR", requires = "schema")]
    out: Option<PathBuf>,
    /// Write nothing; list stale files and exit with 1 if there are any.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let start = Instant::now();
    let schema = workspace().join("qix-schema");
    let companion = Companion::read(&read(&schema.join("schema/companion.json"))?)?;
    let facts = Facts::read(arguments.schema.as_ref(), &schema)?;
    facts.unknown.iter().for_each(|unknown| eprintln!("note: {unknown}"));
    let imported = match &arguments.out {
        None if arguments.schema.is_some() => Some(snapshot::write(&facts.model)?),
        _ => None,
    };
    let engine = facts.model.engine.clone();
    let documentation = documentation(&schema.join("schema/docs"))?;
    let (generated, report) = match &arguments.out {
        Some(out) => {
            let texts = Texts { own: &documentation, published: &facts.prose };
            let generated = generate(facts.model, &companion, texts, Place::Crate)?;
            let report = write_crate(&generated, out, &engine, arguments.check)?;
            (generated, report)
        }
        None => {
            let upgrade = match &arguments.schema {
                Some(_) => Some(announce(&facts.model, &companion)?),
                None => None,
            };
            let missing = check(&facts.model, &companion, &documentation, upgrade.as_ref())?;
            let texts = Texts { own: &documentation, published: &Prose::default() };
            let generated = generate(facts.model, &companion, texts, Place::Schema)?;
            generated.notes.iter().for_each(|note| eprintln!("note: {note}"));
            without_text(&missing).iter().for_each(|note| eprintln!("note: {note}"));
            let mut report = Report::default();
            // Writes the code first: if it fails, for example because of an unknown file, the snapshot is unchanged.
            write::folder(&schema.join("src/generated"), &generated.files, arguments.check, &mut report)?;
            if let Some(text) = imported {
                write::file(&schema.join("schema/snapshot.json"), &text, arguments.check, &mut report)?;
            }
            (generated, report)
        }
    };
    summarize(&engine, &generated, &report, start);
    Ok(finish(arguments, &report))
}

/// Generates the code, formatted as the workspace is.
fn generate(model: Model, companion: &Companion, texts: Texts<'_>, place: Place) -> Result<Generated, Faults> {
    let mut generated = qix_codegen::generate(model, companion, texts, place)?;
    generated.files = rustfmt::format(generated.files, &workspace().join("rustfmt.toml"))?;
    Ok(generated)
}

/// Prints the changes.
fn announce(model: &Model, companion: &Companion) -> Result<Diff> {
    let mut diff = diff::with_committed(model, companion)?;
    // The companion's faults are reported when the whole schema is checked.
    diff.notes = diff::releases(&diff);
    diff::print(&diff.to_text(Some(diff::version())))?;
    println!();
    Ok(diff)
}

/// Prints what must be written or removed by hand before code can be generated, or else what is undocumented.
///
/// Texts for items that a new schema no longer contains do not prevent the upgrade: they are reported, and plain `gen`
/// fails until they are moved or removed.
fn check(
    model: &Model,
    companion: &Companion,
    documentation: &Documentation,
    upgrade: Option<&Diff>,
) -> Result<Vec<String>, Faults> {
    let completed = companion.complete(&mut model.clone());
    let checked = documentation.check_after(model, |item| upgrade.and_then(|diff| diff.renamed(item)));
    match (completed, checked) {
        (Ok(_), Err(Faults(stale))) if upgrade.is_some() => {
            stale.iter().for_each(|fault| eprintln!("note: {fault}"));
            eprintln!("note: {} texts to move or remove; plain `cargo xtask gen` fails until then", stale.len());
            Ok(Vec::new())
        }
        (Ok(_), checked) => checked,
        (Err(faults), Ok(_)) => Err(faults),
        (Err(Faults(mut faults)), Err(Faults(more))) => {
            faults.extend(more);
            Err(Faults(faults))
        }
    }
}

/// The undocumented items, one line per heading.
fn without_text(missing: &[String]) -> Vec<String> {
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for item in missing {
        let (owner, part) = item.split_once(['#', '/']).unwrap_or((item, ""));
        let part = part.strip_prefix("result/").unwrap_or(part);
        parts.entry(owner).or_default().extend((!part.is_empty()).then_some(part));
    }
    let whole = |owner: &str| missing.iter().any(|item| item == owner);
    let line = |(owner, parts): (&str, Vec<&str>)| {
        let list = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
        let part = if whole(owner) { "" } else { "part of " };
        format!("{part}`{owner}` is not documented in qix-schema/schema/docs{list}")
    };
    parts.into_iter().map(line).collect()
}

/// The content of a schema.
struct Facts {
    model: Model,
    prose: Prose,
    unknown: Vec<Fault>,
}

impl Facts {
    fn read(published: Option<&Source>, schema: &Path) -> Result<Self> {
        match published {
            Some(source) => {
                let text = source.read()?;
                let published = openrpc::read(&text)
                    .map_err(|faults| anyhow!("{source} cannot be used; nothing was written.\n{faults}"))?;
                Ok(Self { model: published.model, prose: published.prose, unknown: published.unknown })
            }
            None => {
                let path = schema.join("schema/snapshot.json");
                let model = snapshot::read(&read(&path)?).map_err(|error| {
                    anyhow!(
                        "{}: {error}\n  Import the published schema again: cargo xtask gen --schema FILE",
                        path.display()
                    )
                })?;
                Ok(Self { model, prose: Prose::default(), unknown: Vec::new() })
            }
        }
    }
}

/// Our own documentation.
fn documentation(folder: &Path) -> Result<Documentation> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(format!("qix-schema/schema/docs/{name}"), read(&path)?);
        }
    }
    Ok(Documentation::read(files.iter().map(|(name, text)| (name.as_str(), text.as_str())))?)
}

/// Writes the files of a separate crate.
fn write_crate(generated: &Generated, out: &Path, engine: &str, check: bool) -> Result<Report> {
    let mut report = Report::default();
    write::folder(&out.join("src"), &generated.files, check, &mut report)?;
    // An existing manifest belongs to the user.
    let manifest = out.join("Cargo.toml");
    if !manifest.exists() {
        write::file(&manifest, &manifest_text(out, engine), check, &mut report)?;
    }
    Ok(report)
}

fn manifest_text(out: &Path, engine: &str) -> String {
    let folder = std::path::absolute(out).ok().and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
    let name: String = folder
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let name = name.trim_matches('-');
    // Two packages with the same name would conflict.
    let taken = ["qix-schema", "qix_schema", "serde", "serde_json", "std", "core"].contains(&name);
    let name = match name {
        name if taken => format!("{name}-{}", engine.replace('.', "-")),
        name if name.starts_with(|c: char| c.is_ascii_alphabetic()) => name.to_owned(),
        name => format!("qix-{name}").trim_end_matches('-').to_owned(),
    };
    let version = env!("CARGO_PKG_VERSION");
    let dependency = match relative(out, &workspace().join("qix-schema")) {
        Some(path) => format!("{{ version = {version:?}, path = {path:?} }}"),
        None => format!("{version:?}"),
    };
    format!(
        "[package]
name = {name:?}
version = \"0.1.0\"
edition = \"2024\"
description = \"The API of Qlik engine version {engine}, typed\"
publish = false

[dependencies]
qix-schema = {dependency}

# Remove this to make the crate a member of a workspace of yours.
[workspace]
"
    )
}

/// The path from one folder to another, with `/` between its parts. `None` if there is none, as between two drives.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let (from, to) = (absolute(from)?, absolute(to)?);
    let (from, to): (Vec<_>, Vec<_>) = (from.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // The first component is the root, or the drive.
    let parts = std::iter::repeat_n(Some(".."), from.len() - shared)
        .chain(to[shared..].iter().map(|part| part.as_os_str().to_str()));
    if shared == 0 { None } else { Some(parts.collect::<Option<Vec<_>>>()?.join("/")) }
}

fn summarize(engine: &str, generated: &Generated, report: &Report, start: Instant) {
    let counts = &generated.counts;
    println!(
        "engine {engine}: {} classes, {} methods, {} parameters, {} types, {} members, {} enums with {} values, {} error codes",
        counts.classes,
        counts.methods,
        counts.params,
        counts.types,
        counts.members,
        counts.enums,
        counts.values,
        counts.errors
    );
    println!("{report} in {:.1} s", start.elapsed().as_secs_f64());
}

fn finish(arguments: &Arguments, report: &Report) -> ExitCode {
    if arguments.check && !report.is_fresh() {
        for path in report.stale() {
            eprintln!("stale: {}", path.display());
        }
        let again = if arguments.schema.is_some() { "the same without --check" } else { "`cargo xtask gen`" };
        eprintln!("Run {again} and commit the files.");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::without_text;

    #[test]
    fn a_line_for_each_heading() {
        let missing = ["Doc.Save", "Doc.Save#result/qReturn", "Doc.Save/qPath", "Page/qTop", "Page/qLeft", "Rows"];
        let docs = "is not documented in qix-schema/schema/docs";
        assert_eq!(
            without_text(&missing.map(str::to_owned)),
            [
                format!("`Doc.Save` {docs}: qReturn, qPath"),
                format!("part of `Page` {docs}: qTop, qLeft"),
                format!("`Rows` {docs}"),
            ]
        );
    }
}
