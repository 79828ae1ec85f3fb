//! Real schemas, as the vendor published them.
//!
//! They are not part of the project. If the folder `../shared/schemas` is next to the checkout, run
//! `cargo test -p xtask --test published -- --ignored`.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use std::path::Path;
use std::process::Command;

fn diff(arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/schemas");
    let arguments = arguments.iter().map(|argument| match argument.strip_suffix(".json") {
        Some(_) => folder.join(argument).into_os_string(),
        None => argument.into(),
    });
    let output = Command::new(env!("CARGO_BIN_EXE_xtask")).arg("diff").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
#[ignore = "needs ../shared/schemas"]
fn engine_12_2886_adds_to_12_2528_and_breaks_nothing() {
    let said = diff(&["12.2528.0.json", "12.2886.0.json", "--deny-breaking"]);
    assert!(said.starts_with("Engine 12.2528.0 → 12.2886.0\n\nCompatible: 25\n"), "{said}");
    assert!(said.contains("\nBreaking: 0. Needs a recompile: 0. Compatible: 25. Semver step: minor, "), "{said}");
    assert!(said.contains("Engine 12.2886.0 is Qlik Cloud on August 29, 2026."), "{said}");
    // The companion contains facts that the new schema omits.
    assert!(!said.contains("companion.json"), "{said}");
}

#[test]
#[ignore = "needs ../shared/schemas"]
fn the_committed_snapshot_has_the_facts_of_the_newest_schema() {
    let said = diff(&["12.2886.0.json", "committed"]);
    assert!(said.contains("No difference."), "{said}");
}
