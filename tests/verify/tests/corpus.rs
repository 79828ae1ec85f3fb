//! Every document of a corpus of real engine data is preserved by decoding and encoding.
//!
//! The corpus is not part of the project. Run `cargo test -p qix-verify --test corpus -- --ignored` if the folder
//! `../shared/corpus` exists next to the checkout.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use qix_verify::{Report, Verifier, at};
use serde_json::Value;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus")
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![corpus().join(folder)];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

fn check(verifier: &Verifier, path: &Path, text: &str, pointer: &str, ty: &str) -> Report {
    let report = at(text, pointer).and_then(|part| verifier.document(part, ty));
    let report = report.unwrap_or_else(|error| panic!("{} {pointer}: {error}", path.display()));
    assert!(report.is_lossless(), "{} {pointer} as {ty}:\n{report}", path.display());
    report
}

#[test]
#[ignore = "needs ../shared/corpus"]
fn stored_properties() {
    let verifier = Verifier::new();
    let mut total = Report::default();
    for path in files("stored") {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (_, kind) = name.split_once('_').unwrap();
        let mut check = |pointer: &str, ty| total.merge(check(&verifier, &path, &text, pointer, ty));
        match kind {
            "ent_measure" => check("", "GenericMeasureProperties"),
            "ent_dimension" => check("", "GenericDimensionProperties"),
            "appprops_nx" => check("", "NxAppProperties"),
            "vars" => {
                let document: Value = serde_json::from_str(&text).unwrap();
                for index in 0..document["qEntryList"].as_array().map_or(0, Vec::len) {
                    check(&format!("/qEntryList/{index}/qProperties"), "GenericVariableProperties");
                }
            }
            kind if kind.starts_with("obj_") => check("/qRoot", "GenericObjectEntry"),
            kind => panic!("{}: what is {kind}?", path.display()),
        }
    }
    assert!(total.checked > 300, "only {} documents", total.checked);
    assert!(total.kept.contains_key("NxInlineMeasureDef.cId"), "members that apps add are kept");
}

#[test]
#[ignore = "needs ../shared/corpus"]
fn layouts() {
    let verifier = Verifier::new();
    let mut total = Report::default();
    for path in files("layouts").into_iter().chain(files("frames")) {
        let text = fs::read_to_string(&path).unwrap();
        let document: Value = serde_json::from_str(&text).unwrap();
        for (pointer, ty) in parts(&document, "") {
            total.merge(check(&verifier, &path, &text, &pointer, ty));
        }
    }
    assert!(total.checked > 60, "only {} layouts", total.checked);
}

/// Layouts and data pages anywhere in a fixture.
fn parts(value: &Value, pointer: &str) -> Vec<(String, &'static str)> {
    match value {
        Value::Object(members) => {
            let layout = ["qHyperCube", "qListObject"].iter().any(|cube| members.contains_key(*cube));
            if members.contains_key("qInfo") && layout {
                return vec![(pointer.to_owned(), "GenericObjectLayout")];
            }
            if members.contains_key("qMatrix") && members.contains_key("qArea") {
                return vec![(pointer.to_owned(), "NxDataPage")];
            }
            members.iter().flat_map(|(key, value)| parts(value, &format!("{pointer}/{}", escape(key)))).collect()
        }
        Value::Array(elements) => {
            elements.iter().enumerate().flat_map(|(i, value)| parts(value, &format!("{pointer}/{i}"))).collect()
        }
        _ => Vec::new(),
    }
}

fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

#[test]
#[ignore = "needs ../shared/corpus"]
fn traffic() {
    let verifier = Verifier::new();
    for path in files("traffic") {
        let report = verifier.traffic(&fs::read_to_string(&path).unwrap());
        assert!(report.is_lossless() && report.checked > 0, "{}:\n{report}", path.display());
    }
}
