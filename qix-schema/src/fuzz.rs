//! What is fuzzed: see `tests/fuzz`.

use std::fmt::Debug;

use crate::cells::{Cell, Table, read_data_pages};
use crate::types::*;
use crate::wire::{DecodeError, Wire, general};

/// The reader of cells brings what the general decoder brings, or the same error.
pub fn cells(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut table = Table::default();
    let read = read_data_pages(text, &mut table);
    match (read, general::member::<Vec<NxDataPage>>(text, "qDataPages")) {
        (Ok(()), Ok(pages)) => {
            let pages = pages.unwrap_or_default();
            let expected: Vec<_> = pages.into_iter().flat_map(|page| page.matrix).collect();
            assert_eq!(table.len(), expected.len());
            for (row, expected) in table.rows().zip(&expected) {
                assert_eq!(exact(row.cells()), exact(expected.iter().map(Cell::from)));
            }
        }
        (read, pages) => same(read, pages.map(drop)),
    }
}

/// All of a row, so that NaN is itself and -0 is not 0.
fn exact<'a>(row: impl Iterator<Item = Cell<'a>>) -> Vec<String> {
    row.map(|cell| format!("{cell:?} {}", cell.num.to_bits())).collect()
}

/// The reader of texts brings what the general decoder brings, or an error of the same place. The first byte says as what.
pub fn decode(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    AS[usize::from(*first) % AS.len()](text);
}

/// Types that hold all kinds of members: texts, numbers, enums, lists, trees, boxes and members of apps.
const AS: [fn(&str); 16] = [
    agree::<GenericObjectLayout>,
    agree::<HyperCube>,
    agree::<NxDataPage>,
    agree::<NxPivotPage>,
    agree::<NxStackPage>,
    agree::<ListObject>,
    agree::<GenericObjectEntry>,
    agree::<NxTreeNode>,
    agree::<NxCell>,
    agree::<HyperCubeDef>,
    agree::<NxAppLayout>,
    agree::<Vec<f64>>,
    agree::<Vec<i64>>,
    agree::<Vec<String>>,
    agree::<NxPatches>,
    agree::<Vec<NxPatch>>,
];

/// Both read a text alike.
pub(crate) fn agree<T: Wire + Default + Debug>(text: &str) {
    // As text, so that NaN is itself and -0 is not 0.
    let shown = |value: T| format!("{value:?}");
    same(crate::decode(text).map(shown), general::decode(text).map(shown));
}

/// Both are the same value, or errors of the same place.
#[track_caller]
pub(crate) fn same<T: Debug + PartialEq>(read: Result<T, DecodeError>, general: Result<T, DecodeError>) {
    match (read, general) {
        (Ok(read), Ok(general)) => assert_eq!(read, general),
        (Err(read), Err(general)) => {
            // A list or an object that does not belong somewhere is told at once. The general decoder looks into it first.
            let unfit =
                ["invalid type: sequence", "invalid type: map"].iter().any(|kind| read.to_string().contains(kind));
            let inside = unfit && (read.path == "." || general.path.starts_with(&read.path));
            assert!(inside || read.path == general.path, "{read} / {general}");
        }
        (read, general) => panic!("{read:?} / {general:?}"),
    }
}
