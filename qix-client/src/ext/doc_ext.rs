//! Extension methods for apps.

use qix_schema::types::{
    AppObjectListDef, BookmarkListDef, DimensionListDef, FieldListDef, FieldValue, MeasureListDef, SelectionObjectDef,
    VariableListDef,
};
use qix_schema::{Doc, GenericBookmark, GenericDimension, GenericMeasure, GenericObject, GenericVariable};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::expression::{Check, Value};
use super::lists::{List, ListDef};
use super::load::LoadRows;
use super::pending::Pending;
use super::reload::{CheckScript, Reload};
use super::rows::RowStream;
use super::select::{self, AddState, InField, Select, SelectNext};
use super::stored::{Create, Find, StoredProperties};
use super::walk::DescendantStream;

/// Extension methods for apps, in addition to the engine's methods ([`DocApi`](qix_schema::DocApi)): reading,
/// selecting, reloading, and loading in one call.
///
/// | | |
/// |---|---|
/// | what the app consists of | [`fields`](Self::fields), [`dimensions`](Self::dimensions), [`measures`](Self::measures), [`objects`](Self::objects), [`sheets`](Self::sheets), [`stories`](Self::stories), [`master_objects`](Self::master_objects), [`snapshots`](Self::snapshots), [`variables`](Self::variables), [`bookmarks`](Self::bookmarks), [`current_selections`](Self::current_selections), [`list`](Self::list) |
/// | all objects at any depth | [`all_objects`](Self::all_objects) |
/// | one item, if it exists | [`dimension`](Self::dimension), [`measure`](Self::measure), [`object`](Self::object), [`variable`](Self::variable), [`bookmark`](Self::bookmark) |
/// | new items | [`create`](Self::create) |
/// | values | [`field_values`](Self::field_values), [`value`](Self::value) |
/// | expressions | [`check`](Self::check) |
/// | selections | [`select`](Self::select), [`select_matching`](Self::select_matching), [`select_next`](Self::select_next), [`select_previous`](Self::select_previous), [`alternate_state`](Self::alternate_state), [`unique_state`](Self::unique_state) |
/// | data | [`check_script`](Self::check_script), [`reload`](Self::reload), [`load_rows`](Self::load_rows) |
///
/// Await a list to get its current items, or follow it with [`live`](Pending::live):
///
/// ```
/// use qix_client::prelude::*;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = qix_test_engine::TestEngine::start().await?;
/// # let session = Session::connect(engine.url()).await?;
/// # let doc = session.open_doc("sales").await?;
/// for field in doc.fields().await? {
///     println!("{} has {} values, {:?}", field.name, field.cardinal, field.tags);
/// }
/// for measure in doc.measures().await? {
///     println!("{}: {}", measure.title, measure.expression);
/// }
/// assert!(doc.current_selections().await?.is_empty());
/// # Ok(())
/// # }
/// ```
pub trait DocExt: sealed::App {
    /// Returns a list for any list definition.
    ///
    /// ```no_run
    /// # use qix_client::{Error, prelude::*};
    /// # async fn f(doc: Doc) -> Result<(), Error> {
    /// let all = doc.list(FieldListDef::default().with_show_system(true).with_show_hidden(true)).await?;
    /// let stories = doc.list(AppObjectListDef::default().with_type("story")).await?;
    /// let there = doc.list(SelectionObjectDef::default().with_state_name("Compare")).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn list<D: ListDef>(&self, definition: D) -> Pending<List<D>> {
        List::new(self.app(), definition)
    }

    /// Lists the fields of the data model, with name, number of values, and tags. Excludes hidden fields and system
    /// fields.
    fn fields(&self) -> Pending<List<FieldListDef>> {
        self.list(FieldListDef::default().with_show_src_tables(true))
    }

    /// Lists the library dimensions.
    fn dimensions(&self) -> Pending<List<DimensionListDef>> {
        self.list(DimensionListDef::default().with_type("dimension"))
    }

    /// Lists the library measures.
    fn measures(&self) -> Pending<List<MeasureListDef>> {
        self.list(MeasureListDef::default().with_type("measure"))
    }

    /// Lists the root objects: sheets, stories, master visualizations, and other objects of the app.
    fn objects(&self) -> Pending<List<AppObjectListDef>> {
        self.list(AppObjectListDef::default())
    }

    /// Lists the sheets.
    fn sheets(&self) -> Pending<List<AppObjectListDef>> {
        self.list(AppObjectListDef::default().with_type("sheet"))
    }

    /// Lists the stories.
    fn stories(&self) -> Pending<List<AppObjectListDef>> {
        self.list(AppObjectListDef::default().with_type("story"))
    }

    /// Lists the master visualizations.
    fn master_objects(&self) -> Pending<List<AppObjectListDef>> {
        self.list(AppObjectListDef::default().with_type("masterobject"))
    }

    /// Lists the snapshots, which stories contain. Pass their IDs to
    /// [`get_bookmark`](qix_schema::DocApi::get_bookmark).
    fn snapshots(&self) -> Pending<List<BookmarkListDef>> {
        self.list(BookmarkListDef::default().with_type("snapshot"))
    }

    /// Returns all objects of the app, with their properties: the root objects, such as sheets, and everything below
    /// them, such as charts, the content of containers, and the master visualizations that they show.
    ///
    /// Root objects come first, then those directly below them, and so on, in the order of the app. Eight objects are
    /// read at once; see [`DescendantStream::with_concurrency`]. An object that contains itself, directly or
    /// indirectly, is returned once in each path. A master visualization is returned below each object that shows it.
    ///
    /// ```
    /// use futures_util::TryStreamExt;
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let sheet = doc.create(GenericObjectProperties::of_type("sheet")).await?;
    /// let chart = GenericObjectProperties::of_type("barchart");
    /// sheet.create_child(chart).await?;
    ///
    /// let mut kinds = Vec::new();
    /// let mut objects = doc.all_objects();
    /// while let Some(found) = objects.try_next().await? {
    ///     kinds.push(format!("{}{}", "  ".repeat(found.path.len()), found.kind()));
    /// }
    /// assert_eq!(kinds, ["sheet", "  barchart"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// An object that cannot be read, such as a missing master visualization, is an error. The stream continues with
    /// the others.
    fn all_objects(&self) -> DescendantStream {
        DescendantStream::of_app(self.app())
    }

    /// Lists the variables of the app and of the session, without the engine's format variables.
    fn variables(&self) -> Pending<List<VariableListDef>> {
        self.list(VariableListDef::default().with_type("variable").with_show_session(true))
    }

    /// Lists the bookmarks.
    fn bookmarks(&self) -> Pending<List<BookmarkListDef>> {
        self.list(BookmarkListDef::default().with_type("bookmark"))
    }

    /// Lists the fields with selections in the default state.
    fn current_selections(&self) -> Pending<List<SelectionObjectDef>> {
        self.list(SelectionObjectDef::default())
    }

    /// Returns a library dimension by its ID, or `None` if the app does not have it.
    fn dimension(&self, id: impl Into<String>) -> Pending<Find<GenericDimension>> {
        Find::new(self.app(), id.into())
    }

    /// Returns a library measure by its ID, or `None` if the app does not have it.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// if let Some(measure) = doc.measure("total-sales").await? {
    ///     println!("{}", measure.get_measure().await?.def);
    /// }
    /// assert!(doc.measure("total-sale").await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    fn measure(&self, id: impl Into<String>) -> Pending<Find<GenericMeasure>> {
        Find::new(self.app(), id.into())
    }

    /// Returns an object by its ID, or `None` if the app does not have it.
    fn object(&self, id: impl Into<String>) -> Pending<Find<GenericObject>> {
        Find::new(self.app(), id.into())
    }

    /// Returns a variable by its name, or `None` if the app does not have it.
    fn variable(&self, name: impl Into<String>) -> Pending<Find<GenericVariable>> {
        Find::new(self.app(), name.into())
    }

    /// Returns a bookmark by its ID, or `None` if the app does not have it.
    fn bookmark(&self, id: impl Into<String>) -> Pending<Find<GenericBookmark>> {
        Find::new(self.app(), id.into())
    }

    /// Creates an object, dimension, measure, variable, or bookmark, depending on the type of the properties, and
    /// returns it. A bookmark gets the current selections.
    ///
    /// The app stores the item when it is saved. For an object of this session only, use
    /// [`create_session_object`](qix_schema::DocApi::create_session_object).
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let sheet = doc.create(GenericObjectProperties::of_type("sheet")).await?;
    /// let layout = sheet.get_layout().await?;
    /// assert_eq!(layout.info.type_, "sheet");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns errors of the engine, such as one for an ID that exists already.
    fn create<P: StoredProperties>(&self, properties: P) -> Pending<Create<P>> {
        Create::new(self.app(), properties)
    }

    /// Returns the distinct values of a field, or of an expression that starts with `=`, like
    /// [`rows`](crate::GenericObjectExt::rows) of a list: with their selection state, including excluded values, in load
    /// order.
    ///
    /// The list is created when the first value is requested, and destroyed with the stream. For another order, another
    /// alternate state, or updates, create a [`ListObjectDef`](crate::types::ListObjectDef).
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
    /// The stream returns errors of the calls, or [`RowsError`](crate::rows::RowsError)s. If the app does not have the
    /// field, or a field in the expression, it returns [`RowsError::NoField`](crate::rows::RowsError::NoField).
    fn field_values<T: DeserializeOwned + Send + 'static>(&self, field: impl Into<String>) -> RowStream<T> {
        RowStream::of_field(self.app(), field.into())
    }

    /// Calculates an expression, as any type that a row can contain: a number, a string, an `Option` for null.
    ///
    /// Unlike [`evaluate`](qix_schema::DocApi::evaluate), which returns the text of an error as a value and calculates with
    /// unknown fields as if they were empty, it [checks](Self::check) the expression.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// assert_eq!(doc.value::<f64>("Sum(Sales)").await?, 1675.0);
    /// assert_eq!(doc.value::<String>("MaxString(Region)").await?, "West");
    /// assert_eq!(doc.value::<Option<i64>>("Only(Year)").await?, None);
    ///
    /// let error = doc.value::<f64>("Sum(Salse)").await.unwrap_err();
    /// assert!(error.to_string().contains("the app has no field `Salse`"), "{error}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`check`](Self::check), and
    /// [`ExpressionError::Value`](crate::expression::ExpressionError::Value) if the value does not fit the type.
    fn value<T: DeserializeOwned + Send + 'static>(&self, expression: impl Into<String>) -> Pending<Value<T>> {
        Value::new(self.app(), expression.into())
    }

    /// Checks the syntax of an expression, and whether the app has all of its fields, also those in set modifiers.
    ///
    /// ```
    /// use qix_client::expression::{ExpressionError, ExpressionFault};
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// doc.check("Sum({<Year={2021}>} Sales)").await?;
    ///
    /// let error = doc.check("Sum({<year={2021}>} Sales)").await.unwrap_err();
    /// println!("{error}"); // … with a mark below `year`
    /// let Some(ExpressionError::Invalid { faults, .. }) = error.downcast_ref() else { panic!() };
    /// let ExpressionFault::UnknownField { field, similar, place } = &faults[0] else { panic!() };
    /// assert_eq!((&**field, similar.as_deref()), ("year", Some("Year")));
    /// assert_eq!(place.as_ref().map(|place| place.column), Some(7));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Use it for expressions that users write: an engine calculates with unknown fields as if they were empty, and ignores
    /// them in set modifiers. See [`CheckExpression`](https://qlik.dev/apis/json-rpc/qix/doc/#checkexpression).
    ///
    /// # Errors
    ///
    /// Returns [`ExpressionError::Invalid`](crate::expression::ExpressionError::Invalid) with all faults that the engine
    /// reports, and errors of the calls.
    fn check(&self, expression: impl Into<String>) -> Pending<Check> {
        Check::new(self.app(), expression.into())
    }

    /// Selects values of a field, given as strings or numbers. Dates are days since December 30, 1899.
    ///
    /// If the selection cannot be made, it returns an error instead of `false`.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// doc.select("Year", [2021, 2022]).await?;
    /// doc.select("Region", ["North"]).await?;
    /// doc.select_matching("Product", "P*").await?;
    /// assert_eq!(doc.evaluate("Sum(Sales)").await?, "150");
    ///
    /// let error = doc.select("Region", ["North", "Nroth"]).await.unwrap_err();
    /// assert!(error.to_string().contains("`Nroth`"), "{error}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// The values replace the selection unless you set [`toggle_mode`](Pending::toggle_mode). See
    /// [`SelectValues`](https://qlik.dev/apis/json-rpc/qix/field/#selectvalues). To find out whether all of several
    /// values
    /// were found, the client reads the field afterwards.
    ///
    /// # Errors
    ///
    /// Returns [`SelectError::NoField`](crate::select::SelectError::NoField) if the field does not exist;
    /// [`SelectError::NoValue`](crate::select::SelectError::NoValue) if the field does not contain all of the values,
    /// in which
    /// case the others are selected; [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is
    /// locked; and [`SelectError::Refused`](crate::select::SelectError::Refused) if the engine has not made the selection
    /// for another reason, also if it returns `true`.
    fn select<V: Into<FieldValue>>(
        &self,
        field: impl Into<String>,
        values: impl IntoIterator<Item = V>,
    ) -> Pending<Select<InField>> {
        Select::<InField>::values(self.app(), field.into(), values.into_iter().map(Into::into).collect())
    }

    /// Selects the values of a field that match a search: `N*`, `>=2021<2023`, `=Sum(Sales)>100`.
    ///
    /// See [`Select`](https://qlik.dev/apis/json-rpc/qix/field/#select).
    ///
    /// # Errors
    ///
    /// Returns [`SelectError::NoField`](crate::select::SelectError::NoField) if the field does not exist;
    /// [`SelectError::NoMatch`](crate::select::SelectError::NoMatch) if nothing matches; and
    /// [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is locked.
    fn select_matching(&self, field: impl Into<String>, search: impl Into<String>) -> Pending<Select<InField>> {
        Select::<InField>::matching(self.app(), field.into(), search.into())
    }

    /// Selects the next possible value after the selected one and returns it. The first value follows the last.
    ///
    /// Possible values are those that selections in other fields allow. If several values are selected, it starts at
    /// the last; if none is selected, it selects the first value.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// for _ in 0..3 {
    ///     let year = doc.select_next("Year").await?;
    ///     println!("{}: {}", year.text, doc.evaluate("Sum(Sales)").await?);
    /// }
    /// assert_eq!(doc.select_next("Year").await?.text, "2021", "the first follows the last");
    /// assert_eq!(doc.select_previous("Year").await?.text, "2023");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`SelectError::NoField`](crate::select::SelectError::NoField) if the field does not exist;
    /// [`SelectError::NothingPossible`](crate::select::SelectError::NothingPossible) if no value is possible; and
    /// [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is locked.
    fn select_next(&self, field: impl Into<String>) -> Pending<SelectNext> {
        SelectNext::forward(self.app(), field.into())
    }

    /// Selects the previous possible value, like [`select_next`](Self::select_next).
    fn select_previous(&self, field: impl Into<String>) -> Pending<SelectNext> {
        SelectNext::backward(self.app(), field.into())
    }

    /// Adds an alternate state for this session, and returns a guard that removes it.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let before = doc.alternate_state("Before").await?;
    /// doc.select("Year", [2021]).state_name(&before).await?;
    /// assert_eq!(doc.evaluate("Sum(Sales) - Sum({Before} Sales)").await?, "1125");
    /// before.end().await?;
    /// # Ok(())
    /// # }
    /// ```
    fn alternate_state(&self, name: impl Into<String>) -> Pending<AddState> {
        AddState::new(self.app(), name.into())
    }

    /// Adds an alternate state like [`alternate_state`](Self::alternate_state), with a name that no other program uses. Use
    /// it for requests that run at the same time, also in several processes that share a session.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let state = doc.unique_state().await?;
    /// doc.select("Year", [2022]).state_name(&state).await?;
    /// assert_eq!(doc.value::<f64>(format!("Sum({{{state}}} Sales)")).await?, 550.0);
    /// # Ok(())
    /// # }
    /// ```
    fn unique_state(&self) -> Pending<AddState> {
        AddState::new(self.app(), select::unique_name())
    }

    /// Checks the script, runs it, and returns the result.
    ///
    /// The syntax is checked first, so that a typo does not cost a reload. Then the engine is configured to stop at an
    /// error and report its position, and the script runs. See
    /// [`DoReloadEx`](https://qlik.dev/apis/json-rpc/qix/doc/#doreloadex). The new data is in memory only, unless you
    /// set
    /// [`with_save`](Pending::with_save).
    ///
    /// [`progress`](Pending::progress) follows the script while it runs. Dropping the future or the stream cancels
    /// the
    /// reload.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let script = "///$tab Main\nNumbers:\nLOAD RecNo() AS N AUTOGENERATE 100;\n";
    /// doc.reload().with_script(script).with_save(true).await?;
    /// assert_eq!(doc.evaluate("Sum(N)").await?, "5050");
    ///
    /// let error = doc.reload().with_script(script.replace("RecNo() AS", "RecNo( AS")).await.unwrap_err();
    /// println!("{error}"); // … with the line and a mark below its fault
    /// let Some(ScriptError::Syntax { faults }) = error.downcast_ref() else { panic!() };
    /// let place = faults[0].place.as_ref().unwrap();
    /// assert_eq!((&*place.tab, place.line, &*place.text), ("Main", 2, "LOAD RecNo( AS N AUTOGENERATE 100;"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ScriptError::Syntax`](crate::reload::ScriptError::Syntax) before the script runs, or
    /// [`ScriptError::Failed`](crate::reload::ScriptError::Failed) if the script fails, in which case the app keeps
    /// its
    /// previous data. Also returns errors of the calls, such as 11000 if a reload is already running.
    fn reload(&self) -> Pending<Reload> {
        Reload::new(self.app())
    }

    /// Checks the syntax of the script without running it.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// doc.check_script().await?; // the script of the app
    ///
    /// let script = "T:\nLOAD RecNo( AS N AUTOGENERATE 1;";
    /// let error = doc.check_script().with_script(script).await.unwrap_err();
    /// println!("{error}"); // … with a mark below the fault
    /// let fault = &error.downcast_ref::<ScriptError>().unwrap().faults()[0];
    /// assert_eq!(fault.place.as_ref().unwrap().line, 2);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`ScriptError::Syntax`](crate::reload::ScriptError::Syntax) with the position of each error, and errors of
    /// the calls.
    fn check_script(&self) -> Pending<CheckScript> {
        CheckScript::new(self.app())
    }

    /// Loads rows as a table of the app, replacing its script and data. To load rows into a new session app, use
    /// [`Session::load_rows`](crate::Session::load_rows).
    ///
    /// A row is a struct or a map whose serde field names are the column names. Numbers are loaded as numbers and
    /// strings as strings, regardless of their content; `None` and `NaN` are null; `true` is -1 and `false` is 0. A
    /// field that only some rows have is null in the others. Tables are associated by common fields.
    ///
    /// The rows are written to a load script with inline tables, so you can add other statements; see
    /// [`script`](Pending::script). Characters with a special meaning in inline tables (delimiters, brackets, quotes,
    /// line
    /// breaks, leading and trailing spaces, `$(…)`) are encoded, and the script decodes them.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// #[derive(serde::Serialize)]
    /// struct Sale {
    ///     region: &'static str,
    ///     day: &'static str,
    ///     amount: Option<f64>,
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// let sales = [
    ///     Sale { region: "North", day: "2024-01-31", amount: Some(12.5) },
    ///     Sale { region: "South [new]", day: "2024-02-01", amount: None },
    /// ];
    /// let doc = session.load_rows("Sales", sales).with_dates(["day"]).await?;
    /// assert_eq!(doc.evaluate("Sum(amount)").await?, "12.5");
    /// assert_eq!(doc.evaluate("Year(Max(day)) & Only({<day={45323}>} region)").await?, "2024South [new]");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`LoadError`](crate::load::LoadError) if the rows are not a table, before anything is sent; otherwise,
    /// the errors of [`reload`](Self::reload).
    fn load_rows<T: Serialize>(
        &self,
        table: impl Into<String>,
        rows: impl IntoIterator<Item = T>,
    ) -> Pending<LoadRows> {
        LoadRows::new(self.app(), table.into(), rows)
    }
}

impl DocExt for Doc {}

mod sealed {
    use qix_schema::Doc;

    pub trait App {
        fn app(&self) -> &Doc;
    }

    impl App for Doc {
        fn app(&self) -> &Doc {
            self
        }
    }
}
