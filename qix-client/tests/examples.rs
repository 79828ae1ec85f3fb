//! The output of the examples, as built by `cargo test`. `UPDATE=1` replaces the expected output.
#![allow(clippy::unwrap_used)] // In a test a panic is the report.

use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;

fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    let mut names: Vec<String> = rust.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// `target/debug/examples`, from `target/debug/deps/examples-….`.
fn built() -> PathBuf {
    std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("examples")
}

/// Replaces what differs between runs.
fn normalize(output: &str) -> String {
    let kinds = [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"\bengine [0-9.]+\b", "engine VERSION"),
        (r"\b[0-9.]+(s|ms|µs|ns)\b", "TIME"),
        (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "IDENTIFIER"),
    ];
    let output = output.to_owned();
    kinds.iter().fold(output, |text, (kind, name)| Regex::new(kind).unwrap().replace_all(&text, *name).into_owned())
}

#[test]
fn examples_print_the_expected_output() {
    let names = examples();
    assert!(names.len() > 10, "{names:?}");
    let mut other = Vec::new();
    for name in names {
        let output = run(&name);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples").join(&name).with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &output).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if output != expected {
            other.push(format!("{name} prints\n{output}\nbut {} expects\n{expected}", path.display()));
        }
    }
    assert!(other.is_empty(), "{}\nto accept the output: UPDATE=1 cargo test -p qix-client", other.join("\n"));
}

fn run(name: &str) -> String {
    let path = built().join(name).with_extension(std::env::consts::EXE_EXTENSION);
    let mut command = Command::new(&path);
    ["QIX_URL", "QIX_APP"].into_iter().for_each(|name| {
        command.env_remove(name);
    });
    let output =
        command.output().unwrap_or_else(|error| panic!("{}: {error}; run `cargo test -p qix-client`", path.display()));
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (printed, errors) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{name} exits with {}\n{printed}{errors}", output.status);
    normalize(&printed)
}
