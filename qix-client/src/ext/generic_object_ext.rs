//! Extension methods for generic objects.

use qix_schema::types::FieldValue;
use qix_schema::{Error, GenericObject};
use serde::de::DeserializeOwned;

#[cfg(feature = "arrow")]
use super::arrow::BatchStream;
use super::pending::Pending;
use super::rows::RowStream;
use super::select::{self, InList, ModalSelections, Select};
use super::walk::DescendantStream;

/// Extension methods for generic objects, in addition to the engine's methods
/// ([`GenericObjectApi`](qix_schema::GenericObjectApi)): reading data, selecting in lists, and finding
/// what is below an object.
pub trait GenericObjectExt: sealed::Object {
    /// Returns the rows of the object's cube or list, decoded into a type.
    ///
    /// * A struct or map gets values by column title. A struct field also matches a column by its field name or
    ///   expression, by letters and digits only (`total_sales` matches `Total Sales`), or, if unambiguous, by the field
    ///   inside an aggregation (`sales` matches `Sum(Sales)`).
    /// * A tuple, an array, or a `Vec` gets values by position. A row with one column can be a plain value.
    /// * Numeric types get the number, and `String` gets the formatted string. Integers require integral numbers;
    ///   `bool` is `true` for -1 and `false` for 0. Self-describing types get the number if there is one, otherwise the
    ///   string. A struct with any of the fields `text`, `num`, `elem_number`, and `state` gets these parts of the cell,
    ///   and an [`NxCell`](crate::types::NxCell) gets everything except attributes.
    /// * A value that is null, or not numeric if a number is expected, is `None` if the type is an `Option`; otherwise,
    ///   it is an error.
    /// * The rows of a list also have a `state` and an `elem_number`. In a tuple, the state can follow the value.
    /// * A pivot, stacked, or tree cube has the rows of a straight cube with the same dimensions and measures, as far as
    ///   it is expanded: below a collapsed value, the other dimensions are null. Totals are omitted (see
    ///   [`RowStream::with_totals`](crate::rows::RowStream::with_totals)), and so are combinations of left and top
    ///   values without any measure value. The `elem_number` indicates why a dimension is null: -1 for a total, -2 for a
    ///   null value, -4 below a total or a collapsed value.
    ///
    /// The stream fetches pages of at most 10,000 cells, a few ahead of the reader, until it is dropped. If the engine
    /// rejects a page as too large (error 7009 and similar), the stream halves it and continues with the smaller size.
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
    /// The stream returns errors of the calls, or [`RowsError`](crate::rows::RowsError)s, and ends after the first,
    /// except with [`RowStream::with_restart`](crate::rows::RowStream::with_restart). A dimension that names no field is
    /// [`RowsError::NoField`](crate::rows::RowsError::NoField): for an engine, it is valid, and null in every row.
    fn rows<T: DeserializeOwned + Send + 'static>(&self) -> RowStream<T> {
        RowStream::of_object(self.object())
    }

    /// Returns the rows of the object's cube or list as Arrow record batches, one per page, for Parquet files,
    /// DataFusion, Polars, DuckDB, and others.
    ///
    /// The rows are those of [`rows`](Self::rows), including pivot and stacked cubes, and are fetched in the same way.
    /// Cells are decoded directly into columns.
    ///
    /// Column names are the titles in the cube; duplicates get the suffix `_2`, and so on. Column types are known
    /// before the first row, from the layout:
    ///
    /// * The type of a dimension is determined by its tags: `$date` is a [`Date`](crate::arrow::ColumnType::Date),
    ///   `$timestamp` a [`Timestamp`](crate::arrow::ColumnType::Timestamp), `$integer` an
    ///   [`Integer`](crate::arrow::ColumnType::Integer), `$numeric` a [`Number`](crate::arrow::ColumnType::Number), and
    ///   `$boolean`, which apps can set, a [`Boolean`](crate::arrow::ColumnType::Boolean). Numbers formatted as dates
    ///   or
    ///   times are dates if all are integral, otherwise timestamps. All others are
    ///   [`Text`](crate::arrow::ColumnType::Text).
    /// * The type of a measure is determined by its number format: a date, a timestamp, or otherwise a number; or
    ///   text, if
    ///   no result is numeric. If results are mixed, which the layout does not show, request text.
    /// * Times of day and intervals are numbers (fractions of a day). Additional columns of a list are text.
    ///
    /// [`BatchStream::with_type`](crate::arrow::BatchStream::with_type) overrides the type. Null is null in every
    /// column, and so is the *others* group in columns that are not text. A value that does not fit the type of its
    /// column is an error with row and column. Values are never rounded, except times to microseconds.
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
    /// The stream returns errors of the calls, or [`RowsError`](crate::rows::RowsError)s, and ends after the first,
    /// except with [`BatchStream::with_restart`](crate::arrow::BatchStream::with_restart).
    #[cfg(feature = "arrow")]
    #[cfg_attr(docsrs, doc(cfg(feature = "arrow")))]
    fn record_batches(&self) -> BatchStream {
        BatchStream::of_object(self.object())
    }

    /// Returns the objects below this one, at any depth, like [`DocExt::all_objects`](crate::DocExt::all_objects): the
    /// charts of a sheet, the content of containers, and the master visualizations that they show. Their paths start
    /// with this object.
    fn descendants(&self) -> DescendantStream {
        DescendantStream::of_object(self.object())
    }

    /// Selects values of the object's list, given as strings or numbers. The client first reads the list as far as
    /// necessary to find them.
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
    /// Returns [`SelectError::NoList`](crate::select::SelectError::NoList) if the object has no list;
    /// [`SelectError::NoValue`](crate::select::SelectError::NoValue) if the list does not contain all of the values,
    /// in which
    /// case nothing is selected; and [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is
    /// locked.
    fn select<V: Into<FieldValue>>(&self, values: impl IntoIterator<Item = V>) -> Pending<Select<InList>> {
        Select::<InList>::values(self.object(), values.into_iter().map(Into::into).collect())
    }

    /// Searches the object's list like a filter, and selects the matches. A string without wildcards matches values in
    /// which any word starts with it.
    ///
    /// # Errors
    ///
    /// Returns [`SelectError::NoMatch`](crate::select::SelectError::NoMatch) if nothing matches, and
    /// [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is locked. The search is ended in
    /// either case.
    fn select_matching(&self, search: impl Into<String>) -> Pending<Select<InList>> {
        Select::<InList>::matching(self.object(), search.into())
    }

    /// Starts selection mode for the definitions at the given paths, such as `/qListObjectDef` or `/qHyperCubeDef`.
    /// Until it ends, selecting in other objects of the session fails with error 6003.
    ///
    /// See [`BeginSelections`](https://qlik.dev/apis/json-rpc/qix/genericobject/#beginselections).
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
    /// Returns errors of the engine, such as 6003 if another object is in selection mode.
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
