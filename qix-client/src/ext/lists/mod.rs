//! Typed lists of what an app contains.

mod definition;
mod item;

use futures_util::{StreamExt, TryStreamExt, stream};
use qix_schema::rpc::CallOptions;
use qix_schema::types::FieldListDef;
use qix_schema::{Doc, Error, GenericObjectApi};

use super::pending::Pending;
use super::pending::sealed::Run;
use super::streams::named_stream;
use super::temporary;
use super::watch::ObjectExt;

pub use definition::{DataListDef, ListDef};
pub use item::{BookmarkItem, DimensionItem, MeasureItem, ObjectItem};

/// A list. Await it to get the current items, or follow it with [`live`](Pending::live).
#[derive(Clone, Debug)]
pub struct List<D> {
    doc: Doc,
    definition: D,
}

impl<D: ListDef> List<D> {
    pub(in crate::ext) fn new(doc: &Doc, definition: D) -> Pending<Self> {
        Pending::new(Self { doc: doc.clone(), definition: definition.complete() })
    }
}

/// # Lists
impl<D: DataListDef> Pending<List<D>> {
    /// Requests additional data for each item: the value at a path of its properties, under a name.
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
    pub fn with_data(mut self, name: impl Into<String>, path: impl Into<String>) -> Self {
        definition::ask(self.operation.definition.data(), &name.into(), &path.into());
        self
    }
}

/// # Lists
impl Pending<List<FieldListDef>> {
    /// Sets whether each field has the fields that the script derives from it, such as those of a calendar
    /// (`DERIVE FIELDS`). Defaults to `false`. [`derived_fields`](qix_schema::types::NxFieldDescription::derived_fields)
    /// returns them.
    pub fn with_derived_fields(mut self, derived: bool) -> Self {
        self.operation.definition.show_derived_fields = derived;
        self
    }
}

/// # Lists
impl<D: ListDef> Pending<List<D>> {
    /// Returns the items now and after every change, like [`ObjectExt::layouts`](crate::ObjectExt::layouts):
    /// intermediate changes are skipped, and errors do not end the stream, which ends with the connection. Dropping the
    /// stream removes the list from the engine.
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
    /// let mut selections = doc.current_selections().live();
    /// assert_eq!(selections.try_next().await?.map(|items| items.len()), Some(0));
    ///
    /// doc.select("Year", [2022]).await?;
    /// let now = selections.try_next().await?.unwrap_or_default();
    /// assert_eq!((&*now[0].field, &*now[0].selected), ("Year", "2022"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn live(self) -> ListStream<D::Item> {
        let (List { doc, definition }, options) = self.into_parts();
        let layouts = async move { Ok(temporary::object(&doc, definition.into(), &options).await?.layouts()) };
        ListStream::new(stream::once(layouts).flat_map(|layouts: Result<_, Error>| match layouts {
            Ok(layouts) => layouts.map_ok(D::items).left_stream(),
            Err(error) => stream::once(async { Err(error) }).right_stream(),
        }))
    }
}

impl<D: ListDef> Run for List<D> {
    type Output = Vec<D::Item>;

    async fn run(self, options: CallOptions) -> Result<Vec<D::Item>, Error> {
        let object = temporary::object(&self.doc, self.definition.into(), &options).await?;
        Ok(D::items(object.get_layout().with_options(options).await?))
    }
}

named_stream! {
/// A list that is followed; see [`Pending::live`].
    ListStream<T> of Result<Vec<T>, Error>, 'static
}
