//! Results of attribute expressions, as cells after those of their row.

use qix_schema::Error;
use qix_schema::cells::{Cell, Sink};
use qix_schema::types::NxSimpleValue;

use super::collect::{PageSink, Shape};
use super::columns::Columns;

/// A sink that also receives the results of attribute expressions.
pub(super) struct WithAttributes<'a, S: Shape> {
    sink: S::Sink<'a>,
    columns: &'a Columns,
    /// The results of the current row, by column.
    results: Vec<Vec<NxSimpleValue>>,
    /// Cells of the current row.
    cells: usize,
}

impl<'a, S: Shape> WithAttributes<'a, S> {
    pub(super) fn new(plan: &'a S::Plan, columns: &'a Columns, first: usize, rows: usize) -> Self {
        let have_results = columns.attributes().last().map_or(0, |last| last.column + 1);
        let results = vec![Vec::new(); have_results];
        Self { sink: S::sink(plan, columns, first, rows), columns, results, cells: 0 }
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
        if !self.results.is_empty() {
            self.cells += 1;
            if let Some(results) = self.results.get_mut(column) {
                *results = cell.attr_exps().into_owned();
            }
        }
    }

    #[inline(always)]
    fn end_row(&mut self) {
        if !self.results.is_empty() {
            self.end_attributes();
        }
        self.sink.end_row();
    }

    fn clear(&mut self) {
        self.results.iter_mut().for_each(Vec::clear);
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
