//! Reading page after page, whatever the rows become.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use qix_schema::types::{GenericObjectProperties, ListObjectDef};
use qix_schema::{Doc, DocApi, Error, GenericObject};

use super::shape::Shape;
use super::source::Source;
use super::{RowsError, pages};

/// How to fetch rows.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) path: Option<String>,
    pub(crate) page_rows: Option<usize>,
    pub(crate) pages_ahead: usize,
    pub(crate) restart: bool,
    pub(crate) totals: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { path: None, page_rows: None, pages_ahead: 3, restart: false, totals: false }
    }
}

/// Where the rows are.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// In an object.
    Object(GenericObject),
    /// In a list of a field's values, which is made for them.
    Field(Doc, String),
}

impl Origin {
    async fn object(self) -> Result<GenericObject, Error> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Field(doc, name) => {
                let list = GenericObjectProperties::of_type("values").with_list_object_def(ListObjectDef::field(name));
                doc.create_session_object(list).await
            }
        }
    }
}

/// An object whose rows are about to be read.
pub(crate) struct Opened<P> {
    pub(super) object: GenericObject,
    pub(super) source: Source,
    pub(crate) plan: P,
}

pub(super) type Pages<P> = Pin<Box<dyn Stream<Item = Result<P, Error>> + Send>>;

/// The pages of an object's rows.
pub(crate) struct Reading<S: Shape> {
    pub(crate) origin: Origin,
    pub(crate) options: Options,
    pub(crate) shape: S,
    state: State<S>,
    /// Whether a page has been given since the reading began.
    given: bool,
}

enum State<S: Shape> {
    Fresh,
    Reading(Pages<S::Page>),
    Over,
}

impl<S: Shape> Reading<S> {
    pub(crate) fn new(origin: Origin, shape: S) -> Self {
        Self { origin, options: Options::default(), shape, state: State::Fresh, given: false }
    }

    fn start(&self) -> Pages<S::Page> {
        let (origin, options, shape) = (self.origin.clone(), self.options.clone(), self.shape.clone());
        let pages = async move {
            let opened = open(origin, &options, &shape).await?;
            Ok::<_, Error>(pages::pages::<S>(opened, &options))
        };
        Box::pin(stream::once(pages).try_flatten())
    }

    /// The next page. If the data change before the first, the pages are all of the changed data.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Page, Error>>> {
        loop {
            let pages = match &mut self.state {
                State::Over => return Poll::Ready(None),
                State::Fresh => {
                    self.state = State::Reading(self.start());
                    continue;
                }
                State::Reading(pages) => pages,
            };
            match ready!(pages.poll_next_unpin(context)) {
                Some(Ok(page)) => {
                    self.given = true;
                    return Poll::Ready(Some(Ok(page)));
                }
                Some(Err(error)) if has_changed(&error) && !self.given => self.state = State::Fresh,
                Some(Err(error)) => {
                    let again = self.options.restart && has_changed(&error);
                    self.state = if again { State::Fresh } else { State::Over };
                    self.given = false;
                    return Poll::Ready(Some(Err(error)));
                }
                None => self.state = State::Over,
            }
        }
    }
}

async fn open<S: Shape>(origin: Origin, options: &Options, shape: &S) -> Result<Arc<Opened<S::Plan>>, Error> {
    let object = origin.object().await?;
    let source = Source::open(&object, options.path.as_deref()).await?;
    let plan = shape.plan(&source.columns)?;
    Ok(Arc::new(Opened { object, source, plan }))
}

pub(super) fn has_changed(error: &Error) -> bool {
    RowsError::of(error) == Some(&RowsError::Changed)
}
