//! Targets for pages: sinks and the generated types.

use super::page::Target;
use super::{Cell, Sink};
use crate::types::{NxCell, NxDataPage};

/// Passes cells to a sink.
pub(super) struct Into<'s, S>(pub(super) &'s mut S);

impl<S: Sink> Target for Into<'_, S> {
    const SLIM: bool = true;

    #[inline(always)]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.0.cell(column, cell);
    }

    fn whole_cell(&mut self, column: usize, cell: NxCell) {
        self.0.cell(column, Cell::from(&cell));
    }

    fn end_row(&mut self) {
        self.0.end_row();
    }

    fn end_page(&mut self, _: NxDataPage) {}
}

/// Builds generated pages.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) pages: Vec<NxDataPage>,
    rows: Vec<Vec<NxCell>>,
    row: Vec<NxCell>,
}

impl Target for Pages {
    const SLIM: bool = false;

    #[inline(always)]
    fn cell(&mut self, _: usize, cell: Cell<'_>) {
        self.row.push(cell.into());
    }

    fn whole_cell(&mut self, _: usize, cell: NxCell) {
        self.row.push(cell);
    }

    fn end_row(&mut self) {
        // Rows usually have the same length.
        let next = Vec::with_capacity(self.row.len());
        self.rows.push(std::mem::replace(&mut self.row, next));
    }

    fn end_page(&mut self, page: NxDataPage) {
        self.pages.push(NxDataPage { matrix: std::mem::take(&mut self.rows), ..page });
    }
}
