//! Rows of cubes and lists, as a stream of whatever type they are to be.

mod cell;
mod columns;
mod error;
mod pages;
mod problem;
mod row;
mod source;

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use qix_schema::{Class, Error, GenericObject};
use serde::de::DeserializeOwned;

pub use error::RowsError;
use source::Source;

/// Objects whose data are rows: those with a cube or a list.
pub trait Rows {
    /// The rows of the object's straight cube or list, each as a value of a type.
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

impl Rows for GenericObject {
    fn rows<T: DeserializeOwned + Send + 'static>(&self) -> RowStream<T> {
        RowStream {
            object: self.clone(),
            options: Options::default(),
            state: State::Fresh,
            page: Vec::new().into_iter(),
            given: false,
        }
    }
}

/// The rows of an object: see [`Rows::rows`]. Nothing is fetched before the first is asked for; until then the way to
/// fetch them can be set.
#[must_use = "rows are fetched only when they are asked for"]
pub struct RowStream<T> {
    object: GenericObject,
    options: Options,
    state: State<T>,
    page: vec::IntoIter<T>,
    /// Whether a row has been given since the reading began.
    given: bool,
}

/// How to fetch rows.
#[derive(Clone, Debug)]
struct Options {
    path: Option<String>,
    page_rows: Option<usize>,
    pages_ahead: usize,
    restart: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { path: None, page_rows: None, pages_ahead: 3, restart: false }
    }
}

type Pages<T> = Pin<Box<dyn Stream<Item = Result<Vec<T>, Error>> + Send>>;

enum State<T> {
    Fresh,
    Reading(Pages<T>),
    Over,
}

impl<T> RowStream<T> {
    /// The path of the definition: `/qHyperCubeDef`, or `/qListObjectDef` if there is no such cube, unless it is told.
    /// Cubes can be anywhere, such as at `/boxplotDef/qHyperCubeDef` or `/gaLayers/0/qHyperCubeDef`.
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.options.path = Some(path.into());
        self
    }

    /// How many rows a page has: as many as the engine allows unless fewer are asked for.
    pub fn with_page_rows(mut self, rows: usize) -> Self {
        self.options.page_rows = Some(rows);
        self
    }

    /// How many pages are fetched besides the one that is waited for: three unless it is told. They are kept in memory.
    pub fn with_pages_ahead(mut self, pages: usize) -> Self {
        self.options.pages_ahead = pages;
        self
    }

    /// Goes on after [`RowsError::Changed`]: the rows that follow it are all rows of the changed data, from the first
    /// on. Without this the stream ends with that error.
    pub fn with_restart(mut self) -> Self {
        self.options.restart = true;
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> RowStream<T> {
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
                Err(error) if self.options.restart && has_changed(&error) => rows.clear(),
                Err(error) => return Err(error),
            }
        }
    }

    fn start(&self) -> Pages<T> {
        let (object, options) = (self.object.clone(), self.options.clone());
        let pages = async move {
            let source = Source::open(&object, options.path.as_deref()).await?;
            Ok::<_, Error>(pages::pages(object, source, &options))
        };
        Box::pin(stream::once(pages).try_flatten())
    }
}

fn has_changed(error: &Error) -> bool {
    RowsError::of(error) == Some(&RowsError::Changed)
}

// Nothing is pinned but what is boxed.
impl<T> Unpin for RowStream<T> {}

impl<T: DeserializeOwned + Send + 'static> Stream for RowStream<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if let Some(row) = this.page.next() {
                this.given = true;
                return Poll::Ready(Some(Ok(row)));
            }
            let pages = match &mut this.state {
                State::Over => return Poll::Ready(None),
                State::Fresh => {
                    this.state = State::Reading(this.start());
                    continue;
                }
                State::Reading(pages) => pages,
            };
            match ready!(pages.poll_next_unpin(context)) {
                Some(Ok(page)) => this.page = page.into_iter(),
                // Nobody has seen a row of the data that are no more.
                Some(Err(error)) if has_changed(&error) && !this.given => this.state = State::Fresh,
                Some(Err(error)) => {
                    let again = this.options.restart && has_changed(&error);
                    this.state = if again { State::Fresh } else { State::Over };
                    this.given = false;
                    return Poll::Ready(Some(Err(error)));
                }
                None => this.state = State::Over,
            }
        }
    }
}

impl<T> fmt::Debug for RowStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").field("object", self.object.handle()).field("options", &self.options).finish()
    }
}
