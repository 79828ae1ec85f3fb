//! Selecting, each in one call that cannot fail unnoticed.

mod alternate_state;
mod error;
mod list;
mod lookup;
mod modal;
mod next_value;
mod values;

use std::future::IntoFuture;
use std::pin::Pin;

use qix_schema::types::{FieldValue, SortCriteria};
use qix_schema::{Doc, DocApi, Error, Field, GenericObject};

pub use alternate_state::{AlternateState, NewState};
pub use error::SelectError;
pub use list::SelectListed;
pub use modal::{ModalSelections, SelectModally};
use next_value::Direction;

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
    fn select<V: Into<FieldValue>>(&self, field: &str, values: impl IntoIterator<Item = V>) -> Selecting<InField<'_>>;

    /// Selects the values of a field that a search finds: `N*`, `>=2021<2023`, `=Sum(Sales)>100`.
    ///
    /// See [`Select`](https://qlik.dev/apis/json-rpc/qix/field/#select) for what the engine does.
    ///
    /// # Errors
    ///
    /// [`SelectError::NoField`]; [`SelectError::NoMatch`] if nothing matches; [`SelectError::Locked`] if the field is
    /// locked.
    fn select_matching(&self, field: &str, search: &str) -> Selecting<InField<'_>>;

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
    fn select<V: Into<FieldValue>>(&self, field: &str, values: impl IntoIterator<Item = V>) -> Selecting<InField<'_>> {
        Selecting::new(InField::new(self, field), What::Values(values.into_iter().map(Into::into).collect()))
    }

    fn select_matching(&self, field: &str, search: &str) -> Selecting<InField<'_>> {
        Selecting::new(InField::new(self, field), What::Matching(search.to_owned()))
    }

    fn select_next(&self, field: &str) -> Stepping<'_> {
        Stepping { place: InField::new(self, field), order: None, soft_lock: false, direction: Direction::Forward }
    }

    fn select_previous(&self, field: &str) -> Stepping<'_> {
        Stepping { direction: Direction::Backward, ..self.select_next(field) }
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
#[derive(Debug)]
pub struct Selecting<P> {
    place: P,
    what: What,
    manner: Manner,
}

/// A field to select in.
#[derive(Debug)]
pub struct InField<'a> {
    doc: &'a Doc,
    name: String,
    state: String,
}

/// A list object to select in.
#[derive(Debug)]
pub struct InList<'a> {
    object: &'a GenericObject,
    path: String,
}

impl<P> Selecting<P> {
    fn new(place: P, what: What) -> Self {
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
}

impl Selecting<InField<'_>> {
    /// Selects in an alternate state.
    pub fn state_name(mut self, name: impl Into<String>) -> Self {
        self.place.state = name.into();
        self
    }
}

impl Selecting<InList<'_>> {
    /// The path of the list's definition: `/qListObjectDef` unless it is told.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.place.path = path.into();
        self
    }
}

impl<'a> IntoFuture for Selecting<InField<'a>> {
    type Output = Result<(), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { place, what, manner } = self;
        Box::pin(async move {
            match what {
                What::Values(values) => values::select(&place, &values, &manner).await,
                What::Matching(search) => values::search(&place, &search, &manner).await,
            }
        })
    }
}

impl<'a> IntoFuture for Selecting<InList<'a>> {
    type Output = Result<(), Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { place, what, manner } = self;
        Box::pin(async move {
            match what {
                What::Values(values) => list::select(&place, &values, &manner).await,
                What::Matching(search) => list::search(&place, &search, &manner).await,
            }
        })
    }
}

/// A step that is about to be made; awaiting it makes it, and gives the value that is selected then. See
/// [`Select::select_next`].
#[must_use = "nothing is selected before this is awaited"]
#[derive(Debug)]
pub struct Stepping<'a> {
    place: InField<'a>,
    order: Option<SortCriteria>,
    soft_lock: bool,
    direction: Direction,
}

impl Stepping<'_> {
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
        self.place.state = name.into();
        self
    }
}

impl<'a> IntoFuture for Stepping<'a> {
    type Output = Result<FieldValue, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(next_value::step(self))
    }
}

impl<'a> InField<'a> {
    fn new(doc: &'a Doc, name: &str) -> Self {
        Self { doc, name: name.to_owned(), state: String::new() }
    }

    /// The field; what is missing is said with its name.
    async fn field(&self) -> Result<Field, Error> {
        let mut call = self.doc.get_field(&self.name);
        if !self.state.is_empty() {
            call = call.state_name(&self.state);
        }
        match call.await {
            Err(error) if error.is_not_found() => Err(SelectError::NoField { field: self.name.clone() }.into()),
            outcome => outcome,
        }
    }

    /// A list of all values of the field.
    async fn list(&self, order: SortCriteria) -> Result<GenericObject, Error> {
        lookup::list(self.doc, &self.name, &self.state, order).await
    }

    async fn is_locked(&self) -> Result<bool, Error> {
        Ok(lookup::info(&self.list(SortCriteria::default()).await?).await?.locked)
    }
}
