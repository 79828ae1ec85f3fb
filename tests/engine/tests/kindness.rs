//! Checks the list of kindnesses.

use std::path::Path;

#[test]
fn every_test_of_the_list_exists() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = 0;
    for line in include_str!("../KINDNESS.md").lines().filter(|line| line.starts_with("| ") && line.contains("::")) {
        let (_, cell) = line.trim_end_matches(" |").rsplit_once(" | ").unwrap_or_else(|| panic!("no test: {line}"));
        let name = cell.trim_matches('`');
        let (file, test) = name.split_once("::").unwrap_or_else(|| panic!("{name}: expected FILE::TEST"));
        let text = std::fs::read_to_string(package.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(text.contains(&format!("fn {test}()")), "{file} has no test `{test}`");
        tests += 1;
    }
    let rows =
        include_str!("../KINDNESS.md").lines().filter(|line| line.starts_with("| ") && !line.contains("| test |"));
    assert_eq!(tests, rows.count(), "a row of the list has no test");
}
