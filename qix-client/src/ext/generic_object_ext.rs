//! What a program can do with a generic object, beyond the methods of the engine.

use qix_schema::types::FieldValue;
use qix_schema::{Error, GenericObject};
use serde::de::DeserializeOwned;

#[cfg(feature = "arrow")]
use super::arrow::BatchStream;
use super::pending::Pending;
use super::rows::RowStream;
use super::select::{self, InList, ModalSelections, Select};

/// What a program can do with a generic object, beyond the methods of the engine
/// ([`GenericObjectApi`](qix_schema::GenericObjectApi)): read its data, and select in its list.
pub trait GenericObjectExt: sealed::Object {
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
    ///   [`RowStream::with_totals`](crate::rows::RowStream::with_totals), and so is what a pivot shows where a value on the left and one on top cross and no
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
    /// Items are errors of the calls, or [`RowsError`](crate::rows::RowsError)s; the stream ends after the first, but see
    /// [`RowStream::with_restart`](crate::rows::RowStream::with_restart).
    fn rows<T: DeserializeOwned + Send + 'static>(&self) -> RowStream<T> {
        RowStream::of_object(self.object())
    }

    /// The rows of the object's cube or list as Arrow record batches, one a page: what Parquet files, DataFusion, Polars
    /// and DuckDB take.
    ///
    /// The same rows come as from [`rows`](Self::rows), those of pivot and stacked cubes too, and they are
    /// fetched in the same way. The cells go from the answer into the columns.
    ///
    /// A column has the title of the cube's; the second of a title has `_2` behind it, and so on. Its type is known
    /// before the first row, from what the layout says:
    ///
    /// * A dimension is of the type of its tags: `$date` is a [`Date`](crate::arrow::ColumnType::Date), `$timestamp` a
    ///   [`Timestamp`](crate::arrow::ColumnType::Timestamp), `$integer` an [`Integer`](crate::arrow::ColumnType::Integer), `$numeric` a
    ///   [`Number`](crate::arrow::ColumnType::Number), `$boolean`, which apps can set, a [`Boolean`](crate::arrow::ColumnType::Boolean). Numbers that
    ///   are shown as dates or times of a day are dates if all are whole, else timestamps. Any other is
    ///   [`Text`](crate::arrow::ColumnType::Text).
    /// * A measure is of the type of its format: a date, a timestamp, else a number; or a text, if no result is a number.
    ///   Of results that are numbers here and texts there the layout says nothing: ask for text.
    /// * Times of day and intervals are numbers: parts of a day. Further columns of a list are texts.
    ///
    /// [`BatchStream::with_type`](crate::arrow::BatchStream::with_type) has the last word. Null is null in every column, and so is the group of others in one
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
    /// Items are errors of the calls, or [`RowsError`](crate::rows::RowsError)s; the stream ends after the first, but see
    /// [`BatchStream::with_restart`](crate::arrow::BatchStream::with_restart).
    #[cfg(feature = "arrow")]
    #[cfg_attr(docsrs, doc(cfg(feature = "arrow")))]
    fn record_batches(&self) -> BatchStream {
        BatchStream::of_object(self.object())
    }

    /// Selects values of the object's list, given as texts or numbers. They are looked for before anything is selected;
    /// the list is read as far as it takes to find them.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let regions = doc.create_session_object(ListObjectDef::field("Region").into()).await?;
    /// regions.select(["North", "West"]).await?;
    /// regions.select(["West"]).toggle_mode(true).await?;
    /// regions.select_matching("So*").toggle_mode(true).await?;
    /// assert_eq!(doc.current_selections().await?[0].selected, "North, South");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError::NoList`](crate::select::SelectError::NoList); [`SelectError::NoValue`](crate::select::SelectError::NoValue) if the list has not got all of the values, nothing being
    /// selected; [`SelectError::Locked`](crate::select::SelectError::Locked).
    fn select<V: Into<FieldValue>>(&self, values: impl IntoIterator<Item = V>) -> Pending<Select<InList>> {
        Select::<InList>::values(self.object(), values.into_iter().map(Into::into).collect())
    }

    /// Searches the object's list as a user would in a filter, and selects what is found: a plain text may be any part
    /// of a value.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoMatch`](crate::select::SelectError::NoMatch) if nothing is found, the search being ended; [`SelectError::Locked`](crate::select::SelectError::Locked).
    fn select_matching(&self, search: &str) -> Pending<Select<InList>> {
        Select::<InList>::matching(self.object(), search)
    }

    /// Begins to select in the definitions at some paths, such as `/qListObjectDef` or `/qHyperCubeDef`. Until the end
    /// nothing can be selected anywhere else in the session, which then fails with 6003.
    ///
    /// See [`BeginSelections`](https://qlik.dev/apis/json-rpc/qix/genericobject/#beginselections) for what the engine
    /// does.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let regions = doc.create_session_object(ListObjectDef::field("Region").into()).await?;
    /// let modal = regions.begin_modal(["/qListObjectDef"]).await?;
    /// modal.select(["North"]).await?;
    /// modal.accept().await?;
    ///
    /// let modal = regions.begin_modal(["/qListObjectDef"]).await?;
    /// modal.select(["West"]).await?;
    /// drop(modal); // or modal.abort().await?
    /// assert_eq!(doc.current_selections().await?[0].selected, "North");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The engine's, such as 6003 if another object is being selected in.
    fn begin_modal<P: Into<String>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> impl Future<Output = Result<ModalSelections, Error>> + Send {
        select::begin(self.object(), paths.into_iter().map(Into::into).collect())
    }
}

impl GenericObjectExt for GenericObject {}
impl GenericObjectExt for ModalSelections {}

mod sealed {
    use qix_schema::GenericObject;

    use super::ModalSelections;

    pub trait Object {
        fn object(&self) -> &GenericObject;
    }

    impl Object for GenericObject {
        fn object(&self) -> &GenericObject {
            self
        }
    }

    impl Object for ModalSelections {
        fn object(&self) -> &GenericObject {
            Self::object(self)
        }
    }
}
