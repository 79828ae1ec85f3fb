//! Rows of cubes and lists, as a stream of whatever type they are to be.

pub(crate) mod cell;
pub(crate) mod collect;
#[cfg(feature = "arrow")]
pub(crate) mod column_type;
pub(crate) mod columns;
mod decode_error;
mod error;
#[cfg(feature = "__fuzz")]
pub(crate) mod fuzz;
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
use qix_schema::{Doc, Error, GenericObject};
use serde::de::DeserializeOwned;

use collect::Values;
pub use error::RowsError;
use stream::{Origin, Reading, fetching, has_changed};

/// Objects whose data are rows: those with a cube or a list.
pub trait Rows {
    /// The rows of the object's cube or list, each as a value of a type.
    ///
    /// * A struct or a map gets values by the titles of the columns. A struct's field also finds its column by the field
    ///   or the expression of it, by its letters and digits alone (`total_sales` is `Total Sales`), or, if it is the only
    ///   such one, by the field within an aggregation (`sales` is `Sum(Sales)`).
    /// * A tuple, an array or a `Vec` gets them by position; a row of one column can be a plain value.
    /// * A number is asked for and given as a number, a text as the text that the engine shows; whole numbers fit
    ///   integers; -1 is true and 0 is false. Types that take anything get the number if there is one, else the text. A
    ///   struct with any of `text`, `num`, `elem_number` and `state` in a column's place gets these.
    /// * What is null, or is no number where one is wanted, is `None` where the type allows it, else an error.
    /// * A list's rows also have a `state` and an `elem_number`; a tuple can have the state after the value.
    /// * A pivot or stacked cube has the rows of a straight one with the same dimensions and measures, as far as it is
    ///   expanded: below a value that is collapsed, the other dimensions are null. Totals are left out, but see
    ///   [`RowStream::with_totals`], and so is what a pivot shows where a value on the left and one on top cross and no
    ///   measure has a value. The `elem_number` tells why a dimension is null: -1 for a total, -2 for a null value, -4
    ///   below a total or a collapsed value.
    ///
    /// Pages of at most 10,000 cells are fetched, a few ahead of the rows that are taken. Dropping the stream ends that.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    /// use qix_client::prelude::*;
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Row {
    ///     year: i32,
    ///     #[serde(rename = "Region")]
    ///     place: String,
    ///     sales: f64,
    /// }
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
    /// let mut rows = table.rows::<Row>();
    /// while let Some(row) = rows.try_next().await? {
    ///     println!("{} {}: {}", row.year, row.place, row.sales);
    /// }
    /// let totals: Vec<(i32, String, f64)> = table.rows().read_all().await?;
    /// assert_eq!(totals[0], (2021, "North".to_owned(), 200.0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Items are errors of the calls, or [`RowsError`]s; the stream ends after the first, but see
    /// [`RowStream::with_restart`].
    fn rows<T: DeserializeOwned + Send + 'static>(&self) -> RowStream<T>;
}

/// Apps whose fields have values.
pub trait FieldValues {
    /// The distinct values of a field, or of an expression that begins with `=`, as [`Rows::rows`] reads those of a
    /// list: with their state in the current selections, excluded ones too, in the order in which they were loaded.
    ///
    /// The list is made when the first value is asked for, and is gone from the engine with the stream. For another
    /// order, another state or changes that are to be followed, make a [`ListObjectDef`](crate::types::ListObjectDef).
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let years: Vec<i32> = doc.field_values("Year").read_all().await?;
    /// assert_eq!(years, [2021, 2022, 2023]);
    ///
    /// doc.get_field("Region").await?.select("North").await?;
    /// let states: Vec<(String, StateEnumType)> = doc.field_values("Region").read_all().await?;
    /// assert_eq!(states[0], ("North".to_owned(), StateEnumType::Selected));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Items are errors of the calls, or [`RowsError`]s; a field that is not there is a
    /// [`RowsError::NotCalculated`].
    fn field_values<T: DeserializeOwned + Send + 'static>(&self, field: impl Into<String>) -> RowStream<T>;
}

impl FieldValues for Doc {
    fn field_values<T: DeserializeOwned + Send + 'static>(&self, field: impl Into<String>) -> RowStream<T> {
        RowStream::new(Origin::Field(self.clone(), field.into()))
    }
}

impl Rows for GenericObject {
    fn rows<T: DeserializeOwned + Send + 'static>(&self) -> RowStream<T> {
        RowStream::new(Origin::Object(self.clone()))
    }
}

/// The rows of an object: see [`Rows::rows`]. Nothing is fetched before the first is asked for; until then the way to
/// fetch them can be set.
#[must_use = "rows are fetched only when they are asked for"]
pub struct RowStream<T: DeserializeOwned + Send + 'static> {
    pages: Reading<Values<T>>,
    page: vec::IntoIter<T>,
}

impl<T: DeserializeOwned + Send + 'static> RowStream<T> {
    fn new(origin: Origin) -> Self {
        Self { pages: Reading::new(origin, Values::default()), page: Vec::new().into_iter() }
    }

    fetching!(
        "Goes on after [`RowsError::Changed`]: the rows that follow it are all rows of the changed data, from the first \
         on. Without this the stream ends with that error."
    );

    /// All rows at once. With [`with_restart`](Self::with_restart), if the data change, those of the changed data.
    ///
    /// # Errors
    ///
    /// The first error of the stream.
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

// Nothing is pinned but what is boxed.
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
