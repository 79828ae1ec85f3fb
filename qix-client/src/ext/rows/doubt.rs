//! Dimensions that may name no field.

use std::sync::atomic::{AtomicU8, Ordering};

use qix_schema::cells::Cell;

use super::null::NULL;

/// A dimension that may name no field, because the layout shows no values of it. Its cells decide.
#[derive(Debug)]
pub(super) struct Doubt {
    pub(super) column: usize,
    definition: String,
    /// What its cells are: null, something else, or both.
    seen: AtomicU8,
}

impl Doubt {
    const NULL: u8 = 1;
    const OTHER: u8 = 2;

    pub(super) fn new(column: usize, definition: String) -> Self {
        Self { column, definition, seen: AtomicU8::default() }
    }

    /// Adds a cell. Closed levels and totals do not count.
    pub(super) fn see(&self, cell: Cell<'_>) {
        let seen = match (cell.elem_number, cell.is_null) {
            (NULL, _) => Self::NULL,
            (_, true) => return,
            (_, false) => Self::OTHER,
        };
        self.seen.fetch_or(seen, Ordering::Relaxed);
    }

    pub(super) fn forget(&self) {
        self.seen.store(0, Ordering::Relaxed);
    }

    /// The definition, once, if all cells were null.
    pub(super) fn take_null_only(&self) -> Option<String> {
        (self.seen.swap(0, Ordering::Relaxed) == Self::NULL).then(|| self.definition.clone())
    }
}
