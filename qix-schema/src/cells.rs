//! Reads pages of cells without building an [`NxCell`] for each: the fast way to rows and columns.
//!
//! Engines write the cells of straight cubes and lists in a common form,
//! `{"qText":"…","qNum":…,"qElemNumber":…,"qState":"…"}`. [`read_data_pages`] passes each cell of this form to a
//! [`Sink`] without allocating. Other cells are decoded as [`NxCell`], with the same result.
//!
//! A sink decides what to keep of each cell. This one builds columns:
//!
//! ```
//! use qix_schema::cells::{Cell, Sink, read_data_pages};
//!
//! #[derive(Default)]
//! struct Columns {
//!     regions: Vec<String>,
//!     sales: Vec<Option<f64>>,
//! }
//!
//! impl Sink for Columns {
//!     fn cell(&mut self, column: usize, cell: Cell<'_>) {
//!         match column {
//!             0 => self.regions.push(cell.text.to_owned()),
//!             _ => self.sales.push((!cell.num.is_nan()).then_some(cell.num)),
//!         }
//!     }
//!
//!     fn end_row(&mut self) {}
//!
//!     fn clear(&mut self) {
//!         *self = Self::default();
//!     }
//! }
//!
//! let answer = r#"{"qDataPages":[{"qMatrix":[
//!     [{"qText":"North","qNum":"NaN","qElemNumber":3,"qState":"O"},{"qText":"7.5","qNum":7.5}],
//!     [{"qText":"South","qNum":"NaN","qElemNumber":1,"qState":"O"},{"qText":"-","qNum":"NaN","qIsNull":true}]
//! ]}]}"#;
//! let mut columns = Columns::default();
//! read_data_pages(answer, &mut columns)?;
//! assert_eq!(columns.regions, ["North", "South"]);
//! assert_eq!(columns.sales, [Some(7.5), None]);
//! # Ok::<(), qix_schema::DecodeError>(())
//! ```
//!
//! [`Table`] is a sink that stores rows.
//!
//! Pages of pivot and stacked cubes are trees. [`read_pivot_pages`], [`read_stack_pages`], and [`read_tree_nodes`] read them as
//! lists of nodes that borrow from the text.

mod attributes;
mod cell;
mod page;
mod table;
#[cfg(test)]
mod tests;
mod tree;

use std::borrow::Cow;

use attributes::Attributes;

use crate::types::{NxAttributeExpressionValues, NxCell, NxDataPage, NxSimpleValue, StateEnumType};
use crate::wire::{DecodeError, decode_member, explain};

pub use table::{Row, Table};
pub use tree::{Node, PivotPage, StackPage, Tree, read_pivot_pages, read_stack_pages, read_tree_nodes};

/// The most important parts of a cell, borrowed from the input.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cell<'a> {
    /// The formatted string: [`NxCell::text`].
    pub text: &'a str,
    /// The number, or `NaN`: [`NxCell::num`].
    pub num: f64,
    /// The element number of the value, or a negative code: [`NxCell::elem_number`].
    pub elem_number: i32,
    /// The selection state of the value: [`NxCell::state`].
    pub state: &'a StateEnumType,
    /// [`NxCell::is_empty`].
    pub is_empty: bool,
    /// [`NxCell::is_total_cell`].
    pub is_total_cell: bool,
    /// [`NxCell::is_other_cell`].
    pub is_other_cell: bool,
    /// [`NxCell::is_null`].
    pub is_null: bool,
    attributes: Attributes<'a>,
}

impl<'a> Cell<'a> {
    /// The results of attribute expressions: [`NxCell::attr_exps`]. They are decoded when this is called. The cells of
    /// a [`Table`] do not have them.
    pub fn attr_exps(self) -> Cow<'a, [NxSimpleValue]> {
        self.attributes.values()
    }
}

impl Default for Cell<'_> {
    fn default() -> Self {
        Self {
            text: "",
            num: 0.0,
            elem_number: 0,
            state: &StateEnumType::Locked,
            is_empty: false,
            is_total_cell: false,
            is_other_cell: false,
            is_null: false,
            attributes: Attributes::default(),
        }
    }
}

impl<'a> From<&'a NxCell> for Cell<'a> {
    fn from(cell: &'a NxCell) -> Self {
        Self {
            text: &cell.text,
            num: cell.num,
            elem_number: cell.elem_number,
            state: &cell.state,
            is_empty: cell.is_empty,
            is_total_cell: cell.is_total_cell,
            is_other_cell: cell.is_other_cell,
            is_null: cell.is_null,
            attributes: cell.attr_exps().into(),
        }
    }
}

impl From<Cell<'_>> for NxCell {
    #[inline]
    fn from(cell: Cell<'_>) -> Self {
        let own = Self {
            text: cell.text.to_owned(),
            num: cell.num,
            elem_number: cell.elem_number,
            state: cell.state.clone(),
            is_empty: cell.is_empty,
            is_total_cell: cell.is_total_cell,
            is_other_cell: cell.is_other_cell,
            is_null: cell.is_null,
            ..Self::default()
        };
        match cell.attr_exps() {
            values if values.is_empty() => own,
            values => own.with_attr_exps(NxAttributeExpressionValues::default().with_values(values.into_owned())),
        }
    }
}

/// Receives cells.
pub trait Sink {
    /// Receives the next cell of a row. Columns are counted from 0.
    fn cell(&mut self, column: usize, cell: Cell<'_>);

    /// Ends a row, which may be empty.
    fn end_row(&mut self);

    /// Discards everything received so far, because reading starts again.
    fn clear(&mut self);
}

/// Reads the response of a call that returns `qDataPages`, one page after another.
///
/// The sink must be empty, because reading may start again.
///
/// # Errors
///
/// Returns the same errors as decoding into [`NxDataPage`]s. Discard any cells that the sink has received.
pub fn read_data_pages(result: &str, sink: &mut impl Sink) -> Result<(), DecodeError> {
    let mut replaced = false;
    let read = explain(result, page::read(result, sink, &mut replaced));
    if !replaced {
        return read;
    }
    // The last of several members with the same name counts, and the sink has received the rows of the first.
    sink.clear();
    let pages: Vec<NxDataPage> = decode_member(result, "qDataPages")?.unwrap_or_default();
    for row in pages.iter().flat_map(|page| &page.matrix) {
        row.iter().enumerate().for_each(|(column, cell)| sink.cell(column, cell.into()));
        sink.end_row();
    }
    Ok(())
}
