//! Rows of cubes and lists, as a stream of any type.

mod attributes;
pub(crate) mod cell;
pub(crate) mod collect;
#[cfg(feature = "arrow")]
pub(crate) mod column_type;
pub(crate) mod columns;
mod decode_error;
mod doubt;
mod error;
#[cfg(feature = "__fuzz")]
pub(crate) mod fuzz;
mod names;
pub(crate) mod null;
mod pages;
mod pivot;
mod row;
mod source;
mod straight;
pub(crate) mod stream;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::{Stream, TryStreamExt};
use qix_schema::cells::{Cell, Sink, Table};
use qix_schema::types::NxCell;
use qix_schema::{Doc, Error, GenericObject};
use serde::de::DeserializeOwned;

use collect::Values;
use columns::Columns;
pub use error::RowsError;
use row::Reader;
use stream::{Reading, RowsOf, fetching, has_changed};

/// The rows of an object; see [`GenericObjectExt::rows`](crate::GenericObjectExt::rows). Nothing is fetched until the
/// first row is requested; until then, you can set options.
#[must_use = "rows are fetched only when they are polled"]
pub struct RowStream<T: DeserializeOwned + Send + 'static> {
    pages: Reading<Values<T>>,
    page: vec::IntoIter<T>,
}

impl<T: DeserializeOwned + Send + 'static> RowStream<T> {
    pub(super) fn of_object(object: &GenericObject) -> Self {
        Self::new(RowsOf::Object(object.clone()))
    }

    pub(super) fn of_field(doc: &Doc, field: String) -> Self {
        Self::new(RowsOf::Field(doc.clone(), field))
    }

    fn new(origin: RowsOf) -> Self {
        Self { pages: Reading::new(origin, Values::default()), page: Vec::new().into_iter() }
    }

    fetching!(
        "Goes on after [`RowsError::Changed`]: the rows that follow it are all rows of the changed data, from the first \
         on. Without this the stream ends with that error."
    );

    /// Returns all rows. With [`with_restart`](Self::with_restart), starts over if the data changes.
    ///
    /// # Errors
    ///
    /// Returns the first error of the stream.
    pub async fn read_all(mut self) -> Result<Vec<T>, Error> {
        let mut rows = Vec::new();
        loop {
            match self.try_next().await {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => return Ok(rows),
                Err(error) if self.pages.options.restart && has_changed(&error) => rows.clear(),
                Err(error) => return Err(error),
            }
        }
    }
}

/// The value of an expression as any type, like the measure of a row; otherwise the mismatch.
pub(super) fn value_of<T: DeserializeOwned>(expression: &str, text: &str, num: f64) -> Result<T, String> {
    let columns = Columns::of_measure(expression);
    let mut cells = Table::with_capacity(1, 1);
    let cell = NxCell::default().with_text(text).with_num(num);
    cells.cell(0, Cell::from(&cell));
    cells.end_row();
    let row = cells.row(0).ok_or("there is no value")?;
    Reader::new(&columns).read(0, row).map_err(|error| match error {
        RowsError::Value { problem, .. } | RowsError::Row { problem, .. } => problem,
        other => other.to_string(),
    })
}

// The only pinned fields are boxed.
impl<T: DeserializeOwned + Send + 'static> Unpin for RowStream<T> {}

impl<T: DeserializeOwned + Send + 'static> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(row) = self.page.next() {
                return Poll::Ready(Some(Ok(row)));
            }
            match ready!(self.pages.poll_page(context)) {
                Some(Ok(page)) => self.page = page.into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T: DeserializeOwned + Send + 'static> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").field("of", &self.pages.origin).field("options", &self.pages.options).finish()
    }
}
