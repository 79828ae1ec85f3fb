//! What an app consists of, as lists of typed items.

mod definition;
mod item;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use qix_schema::types::{
    AppObjectListDef, BookmarkListDef, DimensionListDef, FieldListDef, MeasureListDef, SelectionObjectDef,
    VariableListDef,
};
use qix_schema::{Doc, Error, GenericObjectApi};

use crate::ext::temporary;
use crate::ext::watch::Layouts;

pub use definition::{DataListDef, ListDef};
pub use item::{BookmarkItem, DimensionItem, MeasureItem, ObjectItem};

/// Lists of what an app consists of. Each is there to be awaited, or to be followed with [`Listing::live`].
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
pub trait Lists {
    /// The list that a definition asks for, for those who want another one than the usual.
    ///
    /// ```no_run
    /// # use qix_client::prelude::*;
    /// # async fn f(doc: Doc) -> Result<(), Error> {
    /// let all = doc.list(FieldListDef::default().with_show_system(true).with_show_hidden(true)).await?;
    /// let stories = doc.list(AppObjectListDef::default().with_type("story")).await?;
    /// let there = doc.list(SelectionObjectDef::default().with_state_name("Compare")).await?;
    /// # Ok(())
    /// # }
    /// ```
    fn list<D: ListDef>(&self, definition: D) -> Listing<'_, D>;

    /// The fields of the data model: name, number of values, tags. Hidden fields and those of the engine are left out.
    fn fields(&self) -> Listing<'_, FieldListDef> {
        self.list(FieldListDef::default().with_show_src_tables(true))
    }

    /// The master dimensions.
    fn dimensions(&self) -> Listing<'_, DimensionListDef> {
        self.list(DimensionListDef::default().with_type("dimension"))
    }

    /// The master measures.
    fn measures(&self) -> Listing<'_, MeasureListDef> {
        self.list(MeasureListDef::default().with_type("measure"))
    }

    /// The objects that are no one's child: sheets, stories, master visualizations and whatever else apps keep there.
    fn objects(&self) -> Listing<'_, AppObjectListDef> {
        self.list(AppObjectListDef::default())
    }

    /// The sheets.
    fn sheets(&self) -> Listing<'_, AppObjectListDef> {
        self.list(AppObjectListDef::default().with_type("sheet"))
    }

    /// The variables: those of the app and of the session, without the ones that the engine keeps for formats.
    fn variables(&self) -> Listing<'_, VariableListDef> {
        self.list(VariableListDef::default().with_type("variable").with_show_session(true))
    }

    /// The bookmarks.
    fn bookmarks(&self) -> Listing<'_, BookmarkListDef> {
        self.list(BookmarkListDef::default().with_type("bookmark"))
    }

    /// The fields with selections, in the default state.
    fn current_selections(&self) -> Listing<'_, SelectionObjectDef> {
        self.list(SelectionObjectDef::default())
    }
}

impl Lists for Doc {
    fn list<D: ListDef>(&self, definition: D) -> Listing<'_, D> {
        Listing { doc: self, definition: definition.complete() }
    }
}

/// A list of an app: awaited, its items as they are now; see [`Lists`].
#[must_use = "a list is fetched only when it is awaited"]
pub struct Listing<'a, D> {
    doc: &'a Doc,
    definition: D,
}

impl<D: DataListDef> Listing<'_, D> {
    /// Asks for more of each item: what its properties hold at a path, under a name by which the item's data have it.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let measures = doc.measures().with_data("label", "/qMeasure/qLabel").await?;
    /// assert_eq!(measures[0].data.get::<String>("label")?.as_deref(), Some("Total sales"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_data(mut self, name: &str, path: &str) -> Self {
        definition::ask(self.definition.data(), name, path);
        self
    }
}

impl<D: ListDef> Listing<'_, D> {
    /// The items as they are, then again whenever the engine says that they have changed, as
    /// [`Layouts::layouts`] does it: nothing piles up, an error does not end the stream, which ends with the
    /// connection. The list is gone from the engine when the stream is dropped.
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
    /// let mut selections = std::pin::pin!(doc.current_selections().live());
    /// assert_eq!(selections.try_next().await?.map(|items| items.len()), Some(0));
    ///
    /// doc.select("Year", [2022]).await?;
    /// let now = selections.try_next().await?.unwrap_or_default();
    /// assert_eq!((&*now[0].field, &*now[0].selected), ("Year", "2022"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn live(self) -> impl Stream<Item = Result<Vec<D::Item>, Error>> + Send + use<D> {
        let (doc, definition) = (self.doc.clone(), self.definition);
        let layouts = async move { Ok(temporary::object(&doc, definition.into()).await?.layouts()) };
        stream::once(layouts).flat_map(|layouts: Result<_, Error>| match layouts {
            Ok(layouts) => layouts.map_ok(D::items).left_stream(),
            Err(error) => stream::once(async { Err(error) }).right_stream(),
        })
    }

    async fn fetch(self) -> Result<Vec<D::Item>, Error> {
        let object = temporary::object(self.doc, self.definition.into()).await?;
        Ok(D::items(object.get_layout().await?))
    }
}

impl<'a, D: ListDef> IntoFuture for Listing<'a, D> {
    type Output = Result<Vec<D::Item>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.fetch())
    }
}

impl<D: fmt::Debug> fmt::Debug for Listing<'_, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").field("definition", &self.definition).finish_non_exhaustive()
    }
}
