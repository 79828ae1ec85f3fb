//! Rows of cubes and lists as Arrow record batches.

mod dates;
mod names;
mod plan;
mod sink;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use futures_util::Stream;
use qix_schema::{Error, GenericObject};

pub use self::dates::{days, microseconds};
use self::plan::Plan;
use self::sink::BatchSink;
use crate::ext::rows::RowsError;
use crate::ext::rows::collect::Shape;
pub use crate::ext::rows::column_type::ColumnType;
use crate::ext::rows::columns::Columns;
use crate::ext::rows::stream::{Reading, RowsOf, fetching};

/// The record batches of an object; see
/// [`GenericObjectExt::record_batches`](crate::GenericObjectExt::record_batches).
/// Nothing is fetched until the schema or the first batch is requested; until then, you can set options.
#[must_use = "batches are fetched only when they are polled"]
pub struct BatchStream {
    pages: Reading<Batches>,
}

impl BatchStream {
    pub(super) fn of_object(object: &GenericObject) -> Self {
        Self { pages: Reading::new(RowsOf::Object(object.clone()), Batches::default()) }
    }

    /// Sets the type of a column, given by title, field, or expression. Defaults to a type derived from the layout.
    ///
    /// Returns [`RowsError::NoColumn`] if no column matches.
    pub fn with_type(mut self, column: impl Into<String>, kind: ColumnType) -> Self {
        self.pages.shape.types.push((column.into(), kind));
        self
    }

    fetching!(
        "Goes on after [`RowsError::Changed`]: the batches that follow it are all of the changed data, from the first \
         row on. Without this the stream ends with that error, and so it does with [`RowsError::OtherColumns`] if the \
         changed data would have another schema."
    );

    /// Returns the schema of all batches, before the first batch.
    ///
    /// # Errors
    ///
    /// Returns the errors of the stream, such as an error in the layout. The stream has ended in this case.
    pub async fn schema(&mut self) -> Result<SchemaRef, Error> {
        if let Some(schema) = &self.pages.shape.told {
            return Ok(Arc::clone(schema));
        }
        let opened = match poll_fn(|context| self.pages.poll_open(context)).await {
            Some(opened) => opened?,
            // There are no batches.
            None => self.pages.look().await?,
        };
        let schema = Arc::clone(&opened.plan.schema);
        self.pages.shape.told = Some(Arc::clone(&schema));
        Ok(schema)
    }
}

// The only pinned fields are boxed.
impl Unpin for BatchStream {}

impl Stream for BatchStream {
    type Item = Result<RecordBatch, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = ready!(self.pages.poll_page(context));
        if let Some(Ok(batch)) = &page {
            self.pages.shape.told.get_or_insert_with(|| batch.schema());
        }
        Poll::Ready(page)
    }
}

impl fmt::Debug for BatchStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pages } = self;
        f.debug_struct("BatchStream").field("of", &pages.origin).field("options", &pages.options).finish()
    }
}

/// Decodes each page into a record batch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batches {
    /// Requested types.
    types: Vec<(String, ColumnType)>,
    /// The schema that has been returned to the reader.
    told: Option<SchemaRef>,
}

impl Shape for Batches {
    type Plan = Plan;
    type Page = RecordBatch;
    type Sink<'a> = BatchSink<'a>;

    fn plan(&self, columns: &Columns) -> Result<Plan, Error> {
        let plan = Plan::new(columns, &self.types)?;
        match &self.told {
            Some(told) if *told != plan.schema => Err(RowsError::OtherColumns.into()),
            _ => Ok(plan),
        }
    }

    fn sink<'a>(plan: &'a Plan, columns: &'a Columns, first: usize, rows: usize) -> BatchSink<'a> {
        BatchSink::new(plan, columns, first, rows)
    }
}
