//! Rows whose cells borrow from a page.

use qix_schema::cells::{Cell, Node};
use qix_schema::types::NxCell;

use super::heading::{Heading, closed, null};

/// A cell of a row.
#[derive(Default)]
pub(super) enum Slot<'p> {
    /// A cell that has not arrived.
    #[default]
    Unset,
    Dimension(&'p Node<'p>),
    Measure(&'p Node<'p>),
    /// A dimension below a closed one.
    Closed,
    /// A measure without a value.
    Null,
    /// A cell of an earlier page.
    Kept(Box<NxCell>),
}

impl Slot<'_> {
    pub(super) fn cell(&self) -> Cell<'_> {
        match self {
            Self::Unset => Cell::default(),
            Self::Dimension(node) => node.of_dimension(),
            Self::Measure(node) => node.of_measure(),
            Self::Closed => closed(),
            Self::Null => null(),
            Self::Kept(cell) => Cell::from(&**cell),
        }
    }

    /// The cell without its page.
    fn kept(self) -> Slot<'static> {
        match self {
            Self::Unset => Slot::Unset,
            Self::Closed => Slot::Closed,
            Self::Null => Slot::Null,
            Self::Kept(cell) => Slot::Kept(cell),
            slot => Slot::Kept(Box::new(slot.cell().into())),
        }
    }
}

/// Rows of the same width: dimensions first, then measures.
#[derive(Default)]
pub(super) struct Queue<'p> {
    cells: Vec<Slot<'p>>,
    rows: Vec<Row>,
}

/// What is known of a row.
#[derive(Clone, Copy)]
struct Row {
    /// The number of measures that have not arrived.
    missing: usize,
    /// Whether it is a combination of left and top values, which may have no data.
    crossing: bool,
}

impl<'p> Queue<'p> {
    /// Adds a row.
    pub(super) fn push(&mut self, dimensions: usize, measures: usize, crossing: bool) -> usize {
        self.rows.push(Row { missing: measures, crossing });
        self.cells.extend((0..dimensions + measures).map(|_| Slot::Unset));
        self.rows.len() - 1
    }

    /// The cells of a row.
    pub(super) fn row_mut(&mut self, row: usize) -> &mut [Slot<'p>] {
        let width = self.cells.len() / self.rows.len();
        &mut self.cells[row * width..][..width]
    }

    /// Sets a measure of a row, counted from the end of the dimensions.
    pub(super) fn set(&mut self, row: usize, column: usize, value: Slot<'p>) {
        let before = std::mem::replace(&mut self.row_mut(row)[column], value);
        self.rows[row].missing -= usize::from(matches!(before, Slot::Unset));
    }

    pub(super) fn is_whole(&self, row: usize) -> bool {
        self.rows[row].missing == 0
    }

    /// Completes all rows, whose other measures will not arrive.
    pub(super) fn complete(&mut self, dimensions: usize) {
        for at in 0..self.rows.len() {
            let measures = &mut self.row_mut(at)[dimensions..];
            measures.iter_mut().filter(|slot| matches!(slot, Slot::Unset)).for_each(|slot| *slot = Slot::Null);
            self.rows[at].missing = 0;
        }
    }

    /// The number of rows before the first incomplete one.
    pub(super) fn whole(&self) -> usize {
        self.rows.iter().take_while(|row| row.missing == 0).count()
    }

    /// The first rows, without combinations that have no data.
    pub(super) fn first(&self, count: usize, dimensions: usize) -> impl Iterator<Item = &[Slot<'p>]> {
        let width = self.cells.len().checked_div(self.rows.len()).unwrap_or(0);
        self.rows[..count].iter().enumerate().filter_map(move |(at, row)| {
            let cells = &self.cells[at * width..][..width];
            let measures = &cells[dimensions..];
            let is_gap = row.crossing && !measures.is_empty() && measures.iter().all(|slot| slot.cell().is_null);
            (!is_gap).then_some(cells)
        })
    }

    /// The rows after the first ones, without their page.
    pub(super) fn after(mut self, count: usize) -> Queue<'static> {
        let width = self.cells.len().checked_div(self.rows.len()).unwrap_or(0);
        let cells = self.cells.drain(count * width..).map(Slot::kept).collect();
        Queue { cells, rows: self.rows.split_off(count) }
    }
}
