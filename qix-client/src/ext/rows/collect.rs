//! Collects rows: as values of a type, or as columns.

use std::marker::PhantomData;

use qix_schema::Error;
use qix_schema::cells::{Cell, Sink, Table};
use serde::de::DeserializeOwned;

use super::RowsError;
use super::columns::Columns;
use super::row::Reader;

/// How the rows of a page are collected.
pub(crate) trait Shape: Clone + Send + Sync + 'static {
    /// Derived from the columns before any row is read.
    type Plan: Send + Sync + 'static;
    /// The collected page.
    type Page: Send + 'static;
    /// Collects the cells of a page.
    type Sink<'a>: PageSink<Page = Self::Page>;

    /// Plans the columns.
    fn plan(&self, columns: &Columns) -> Result<Self::Plan, Error>;

    /// A sink for a page of about `rows` rows, starting at row `first`.
    fn sink<'a>(plan: &'a Self::Plan, columns: &'a Columns, first: usize, rows: usize) -> Self::Sink<'a>;
}

/// Collects the cells of a page.
pub(crate) trait PageSink: Sink {
    /// The collected page.
    type Page;

    /// The number of rows so far.
    fn rows(&self) -> usize;

    /// Finishes the page.
    fn finish(self) -> Result<Self::Page, Error>;
}

/// Collects each row as a value of a type.
pub(crate) struct Values<T>(PhantomData<fn() -> T>);

impl<T> Default for Values<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<T> Clone for Values<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T: DeserializeOwned + Send + 'static> Shape for Values<T> {
    type Plan = ();
    type Page = Vec<T>;
    type Sink<'a> = ValueSink<'a, T>;

    fn plan(&self, _: &Columns) -> Result<(), Error> {
        Ok(())
    }

    fn sink<'a>((): &'a (), columns: &'a Columns, first: usize, rows: usize) -> ValueSink<'a, T> {
        ValueSink {
            reader: Reader::new(columns),
            first,
            row: Table::with_capacity(1, columns.len()),
            count: 0,
            rows: Ok(Vec::with_capacity(rows)),
        }
    }
}

/// Collects each row as a value as soon as its cells are complete.
pub(crate) struct ValueSink<'a, T> {
    reader: Reader<'a>,
    first: usize,
    /// The cells of one row.
    row: Table,
    count: usize,
    rows: Result<Vec<T>, RowsError>,
}

impl<T: DeserializeOwned> Sink for ValueSink<'_, T> {
    #[inline]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.row.cell(column, cell);
    }

    fn end_row(&mut self) {
        self.row.end_row();
        if let (Ok(rows), Some(row)) = (&mut self.rows, self.row.row(0)) {
            match self.reader.read(self.first + rows.len(), row) {
                Ok(value) => rows.push(value),
                Err(error) => self.rows = Err(error),
            }
        }
        self.row.clear();
        self.count += 1;
    }

    fn clear(&mut self) {
        self.row.clear();
        self.count = 0;
        self.rows = Ok(Vec::new());
    }
}

impl<T: DeserializeOwned> PageSink for ValueSink<'_, T> {
    type Page = Vec<T>;

    fn rows(&self) -> usize {
        self.count
    }

    fn finish(self) -> Result<Vec<T>, Error> {
        self.rows.map_err(Error::from)
    }
}
