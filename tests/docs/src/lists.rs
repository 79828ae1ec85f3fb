//! Checks that the tests in the lists of defects and of reports exist. They belong to several packages.

use std::path::Path;

/// Checks that the tests of a list exist, and returns how many there are.
fn tests_of(list: &str) -> usize {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut tests = 0;
    for line in list.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let (_, cell) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap();
        let names: Vec<_> = cell.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "no test: {line}");
        for name in names {
            let (file, test) = name.split_once("::").unwrap_or_else(|| panic!("{name}: expected FILE::TEST"));
            let text = std::fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            assert!(text.contains(&format!("fn {test}(")), "{file} has no test `{test}`");
            tests += 1;
        }
    }
    tests
}

#[test]
fn every_test_of_the_defects_exists() {
    let tests = tests_of(include_str!("../../../qix-client/tests/it/regressions/DEFECTS.md"));
    assert!(tests > 80, "only {tests} tests were found in the list");
}

#[test]
fn every_test_of_the_reports_exists() {
    let tests = tests_of(include_str!("../../../qix-client/tests/it/regressions/REAL_WORLD.md"));
    assert!(tests > 30, "only {tests} tests were found in the list");
}
