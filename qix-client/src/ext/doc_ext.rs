//! What a program can do with an app, beyond the methods of the engine.

use qix_schema::Doc;
use qix_schema::types::{
    AppObjectListDef, BookmarkListDef, DimensionListDef, FieldListDef, FieldValue, MeasureListDef, SelectionObjectDef,
    VariableListDef,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::lists::{List, ListDef};
use super::load::LoadRows;
use super::pending::Pending;
use super::reload::Reload;
use super::rows::RowStream;
use super::select::{AddState, InField, Select, Step};

/// What a program can do with an app, beyond the methods of the engine ([`DocApi`](qix_schema::DocApi)): read, select,
/// reload and load in one call.
///
/// | | |
/// |---|---|
/// | what the app consists of | [`fields`](Self::fields), [`dimensions`](Self::dimensions), [`measures`](Self::measures), [`objects`](Self::objects), [`sheets`](Self::sheets), [`variables`](Self::variables), [`bookmarks`](Self::bookmarks), [`current_selections`](Self::current_selections), [`list`](Self::list) |
/// | values | [`field_values`](Self::field_values) |
/// | selections | [`select`](Self::select), [`select_matching`](Self::select_matching), [`select_next`](Self::select_next), [`select_previous`](Self::select_previous), [`alternate_state`](Self::alternate_state) |
/// | data | [`reload`](Self::reload), [`load_rows`](Self::load_rows) |
///
/// A list is awaited for its items as they are now, or followed with [`live`](Pending::live):
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
    /// The list that a definition asks for, for those who want another one than the usual.
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

    /// The fields of the data model: name, number of values, tags. Hidden fields and those of the engine are left out.
    fn fields(&self) -> Pending<List<FieldListDef>> {
        self.list(FieldListDef::default().with_show_src_tables(true))
    }

    /// The master dimensions.
    fn dimensions(&self) -> Pending<List<DimensionListDef>> {
        self.list(DimensionListDef::default().with_type("dimension"))
    }

    /// The master measures.
    fn measures(&self) -> Pending<List<MeasureListDef>> {
        self.list(MeasureListDef::default().with_type("measure"))
    }

    /// The objects that are no one's child: sheets, stories, master visualizations and whatever else apps keep there.
    fn objects(&self) -> Pending<List<AppObjectListDef>> {
        self.list(AppObjectListDef::default())
    }

    /// The sheets.
    fn sheets(&self) -> Pending<List<AppObjectListDef>> {
        self.list(AppObjectListDef::default().with_type("sheet"))
    }

    /// The variables: those of the app and of the session, without the ones that the engine keeps for formats.
    fn variables(&self) -> Pending<List<VariableListDef>> {
        self.list(VariableListDef::default().with_type("variable").with_show_session(true))
    }

    /// The bookmarks.
    fn bookmarks(&self) -> Pending<List<BookmarkListDef>> {
        self.list(BookmarkListDef::default().with_type("bookmark"))
    }

    /// The fields with selections, in the default state.
    fn current_selections(&self) -> Pending<List<SelectionObjectDef>> {
        self.list(SelectionObjectDef::default())
    }

    /// The distinct values of a field, or of an expression that begins with `=`, as [`rows`](GenericObjectExt::rows) reads those of a
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
    /// Items are errors of the calls, or [`RowsError`](crate::rows::RowsError)s; a field that is not there is a
    /// [`RowsError::NotCalculated`](crate::rows::RowsError::NotCalculated).
    fn field_values<T: DeserializeOwned + Send + 'static>(&self, field: impl Into<String>) -> RowStream<T> {
        RowStream::of_field(self.app(), field.into())
    }

    /// Selects values of a field, given as texts or numbers; dates are numbers of days since 30 December 1899.
    ///
    /// A selection that does not come about is an error, not a `false` that is easily overlooked.
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
    /// Exactly these values are selected afterwards, unless the call is [`toggle_mode`](Pending::toggle_mode).
    /// See [`SelectValues`](https://qlik.dev/apis/json-rpc/qix/field/#selectvalues) for what the engine does. Whether
    /// all of several values were found is read from the field afterwards.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoField`](crate::select::SelectError::NoField); [`SelectError::NoValue`](crate::select::SelectError::NoValue) if the field has not got all of the values, those that it has
    /// being selected; [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is locked.
    fn select<V: Into<FieldValue>>(
        &self,
        field: &str,
        values: impl IntoIterator<Item = V>,
    ) -> Pending<Select<InField>> {
        Select::<InField>::values(self.app(), field, values.into_iter().map(Into::into).collect())
    }

    /// Selects the values of a field that a search finds: `N*`, `>=2021<2023`, `=Sum(Sales)>100`.
    ///
    /// See [`Select`](https://qlik.dev/apis/json-rpc/qix/field/#select) for what the engine does.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoField`](crate::select::SelectError::NoField); [`SelectError::NoMatch`](crate::select::SelectError::NoMatch) if nothing matches; [`SelectError::Locked`](crate::select::SelectError::Locked) if the field is
    /// locked.
    fn select_matching(&self, field: &str, search: &str) -> Pending<Select<InField>> {
        Select::<InField>::matching(self.app(), field, search)
    }

    /// Selects the possible value that comes after the selected one, the first after the last, and says which it is.
    ///
    /// Possible are those that selections in other fields leave. Of several selected values the last counts; where
    /// nothing is selected it is the first value.
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
    /// assert_eq!(doc.select_next("Year").await?.text, "2021", "and round it goes");
    /// assert_eq!(doc.select_previous("Year").await?.text, "2023");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`SelectError::NoField`](crate::select::SelectError::NoField); [`SelectError::NothingPossible`](crate::select::SelectError::NothingPossible) if no value is possible; [`SelectError::Locked`](crate::select::SelectError::Locked).
    fn select_next(&self, field: &str) -> Pending<Step> {
        Step::forward(self.app(), field)
    }

    /// Selects the possible value that comes before the selected one, the last before the first, as
    /// [`select_next`](Self::select_next) does.
    fn select_previous(&self, field: &str) -> Pending<Step> {
        Step::backward(self.app(), field)
    }

    /// Makes an alternate state for this session, which is gone when the guard is.
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
    fn alternate_state(&self, name: &str) -> Pending<AddState> {
        AddState::new(self.app(), name)
    }

    /// Checks the script, runs it, and says what became of it.
    ///
    /// The syntax is checked first, so that a slip of the pen costs no time; then the engine is told to stop at an error
    /// and to say where it was, and the script runs. See [`DoReloadEx`](https://qlik.dev/apis/json-rpc/qix/doc/#doreloadex)
    /// for what the engine does. New data are in memory only, unless the call is [`with_save`](Pending::with_save).
    ///
    /// [`progress`](Pending::progress) follows the script while it runs. Dropping the future, or the stream,
    /// cancels the reload.
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
    /// [`ScriptError::Syntax`](crate::reload::ScriptError::Syntax) before anything runs, [`ScriptError::Failed`](crate::reload::ScriptError::Failed) if the script ends with an error: the data
    /// are those of before then. Otherwise what the calls say, such as 11000 if a reload is running already.
    fn reload(&self) -> Pending<Reload> {
        Reload::new(self.app())
    }

    /// Loads rows as a table of the app, whose script and data they replace.
    /// [`Session::load_rows`](crate::Session::load_rows) loads them into a new session app.
    ///
    /// A row is a struct or a map; its fields' names, as serde has them, are those of the columns. Numbers stay numbers,
    /// texts stay texts, whatever they look like; `None` is null; true is -1 and false is 0; `NaN` is null. A field that
    /// only some rows have is null in the others. Tables are associated by the fields that they share, as always.
    ///
    /// The rows are written into a load script of inline tables, so that everything that a script can do can follow;
    /// see [`script`](Pending::script). What an inline table would take for something else (delimiters, brackets, quotes,
    /// line ends, blanks at the ends, `$(…)`) is written in a code and read back by the script.
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
    /// [`LoadError`](crate::load::LoadError) if the rows are no table, before anything is sent; otherwise what [`reload`](Self::reload) returns.
    fn load_rows<T: Serialize>(&self, table: &str, rows: impl IntoIterator<Item = T>) -> Pending<LoadRows> {
        LoadRows::new(self.app(), table, rows)
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
