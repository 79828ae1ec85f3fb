//! What pages contain in addition to cells: results of attribute expressions, which become cells of the row, and whether
//! dimensions have values.

use qix_schema::Error;
use qix_schema::cells::{Cell, Sink};
use qix_schema::types::NxSimpleValue;

use super::collect::{PageSink, Shape};
use super::columns::Columns;
use super::doubt::Doubt;

/// A sink that also receives the results of attribute expressions, and sees whether dimensions have values.
pub(super) struct WithAttributes<'a, S: Shape> {
    sink: S::Sink<'a>,
    columns: &'a Columns,
    /// The results of the current row, by column.
    results: Vec<Vec<NxSimpleValue>>,
    /// The dimensions that may name no field. The first page shows whether they have values.
    doubts: &'a [Doubt],
    /// Whether there is anything to do but pass the cells on.
    watches: bool,
    /// Cells of the current row.
    cells: usize,
}

impl<'a, S: Shape> WithAttributes<'a, S> {
    pub(super) fn new(plan: &'a S::Plan, columns: &'a Columns, first: usize, rows: usize) -> Self {
        let have_results = columns.attributes().last().map_or(0, |last| last.column + 1);
        let results = vec![Vec::new(); have_results];
        let doubts = if first == 0 { columns.doubts() } else { &[] };
        let watches = !results.is_empty() || !doubts.is_empty();
        Self { sink: S::sink(plan, columns, first, rows), columns, results, doubts, watches, cells: 0 }
    }

    #[inline(never)]
    fn watch(&mut self, column: usize, cell: Cell<'_>) {
        self.cells += 1;
        if let Some(results) = self.results.get_mut(column) {
            *results = cell.attr_exps().into_owned();
        }
        self.doubts.iter().filter(|doubt| doubt.column == column).for_each(|doubt| doubt.see(cell));
    }

    #[cold]
    #[inline(never)]
    fn end_attributes(&mut self) {
        // The sink reports a row of another width.
        if std::mem::take(&mut self.cells) != self.columns.width() {
            return;
        }
        for (at, attribute) in self.columns.attributes().iter().enumerate() {
            let result = self.results[attribute.column].get(attribute.number);
            self.sink.cell(self.columns.width() + at, result.map_or_else(missing, of_result));
        }
        self.results.iter_mut().for_each(Vec::clear);
    }
}

impl<S: Shape> Sink for WithAttributes<'_, S> {
    #[inline(always)]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.sink.cell(column, cell);
        if self.watches {
            self.watch(column, cell);
        }
    }

    #[inline(always)]
    fn end_row(&mut self) {
        if self.watches {
            self.end_attributes();
        }
        self.sink.end_row();
    }

    fn clear(&mut self) {
        self.results.iter_mut().for_each(Vec::clear);
        self.doubts.iter().for_each(Doubt::forget);
        self.cells = 0;
        self.sink.clear();
    }
}

impl<S: Shape> PageSink for WithAttributes<'_, S> {
    type Page = S::Page;

    fn rows(&self) -> usize {
        self.sink.rows()
    }

    fn finish(self) -> Result<S::Page, Error> {
        self.sink.finish()
    }
}

fn of_result(result: &NxSimpleValue) -> Cell<'_> {
    let mut cell = Cell::default();
    (cell.text, cell.num) = (&result.text, result.num);
    cell
}

/// Cells outside of the data, such as closed levels, have no results.
fn missing<'a>() -> Cell<'a> {
    let mut cell = Cell::default();
    (cell.num, cell.is_null) = (f64::NAN, true);
    cell
}
