//! Tests `cargo xtask diff` as a program.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SCHEMA: &str = include_str!("../../codegen/tests/schema.json");

fn diff(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("diff").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn write(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn breaking_changes_can_be_denied() {
    let folder = tempfile::tempdir().unwrap();
    let old = write(folder.path(), "old.json", SCHEMA);
    let new = write(folder.path(), "new.json", &SCHEMA.replace("\"qCount\"", "\"qLimit\"").replace("1.2.3", "1.3.0"));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());

    let said = diff(&[old, new]);
    assert!(said.status.success(), "{}", text(&said.stderr));
    assert!(text(&said.stdout).starts_with("Engine 1.2.3 → 1.3.0\n"), "{}", text(&said.stdout));
    assert!(text(&said.stdout).contains("Semver step: major, "));
    assert_eq!(diff(&[old, new, "--deny-breaking"]).status.code(), Some(1));
    assert_eq!(diff(&[old, old, "--deny-breaking"]).status.code(), Some(0));

    let json: String = text(&diff(&[old, new, "--json"]).stdout);
    assert!(json.contains("\"step\": \"major\"") && json.contains("\"item\": \"Thing.Measure/qLimit\""), "{json}");
    assert!(text(&diff(&[old, new, "--markdown"]).stdout).starts_with("## Engine 1.2.3 → 1.3.0\n"));
    assert!(!diff(&[old, new, "--markdown", "--json"]).status.success());
}

#[test]
fn the_committed_snapshot_can_be_compared() {
    let same = diff(&["committed", "committed"]);
    assert!(text(&same.stdout).contains("No difference."), "{}", text(&same.stderr));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("qix-schema/schema/snapshot.json");
    let one = diff(&[path.to_str().unwrap(), "--json"]);
    assert!(text(&one.stdout).contains("\"step\": \"none\""), "{}", text(&one.stderr));
}

#[test]
fn legacy_files_are_compared_with_a_note_about_missing_facts() {
    let folder = tempfile::tempdir().unwrap();
    let legacy = r#"{ "structs": { "Thing": { "Gone": { "In": [], "Out": [] } } }, "enums": {} }"#;
    let (old, new) = (write(folder.path(), "12.1.0.json", legacy), write(folder.path(), "new.json", SCHEMA));
    let said = text(&diff(&[old.to_str().unwrap(), new.to_str().unwrap()]).stdout);
    assert!(said.starts_with("Engine 12.1.0 → 1.2.3\n"), "{said}");
    assert!(said.contains("method Thing.Gone") && said.contains("A legacy file has no types."), "{said}");
}

#[test]
fn a_comparison_names_the_releases_of_both_sides() {
    let folder = tempfile::tempdir().unwrap();
    let side = |name: &str, version: &str| write(folder.path(), name, &SCHEMA.replace("1.2.3", version));
    let (old, new) = (side("old.json", "12.2561.3"), side("new.json", "12.2700.0"));
    let (old, new) = (old.to_str().unwrap(), new.to_str().unwrap());
    for format in [&[][..], &["--markdown"], &["--json"]] {
        let said = text(&diff(&[&[old, new], format].concat()).stdout);
        assert!(said.contains("Engine 12.2561.3 is November 2025 for Windows."), "{said}");
        let between = "Engine 12.2700.0 is newer than November 2025 for Windows, older than May 2026 for Windows.";
        assert!(said.contains(between), "{said}");
    }
    assert_eq!(text(&diff(&[old, old]).stdout).matches("Engine 12.2561.3 is").count(), 1);
    let said = text(&diff(&["committed", "Nov 2025"]).stderr);
    assert!(said.contains("the schema of November 2025 for Windows (12.2561.0) is not here"), "{said}");
}

#[test]
fn files_that_are_not_schemas_are_rejected_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "notes.json", "{}");
    let said = diff(&[path.to_str().unwrap()]);
    assert_eq!(said.status.code(), Some(1));
    let said = text(&said.stderr);
    assert!(said.contains("notes.json cannot be compared") && said.contains("Give a published schema"), "{said}");
    assert!(text(&diff(&["nowhere.json"]).stderr).contains("cannot read nowhere.json"));
}

#[test]
fn gen_shows_the_changes_and_manual_steps_before_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let schema = SCHEMA.replace("Global.OpenThing", "Global.OpenDoc").replace("Thing.", "Doc.");
    let path = write(folder.path(), "qix.json", &schema);
    let arguments = ["gen", "--check", "--schema", path.to_str().unwrap()];
    let said = Command::new(env!("CARGO_BIN_EXE_xtask")).args(arguments).output().unwrap();
    assert_eq!(said.status.code(), Some(1));
    let (out, advice) = (text(&said.stdout), text(&said.stderr));
    assert!(out.contains(" → 1.2.3\n") && out.contains("method Doc.GetField"), "{out}");
    assert!(out.contains("Semver step: major"), "{out}");
    let gone = "`Doc.GetField` is not in the schema\n  Remove the text with everything below its heading";
    assert!(advice.contains("qix-schema/schema/docs/doc.md line ") && advice.contains(gone), "{advice}");
}
