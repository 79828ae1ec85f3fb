//! Selecting, each in one call that cannot fail unnoticed.

mod error;
mod listed;
mod modal;
mod probe;
mod state;
mod step;
mod values;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Doc, Error, Field, GenericObject};

pub use error::SelectError;
pub use listed::SelectListed;
pub use modal::{ModalSelections, SelectModally};
pub use state::{AlternateState, NewState};
use step::Direction;

/// Selecting in the fields of an app.
///
/// A selection that comes to nothing is an error, not a `false` that is easily overlooked: whoever calculates after it
/// would get figures of something else. [`SelectError`] says which value is not in which field.
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
pub trait Select {
    /// Selects values of a field, given as texts or numbers; dates are numbers of days since 30 December 1899.
    ///
    /// Exactly these values are selected afterwards, unless the call is [`toggle_mode`](Selecting::toggle_mode).
    /// See [`SelectValues`](https://qlik.dev/apis/json-rpc/qix/field/#selectvalues) for what the engine does. Whether
    /// all of several values were found is read from the field afterwards.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoField`]; [`SelectError::NoValue`] if the field has not got all of the values, those that it has
    /// being selected; [`SelectError::Locked`] if the field is locked.
    fn select<V: Into<FieldValue>>(&self, field: &str, values: impl IntoIterator<Item = V>) -> Selecting<'_>;

    /// Selects the values of a field that a search finds: `N*`, `>=2021<2023`, `=Sum(Sales)>100`.
    ///
    /// See [`Select`](https://qlik.dev/apis/json-rpc/qix/field/#select) for what the engine does.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoField`]; [`SelectError::NoMatch`] if nothing matches; [`SelectError::Locked`] if the field is
    /// locked.
    fn select_matching(&self, field: &str, search: &str) -> Selecting<'_>;

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
    /// [`SelectError::NoField`]; [`SelectError::NothingPossible`] if no value is possible; [`SelectError::Locked`].
    fn select_next(&self, field: &str) -> Stepping<'_>;

    /// Selects the possible value that comes before the selected one, the last before the first, as
    /// [`select_next`](Self::select_next) does.
    fn select_previous(&self, field: &str) -> Stepping<'_>;

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
    fn alternate_state(&self, name: &str) -> NewState<'_>;
}

impl Select for Doc {
    fn select<V: Into<FieldValue>>(&self, field: &str, values: impl IntoIterator<Item = V>) -> Selecting<'_> {
        Selecting::new(self, field, What::Values(values.into_iter().map(Into::into).collect()))
    }

    fn select_matching(&self, field: &str, search: &str) -> Selecting<'_> {
        Selecting::new(self, field, What::Matching(search.to_owned()))
    }

    fn select_next(&self, field: &str) -> Stepping<'_> {
        Stepping::new(self, field, Direction::Forward)
    }

    fn select_previous(&self, field: &str) -> Stepping<'_> {
        Stepping::new(self, field, Direction::Backward)
    }

    fn alternate_state(&self, name: &str) -> NewState<'_> {
        NewState::new(self, name)
    }
}

/// What is to be selected.
#[derive(Clone, Debug)]
enum What {
    Values(Vec<FieldValue>),
    Matching(String),
}

/// How to select.
#[derive(Clone, Debug, Default)]
struct Manner {
    toggle: bool,
    soft_lock: bool,
}

/// A selection that is about to be made; awaiting it makes it. See [`Select`] and [`SelectListed`].
#[must_use = "nothing is selected before this is awaited"]
pub struct Selecting<'a> {
    place: Place<'a>,
    what: What,
    manner: Manner,
}

