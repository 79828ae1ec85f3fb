//! Rows of cubes and lists as columns: Arrow record batches.

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

use self::plan::Plan;
use self::sink::BatchSink;
use crate::ext::rows::RowsError;
use crate::ext::rows::collect::Shape;
use crate::ext::rows::column_type::ColumnType;
use crate::ext::rows::columns::Columns;
use crate::ext::rows::stream::{Origin, Reading, fetching};

/// Objects whose data are columns: those with a cube or a list.
pub trait RecordBatches {
    /// The rows of the object's cube or list as Arrow record batches, one a page: what Parquet files, DataFusion, Polars
    /// and DuckDB take.
    ///
    /// The same rows come as from [`Rows::rows`](crate::Rows::rows), those of pivot and stacked cubes too, and they are
    /// fetched in the same way. The cells go from the answer into the columns.
    ///
    /// A column has the title of the cube's; the second of a title has `_2` behind it, and so on. Its type is known
    /// before the first row, from what the layout says:
    ///
    /// * A dimension is of the type of its tags: `$date` is a [`Date`](ColumnType::Date), `$timestamp` a
    ///   [`Timestamp`](ColumnType::Timestamp), `$integer` an [`Integer`](ColumnType::Integer), `$numeric` a
    ///   [`Number`](ColumnType::Number), `$boolean`, which apps can set, a [`Boolean`](ColumnType::Boolean). Numbers that
    ///   are shown as dates or times of a day are dates if all are whole, else timestamps. Any other is
    ///   [`Text`](ColumnType::Text).
    /// * A measure is of the type of its format: a date, a timestamp, else a number; or a text, if no result is a number.
    ///   Of results that are numbers here and texts there the layout says nothing: ask for text.
    /// * Times of day and intervals are numbers: parts of a day. Further columns of a list are texts.
    ///
    /// [`BatchStream::with_type`] has the last word. Null is null in every column, and so is the group of others in one
    /// that is no text. What does not fit the type of its column is an error with row and column; nothing is ever
    /// rounded to fit, but times to microseconds.
    ///
    /// ```
    /// use arrow_array::types::Float64Type;
    /// use arrow_array::cast::AsArray;
    /// use futures_util::TryStreamExt;
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let cube = HyperCubeDef::default()
    ///     .with_dimensions([NxDimension::field("Year"), NxDimension::field("Region")])
    ///     .with_measures([NxMeasure::expression("Sum(Sales)")]);
    /// let table = doc.create_session_object(GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await?;
    ///
    /// let mut batches = table.record_batches().with_type("Year", ColumnType::Text);
    /// let schema = batches.schema().await?;
    /// let types: Vec<String> = schema.fields().iter().map(|field| field.data_type().to_string()).collect();
    /// assert_eq!(types, ["Utf8", "Utf8", "Float64"]);
    ///
    /// let mut total = 0.0;
    /// while let Some(batch) = batches.try_next().await? {
    ///     total += batch.column(2).as_primitive::<Float64Type>().iter().flatten().sum::<f64>();
    /// }
    /// assert_eq!(total, 1675.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Items are errors of the calls, or [`RowsError`]s; the stream ends after the first, but see
    /// [`BatchStream::with_restart`].
    fn record_batches(&self) -> BatchStream;
}

impl RecordBatches for GenericObject {
    fn record_batches(&self) -> BatchStream {
        BatchStream { pages: Reading::new(Origin::Object(self.clone()), Batches::default()) }
    }
}

/// The record batches of an object: see [`RecordBatches::record_batches`]. Nothing is fetched before the schema or the
/// first batch is asked for; until then the way to fetch them can be set.
#[must_use = "batches are fetched only when they are asked for"]
pub struct BatchStream {
    pages: Reading<Batches>,
}

impl BatchStream {
    /// The type of a column, by its title, its field or its expression, instead of the one that the layout suggests.
    ///
    /// A name that no column has is a [`RowsError::NoColumn`].
    pub fn with_type(mut self, column: impl Into<String>, kind: ColumnType) -> Self {
        self.pages.shape.types.push((column.into(), kind));
        self
    }

    fetching!(
        "Goes on after [`RowsError::Changed`]: the batches that follow it are all of the changed data, from the first \
         row on. Without this the stream ends with that error, and so it does with [`RowsError::OtherColumns`] if the \
         changed data would have another schema."
    );

    /// The schema of all batches, known before the first.
    ///
    /// # Errors
    ///
    /// Those of the stream: what is wrong with the layout. The stream has ended then.
    pub async fn schema(&mut self) -> Result<SchemaRef, Error> {
        if let Some(schema) = &self.pages.shape.told {
            return Ok(Arc::clone(schema));
        }
        let opened = match poll_fn(|context| self.pages.poll_open(context)).await {
            Some(opened) => opened?,
            // There was not one batch.
            None => self.pages.look().await?,
        };
        let schema = Arc::clone(&opened.plan.schema);
        self.pages.shape.told = Some(Arc::clone(&schema));
        Ok(schema)
    }
}

// Nothing is pinned but what is boxed.
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

/// Each page a record batch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batches {
    /// Types that are asked for.
    types: Vec<(String, ColumnType)>,
    /// The schema that the reader knows.
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
