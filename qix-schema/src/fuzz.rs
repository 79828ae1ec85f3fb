//! Entry points for fuzzing; see `tests/fuzz`.

use crate::cells::{Cell, Table, read_data_pages};
use crate::types::NxDataPage;
use crate::wire::decode_member;

/// The cell parser must return the same cells or error as the general decoder.
pub fn cells(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut table = Table::default();
    let read = read_data_pages(text, &mut table).map_err(|error| error.to_string());
    let pages = decode_member::<Vec<NxDataPage>>(text, "qDataPages").map_err(|error| error.to_string());
    match (read, pages) {
        (Ok(()), Ok(pages)) => {
            let pages = pages.unwrap_or_default();
            let expected: Vec<_> = pages.into_iter().flat_map(|page| page.matrix).collect();
            assert_eq!(table.len(), expected.len());
            for (row, expected) in table.rows().zip(&expected) {
                assert_eq!(exact(row.cells()), exact(expected.iter().map(Cell::from)));
            }
        }
        (read, pages) => assert_eq!(read, pages.map(drop)),
    }
}

/// The content of a row, with `NaN` equal to itself and -0 different from 0.
fn exact<'a>(row: impl Iterator<Item = Cell<'a>>) -> Vec<String> {
    row.map(|cell| format!("{cell:?} {}", cell.num.to_bits())).collect()
}
