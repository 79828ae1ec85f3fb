//! Null cells.

use qix_schema::cells::Cell;

/// The element number of null.
pub(super) const NULL: i32 = -2;

/// Whether a cell has no value.
#[inline]
pub(crate) fn is_null(cell: Cell<'_>, measure: bool) -> bool {
    // Older engines do not flag null measures.
    let unflagged = || measure && matches!(cell.text, "" | "-");
    cell.is_null || cell.num.is_nan() && (cell.elem_number == NULL || unflagged())
}
