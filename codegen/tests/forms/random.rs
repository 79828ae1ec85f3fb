//! Equivalent forms at random positions of files with thousands of them.

use proptest::prelude::*;

use crate::json::Json;
use crate::support::{published, rebuilt};
use crate::table::Expected::Same;
use crate::table::{Change, ROWS, Read, Row, check, places};

/// Makes a random change many times, and then several at once that preserve the code.
fn change_at_random(name: &str, file: &Json, cases: u32) {
    let (original, places) = (Read::of(file).unwrap(), places(file));
    let made = (0..ROWS.len(), any::<prop::sample::Index>());
    let several = prop::collection::vec((0..ROWS.len(), any::<prop::sample::Index>()), 2..20);
    let at = |row: &Row, index: &prop::sample::Index| {
        let fitting: Vec<&String> = places.iter().filter(|(kind, _)| row.1.contains(kind)).map(|(_, at)| at).collect();
        (!fitting.is_empty()).then(|| index.get(&fitting).to_string())
    };
    proptest!(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }, |(one in made, several in several)| {
        let row = &ROWS[one.0];
        if let Some(place) = at(row, &one.1) {
            check(file, &original, row, &place);
        }
        let mut changed = file.clone();
        let mut taken: Vec<String> = Vec::new();
        for (row, index) in &several {
            let row = &ROWS[*row];
            let Some(place) = at(row, index) else { continue };
            // A change may move the position of another one.
            let apart = |other: &String| !place.starts_with(other.as_str()) && !other.starts_with(&place);
            if matches!(row.3, Same) && taken.iter().all(apart) {
                let change: Change = row.2;
                change(changed.at(&place), file);
                taken.push(place);
            }
        }
        let read = Read::of(&changed).unwrap_or_else(|faults| panic!("{name} at {taken:?}: {faults}"));
        read.assert_same_code(&original, &format!("{name} at {taken:?}"));
    });
}

#[test]
fn the_committed_snapshot_in_other_forms_is_the_same() {
    change_at_random("snapshot", &rebuilt(), 8);
}

#[test]
#[ignore = "needs ../shared"]
fn real_files_in_other_forms_are_the_same() {
    for (name, file) in published() {
        change_at_random(&name, &file, 40);
    }
}
