//! Entry points for fuzzing; see `tests/fuzz`.

use std::fmt::Debug;

use crate::cells::{Cell, Table, read_data_pages};
use crate::types::*;
use crate::wire::{DecodeError, Wire, general};

/// The cell parser must return the same cells or error as the general decoder.
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

/// The content of a row, with `NaN` equal to itself and -0 different from 0.
fn exact<'a>(row: impl Iterator<Item = Cell<'a>>) -> Vec<String> {
    row.map(|cell| format!("{cell:?} {}", cell.num.to_bits())).collect()
}

/// The parser must return the same value as the general decoder, or an error with the same path. The first byte selects
/// the type.
pub fn decode(input: &[u8]) {
    let Some((first, rest)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    AS[usize::from(*first) % AS.len()](text);
}

/// Types with all kinds of members: strings, numbers, enums, lists, trees, boxes, and custom members.
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

/// Compares the results for a text.
pub(crate) fn agree<T: Wire + Default + Debug>(text: &str) {
    // As strings, so that `NaN` equals itself and -0 differs from 0.
    let shown = |value: T| format!("{value:?}");
    same(crate::decode(text).map(shown), general::decode(text).map(shown));
}

/// Checks that both results are equal, or errors with the same path.
#[track_caller]
pub(crate) fn same<T: Debug + PartialEq>(read: Result<T, DecodeError>, general: Result<T, DecodeError>) {
    match (read, general) {
        (Ok(read), Ok(general)) => assert_eq!(read, general),
        (Err(read), Err(general)) => {
            // The parser reports an unexpected list or object immediately; the general decoder reads its start first.
            let unfit =
                ["invalid type: sequence", "invalid type: map"].iter().any(|kind| read.to_string().contains(kind));
            let inside = unfit && (read.path == "." || general.path.starts_with(&read.path));
            assert!(inside || read.path == general.path, "{read} / {general}");
        }
        (read, general) => panic!("{read:?} / {general:?}"),
    }
}