/// Where to select.
enum Place<'a> {
    Field { doc: &'a Doc, field: String, state: String },
    List { object: &'a GenericObject, path: String },
}

impl<'a> Selecting<'a> {
    fn new(doc: &'a Doc, field: &str, what: What) -> Self {
        let place = Place::Field { doc, field: field.to_owned(), state: String::new() };
        Self { place, what, manner: Manner::default() }
    }

    fn listed(object: &'a GenericObject, what: What) -> Self {
        let place = Place::List { object, path: "/qListObjectDef".to_owned() };
        Self { place, what, manner: Manner::default() }
    }

    /// Switches the values on or off and keeps the others. Otherwise exactly these end up selected.
    pub fn toggle_mode(mut self, toggle: bool) -> Self {
        self.manner.toggle = toggle;
        self
    }

    /// Selects even if the field is locked.
    pub fn soft_lock(mut self, soft: bool) -> Self {
        self.manner.soft_lock = soft;
        self
    }

    /// Selects in an alternate state. A list selects in its own, so that this has no effect there.
    pub fn state_name(mut self, name: impl Into<String>) -> Self {
        if let Place::Field { state, .. } = &mut self.place {
            *state = name.into();
        }
        self
    }

    /// The path of the list's definition: `/qListObjectDef` unless it is told. A field has none.
    pub fn with_path(mut self, definition: impl Into<String>) -> Self {
        if let Place::List { path, .. } = &mut self.place {
            *path = definition.into();
        }
        self
    }

    async fn make(self) -> Result<(), Error> {
        match (&self.place, &self.what) {
            (Place::Field { doc, field, state }, What::Values(values)) => {
                values::select(doc, field, state, values, &self.manner).await
            }
            (Place::Field { doc, field, state }, What::Matching(search)) => {
                values::search(doc, field, state, search, &self.manner).await
            }
            (Place::List { object, path }, What::Values(values)) => {
                listed::select(object, path, values, &self.manner).await
            }
            (Place::List { object, path }, What::Matching(search)) => {
                listed::search(object, path, search, &self.manner).await
            }
        }
    }
}

impl<'a> IntoFuture for Selecting<'a> {
    type Output = Result<(), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

impl fmt::Debug for Selecting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            Place::Field { field, .. } => field,
            Place::List { path, .. } => path,
        };
        f.debug_struct("Selecting").field("place", place).field("what", &self.what).finish_non_exhaustive()
    }
}

/// A step that is about to be made; awaiting it makes it, and gives the value that is selected then. See
/// [`Select::select_next`].
#[must_use = "nothing is selected before this is awaited"]
pub struct Stepping<'a> {
    doc: &'a Doc,
    field: String,
    state: String,
    order: Option<SortCriteria>,
    soft_lock: bool,
    direction: Direction,
}

impl<'a> Stepping<'a> {
    fn new(doc: &'a Doc, field: &str, direction: Direction) -> Self {
        let field = field.to_owned();
        Self { doc, field, state: String::new(), order: None, soft_lock: false, direction }
    }

    /// The order to step in; by number, then by text, unless it is told.
    pub fn sorted(mut self, order: SortCriteria) -> Self {
        self.order = Some(order);
        self
    }

    /// Selects even if the field is locked.
    pub fn soft_lock(mut self, soft: bool) -> Self {
        self.soft_lock = soft;
        self
    }

    /// Steps in an alternate state.
    pub fn state_name(mut self, name: impl Into<String>) -> Self {
        self.state = name.into();
        self
    }
}

impl<'a> IntoFuture for Stepping<'a> {
    type Output = Result<FieldValue, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(step::step(self))
    }
}

impl fmt::Debug for Stepping<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stepping").field("field", &self.field).finish_non_exhaustive()
    }
}

/// A field in a state; what is missing is said with its name.
async fn field(doc: &Doc, name: &str, state: &str) -> Result<Field, Error> {
    use qix_schema::DocApi;
    let mut call = doc.get_field(name);
    if !state.is_empty() {
        call = call.state_name(state);
    }
    match call.await {
        Err(error) if error.is_not_found() => Err(SelectError::NoField { field: name.to_owned() }.into()),
        outcome => outcome,
    }
}
