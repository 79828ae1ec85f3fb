//! Pages of cells without a [`NxCell`] for each: the fast way to rows and columns.
//!
//! Engines write the cells of straight cubes and lists in one usual layout,
//! `{"qText":"…","qNum":…,"qElemNumber":…,"qState":"…"}`. [`read_data_pages`] reads that layout by hand, borrows texts
//! from the answer and gives everything unusual to [`decode`](crate::decode): what comes out is the same.
//!
//! ```
//! use qix_schema::cells::{Table, read_data_pages};
//!
//! let answer = r#"{"qDataPages":[{"qMatrix":[
//!     [{"qText":"2024","qNum":2024,"qElemNumber":3,"qState":"O"},{"qText":"-","qNum":"NaN","qIsNull":true}]
//! ]}]}"#;
//! let mut table = Table::default();
//! read_data_pages(answer, &mut table)?;
//! let row = table.rows().next().unwrap();
//! assert_eq!((row[0].num, &*row[0].text), (2024.0, "2024"));
//! assert!(row[1].is_null && row[1].num.is_nan());
//! # Ok::<(), qix_schema::DecodeError>(())
//! ```

mod cell;
mod page;
mod scan;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::types::{NxCell, NxDataPage, StateEnumType};
use crate::wire::{DecodeError, decode_member};

/// What most programs want of a cell, with its text borrowed from the answer where that is possible.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Cell<'a> {
    /// The text, formatted: [`NxCell::text`].
    pub text: Cow<'a, str>,
    /// The number, or NaN: [`NxCell::num`].
    pub num: f64,
    /// The rank of the value among the field's, or a negative code: [`NxCell::elem_number`].
    pub elem_number: i32,
    /// The state of the value: [`NxCell::state`].
    pub state: StateEnumType,
    /// [`NxCell::is_empty`].
    pub is_empty: bool,
    /// [`NxCell::is_total_cell`].
    pub is_total_cell: bool,
    /// [`NxCell::is_other_cell`].
    pub is_other_cell: bool,
    /// [`NxCell::is_null`].
    pub is_null: bool,
}

impl From<NxCell> for Cell<'_> {
    fn from(cell: NxCell) -> Self {
        Self {
            text: Cow::Owned(cell.text),
            num: cell.num,
            elem_number: cell.elem_number,
            state: cell.state,
            is_empty: cell.is_empty,
            is_total_cell: cell.is_total_cell,
            is_other_cell: cell.is_other_cell,
            is_null: cell.is_null,
        }
    }
}

impl From<Cell<'_>> for NxCell {
    fn from(cell: Cell<'_>) -> Self {
        Self {
            text: cell.text.into_owned(),
            num: cell.num,
            elem_number: cell.elem_number,
            state: cell.state,
            is_empty: cell.is_empty,
            is_total_cell: cell.is_total_cell,
            is_other_cell: cell.is_other_cell,
            is_null: cell.is_null,
            ..Self::default()
        }
    }
}

/// Where cells go: rows, columns, a sum.
pub trait Sink<'a> {
    /// Takes the next cell of a row.
    fn cell(&mut self, cell: Cell<'a>);

    /// Ends a row.
    fn end_row(&mut self);

    /// Forgets all that came since reading began: it begins again.
    fn clear(&mut self);
}

/// Rows of cells, in one piece of memory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table<'a> {
    cells: Vec<Cell<'a>>,
    ends: Vec<usize>,
}

impl<'a> Table<'a> {
    /// A table with room for a number of rows and columns.
    pub fn with_capacity(rows: usize, columns: usize) -> Self {
        Self { cells: Vec::with_capacity(rows.saturating_mul(columns)), ends: Vec::with_capacity(rows) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[Cell<'a>]> {
        let mut start = 0;
        self.ends.iter().map(move |end| &self.cells[std::mem::replace(&mut start, *end)..*end])
    }
}

impl<'a> Sink<'a> for Table<'a> {
    #[inline]
    fn cell(&mut self, cell: Cell<'a>) {
        self.cells.push(cell);
    }

    fn end_row(&mut self) {
        self.ends.push(self.cells.len());
    }

    fn clear(&mut self) {
        self.cells.clear();
        self.ends.clear();
    }
}

/// Reads the result of a call that answers with `qDataPages`, all pages one after another.
///
/// The sink must be fresh: it may be told to start again.
///
/// # Errors
///
/// The same as decoding into [`NxDataPage`]s. Cells may have gone to the sink by then; they are to be thrown away.
pub fn read_data_pages<'a>(result: &'a str, sink: &mut impl Sink<'a>) -> Result<(), DecodeError> {
    if page::read(result, sink).is_some() {
        return Ok(());
    }
    sink.clear();
    let pages: Vec<NxDataPage> = decode_member(result, "qDataPages")?.unwrap_or_default();
    for row in pages.into_iter().flat_map(|page| page.matrix) {
        row.into_iter().for_each(|cell| sink.cell(cell.into()));
        sink.end_row();
    }
    Ok(())
}
