//! `cargo xtask verify`: checks documents of an engine against the generated types.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use qix_verify::{Report, Verifier};

/// Decodes documents with the generated types, encodes them again, and reports differences.
///
/// A traffic log (.jsonl, .har, .traffic, .log, or .txt, in any format that `cargo xtask traffic` reads) does not need a
/// type: each result is checked against its method. Exits with 1 if anything was lost, changed, or did not decode.
#[derive(Parser)]
#[command(name = "cargo xtask verify", bin_name = "cargo xtask verify")]
struct Arguments {
    /// Documents or traffic logs.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Type of the documents, such as GenericObjectProperties.
    #[arg(long = "as", value_name = "TYPE")]
    ty: Option<String>,
    /// Part of each document to check, as a JSON pointer, such as /qRoot.
    #[arg(long, value_name = "POINTER", requires = "ty", default_value = "")]
    at: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Documents can be nested deeply. The stack of this thread is reserved, not used.
    let work = std::thread::Builder::new().stack_size(1 << 30).spawn(move || run(&arguments));
    let outcome =
        work.map_err(anyhow::Error::from).and_then(|work| work.join().expect("errors are returned, not panics"));
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

/// Whether a file is a traffic log, by its name.
fn is_log(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    ["jsonl", "har", "traffic", "log", "txt"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// A traffic log in any format, as lines of ours.
fn read_log(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    qix_traffic::format::lines(BufReader::new(File::open(path)?))?.read_to_string(&mut text)?;
    Ok(text)
}

fn run(arguments: &Arguments) -> Result<ExitCode> {
    let verifier = Verifier::new();
    if let Some(ty) = arguments.ty.as_ref().filter(|ty| !verifier.knows(ty)) {
        bail!("the schema has no type `{ty}`; the types are listed in qix-schema/schema/snapshot.json");
    }
    let mut all_well = true;
    let mut total = Report::default();
    for path in &arguments.files {
        let is_log = arguments.ty.is_none() && is_log(path);
        let text = match if is_log { read_log(path) } else { fs::read_to_string(path) } {
            Ok(text) => text,
            Err(error) => {
                println!("{}: cannot be read: {error}", path.display());
                all_well = false;
                continue;
            }
        };
        let text = text.trim_start_matches('\u{feff}');
        let outcome = match &arguments.ty {
            Some(ty) => qix_verify::at(text, &arguments.at).and_then(|part| verifier.document(part, ty)),
            None if is_log => Ok(verifier.traffic(text)),
            None => {
                bail!("{}: set its type with --as TYPE (traffic logs, .jsonl or .har, do not need one)", path.display())
            }
        };
        match outcome {
            Ok(report) => {
                let verdict = if report.is_lossless() { "same meaning" } else { "DIFFERENT meaning" };
                println!("{}: {verdict}, {} values checked", path.display(), report.checked);
                print!("{report}");
                all_well &= report.is_lossless();
                total.merge(report);
            }
            Err(error) => {
                println!("{}: {error}", path.display());
                all_well = false;
            }
        }
    }
    if arguments.files.len() > 1 {
        println!(
            "{} files, {} values checked, {} kinds of members kept",
            arguments.files.len(),
            total.checked,
            total.kept.len()
        );
    }
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
