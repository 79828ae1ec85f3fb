//! A sink that stores rows.

use super::{Cell, Sink};
use crate::types::StateEnumType;

/// Rows of cells. Stores all cells in one allocation and all strings in another.
///
/// ```
/// use qix_schema::cells::{Table, read_data_pages};
///
/// let answer = r#"{"qDataPages":[{"qMatrix":[
///     [{"qText":"2024","qNum":2024,"qElemNumber":3,"qState":"O"},{"qText":"-","qNum":"NaN","qIsNull":true}]
/// ]}]}"#;
/// let mut table = Table::default();
/// read_data_pages(answer, &mut table)?;
/// let row = table.rows().next().unwrap();
/// let cells: Vec<_> = row.cells().collect();
/// assert_eq!((cells[0].num, cells[0].text), (2024.0, "2024"));
/// assert!(cells[1].is_null && cells[1].num.is_nan());
/// # Ok::<(), qix_schema::DecodeError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Table {
    texts: String,
    cells: Vec<Slim>,
    /// End of each row among the cells.
    ends: Vec<usize>,
}

/// A cell without its string.
#[derive(Clone, Debug)]
struct Slim {
    num: f64,
    /// End of the string; it starts at the end of the previous cell's string.
    end: usize,
    state: StateEnumType,
    elem_number: i32,
    is_empty: bool,
    is_total_cell: bool,
    is_other_cell: bool,
    is_null: bool,
}

impl Table {
    /// Creates a table with capacity for a number of rows and columns.
    pub fn with_capacity(rows: usize, columns: usize) -> Self {
        /// Strings in cells are short: names, and numbers of a few digits.
        const TEXT: usize = 8;
        let cells = rows.saturating_mul(columns);
        Self {
            texts: String::with_capacity(cells.saturating_mul(TEXT)),
            cells: Vec::with_capacity(cells),
            ends: Vec::with_capacity(rows),
        }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the table has no rows.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The row at an index, counted from 0.
    #[inline]
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some(Row { table: self, start, end })
    }

    /// The rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        let mut start = 0;
        self.ends.iter().map(move |end| Row { table: self, start: std::mem::replace(&mut start, *end), end: *end })
    }

    #[inline(always)]
    fn cell(&self, index: usize) -> Cell<'_> {
        let slim = &self.cells[index];
        let start = index.checked_sub(1).map_or(0, |before| self.cells[before].end);
        Cell {
            text: &self.texts[start..slim.end],
            num: slim.num,
            elem_number: slim.elem_number,
            state: &slim.state,
            is_empty: slim.is_empty,
            is_total_cell: slim.is_total_cell,
            is_other_cell: slim.is_other_cell,
            is_null: slim.is_null,
            ..Cell::default()
        }
    }
}

impl Sink for Table {
    #[inline(always)]
    fn cell(&mut self, _: usize, cell: Cell<'_>) {
        self.texts.push_str(cell.text);
        self.cells.push(Slim {
            num: cell.num,
            end: self.texts.len(),
            state: cell.state.clone(),
            elem_number: cell.elem_number,
            is_empty: cell.is_empty,
            is_total_cell: cell.is_total_cell,
            is_other_cell: cell.is_other_cell,
            is_null: cell.is_null,
        });
    }

    fn end_row(&mut self) {
        self.ends.push(self.cells.len());
    }

    fn clear(&mut self) {
        self.texts.clear();
        self.cells.clear();
        self.ends.clear();
    }
}

/// A row of a [`Table`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    table: &'a Table,
    start: usize,
    end: usize,
}

impl<'a> Row<'a> {
    /// The number of cells.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the row has no cells.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The cell in a column, counted from 0.
    #[inline(always)]
    pub fn get(self, column: usize) -> Option<Cell<'a>> {
        if column < self.len() { Some(self.table.cell(self.start + column)) } else { None }
    }

    /// The cells.
    pub fn cells(self) -> impl ExactSizeIterator<Item = Cell<'a>> {
        (self.start..self.end).map(move |index| self.table.cell(index))
    }
}
