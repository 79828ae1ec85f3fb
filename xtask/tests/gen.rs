//! Tests `cargo xtask gen` as a program: what it writes, checks, rejects, and leaves unchanged.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SCHEMA: &str = include_str!("../../codegen/tests/schema.json");

fn generate(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask")).arg("gen").args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The small schema, with a class that the committed companion contains.
fn schema(folder: &Path) -> PathBuf {
    let path = folder.join("qix.json");
    fs::write(&path, SCHEMA.replace("Global.OpenThing", "Global.OpenDoc").replace("Thing.", "Doc.")).unwrap();
    path
}

/// All files of a folder, with their contents.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

#[test]
fn the_committed_code_is_fresh() {
    let output = generate(&["--check"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stdout);
    let snapshot = include_str!("../../qix-schema/schema/snapshot.json");
    let engine = snapshot.split('"').skip_while(|text| *text != "engine").nth(2).unwrap();
    let counted = format!("engine {engine}: 9 classes, ");
    assert!(said.contains(&counted) && said.contains(" 0 stale"), "{said}");
}

#[test]
fn a_separate_crate_is_written_once_and_does_not_change() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, out) = (schema(folder.path()), folder.path().join("My Engine"));
    let arguments = ["--schema", schema.to_str().unwrap(), "--out", out.to_str().unwrap()];
    let first = generate(&arguments);
    assert!(first.status.success(), "{}", text(&first.stderr));
    assert!(text(&first.stdout).contains("engine 1.2.3: 2 classes, 3 methods"), "{}", text(&first.stdout));
    assert!(fs::read_to_string(out.join("Cargo.toml")).unwrap().contains(r#"name = "my-engine""#));

    let before = files(&out);
    assert!(before.iter().any(|(path, _)| path.ends_with("src/lib.rs")));
    assert!(before.iter().any(|(_, text)| text.contains("/// Defines a thing.")), "descriptions are taken over");
    let second = generate(&arguments);
    assert!(text(&second.stdout).contains(" 0 written, "), "{}", text(&second.stdout));
    assert_eq!(files(&out), before);
    assert_eq!(fs::read_dir(&out).unwrap().count(), 2, "nothing but Cargo.toml and src");

    let check = |code| assert_eq!(generate(&[&arguments[..], &["--check"]].concat()).status.code(), Some(code));
    check(0);
    fs::write(out.join("src/doc.rs"), "// @generated, and changed\n").unwrap();
    fs::write(out.join("src/gone.rs"), "// @generated for a class that is gone\n").unwrap();
    let stale = generate(&[&arguments[..], &["--check"]].concat());
    assert_eq!(stale.status.code(), Some(1));
    let said = text(&stale.stderr);
    assert!(said.contains("doc.rs") && said.contains("gone.rs") && said.matches("stale: ").count() == 2, "{said}");
    generate(&arguments);
    assert_eq!(files(&out), before);
}

#[test]
fn a_fault_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, out) = (schema(folder.path()), folder.path().join("engine"));
    let arguments = ["--schema", schema.to_str().unwrap(), "--out", out.to_str().unwrap()];
    generate(&arguments);
    let before = files(&out);
    let broken =
        fs::read_to_string(&schema).unwrap().replace("#/components/schemas/ThingKind", "#/components/schemas/Gone");
    fs::write(&schema, broken).unwrap();
    let output = generate(&arguments);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("qix.json cannot be used; nothing was written") && said.contains("/$ref: "), "{said}");
    assert_eq!(files(&out), before);
}

#[test]
fn unrelated_files_are_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, out) = (schema(folder.path()), folder.path().join("engine"));
    fs::create_dir_all(out.join("src")).unwrap();
    fs::write(out.join("src/main.rs"), "fn main() {}\n").unwrap();
    let output = generate(&["--schema", schema.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("main.rs was not generated"), "{}", text(&output.stderr));
    assert_eq!(files(&out), [(out.join("src/main.rs"), "fn main() {}\n".to_owned())]);
}

#[test]
fn an_existing_manifest_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, out) = (schema(folder.path()), folder.path().join("engine"));
    fs::create_dir_all(&out).unwrap();
    fs::write(out.join("Cargo.toml"), "# mine\n").unwrap();
    assert!(generate(&["--schema", schema.to_str().unwrap(), "--out", out.to_str().unwrap()]).status.success());
    assert_eq!(fs::read_to_string(out.join("Cargo.toml")).unwrap(), "# mine\n");
}

#[test]
fn a_crate_is_not_named_like_its_dependency() {
    let folder = tempfile::tempdir().unwrap();
    let schema = schema(folder.path());
    for (out, name) in [("qix-schema", "qix-schema-1-2-3"), ("2528", "qix-2528"), ("my.Qix", "my-qix"), ("_", "qix-_")]
    {
        let out = folder.path().join(out);
        assert!(generate(&["--schema", schema.to_str().unwrap(), "--out", out.to_str().unwrap()]).status.success());
        let manifest = fs::read_to_string(out.join("Cargo.toml")).unwrap();
        assert!(manifest.contains(&format!("\nname = \"{name}\"\n")), "{manifest}");
    }
}

#[test]
fn a_stale_crate_is_an_error_with_the_command_to_update_it() {
    let folder = tempfile::tempdir().unwrap();
    let (schema, out) = (schema(folder.path()), folder.path().join("engine"));
    let output = generate(&["--check", "--schema", schema.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stderr);
    assert!(said.contains("stale: ") && said.contains("Run the same without --check"), "{said}");
    assert!(!out.exists());
}

#[test]
fn missing_files_are_named() {
    let output = generate(&["--schema", "/no/such/file.json", "--out", "/tmp/none"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("/no/such/file.json"), "{}", text(&output.stderr));
}
