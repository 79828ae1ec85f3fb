//! What rows become: values of a type, or columns.

use std::marker::PhantomData;

use qix_schema::Error;
use qix_schema::cells::{Cell, Sink, Table};
use serde::de::DeserializeOwned;

use super::RowsError;
use super::columns::Columns;
use super::row::Reader;

/// What the rows of a page become.
pub(crate) trait Shape: Clone + Send + Sync + 'static {
    /// What is made of the columns before any row is read.
    type Plan: Send + Sync + 'static;
    /// What a page becomes.
    type Page: Send + 'static;
    /// Takes the cells of a page.
    type Sink<'a>: PageSink<Page = Self::Page>;

    /// Looks at the columns.
    fn plan(&self, columns: &Columns) -> Result<Self::Plan, Error>;

    /// What takes a page of about so many rows, the first of which has a number.
    fn sink<'a>(plan: &'a Self::Plan, columns: &'a Columns, first: usize, rows: usize) -> Self::Sink<'a>;
}

/// Takes the cells of a page.
pub(crate) trait PageSink: Sink {
    /// What the page becomes.
    type Page;

    /// How many rows there are so far.
    fn rows(&self) -> usize;

    /// Makes a page of them.
    fn finish(self) -> Result<Self::Page, Error>;
}

/// Each row a value of a type.
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

/// Makes a value of each row as soon as its cells are there.
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
