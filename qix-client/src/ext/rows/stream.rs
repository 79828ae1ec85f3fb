//! Reading page after page, whatever the rows become.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::StreamExt;
use qix_schema::rpc::CallOptions;
use qix_schema::types::{GenericObjectProperties, ListObjectDef};
use qix_schema::{Doc, DocApi, Error, GenericObject};

use super::collect::Shape;
use super::pages::{Opened, Options, Pages};
use super::source::{Form, Source};
use super::{RowsError, pivot, straight};

/// Where the rows are.
#[derive(Clone, Debug)]
pub(crate) enum Origin {
    /// In an object.
    Object(GenericObject),
    /// In a list of a field's values, which is made for them.
    Field(Doc, String),
}

impl Origin {
    async fn object(self, calls: &CallOptions) -> Result<GenericObject, Error> {
        match self {
            Self::Object(object) => Ok(object),
            Self::Field(doc, name) => {
                let list = GenericObjectProperties::of_type("values").with_list_object_def(ListObjectDef::field(name));
                doc.create_session_object(list).with_options(calls.clone()).await
            }
        }
    }
}

/// The pages of an object's rows.
pub(crate) struct Reading<S: Shape> {
    pub(crate) origin: Origin,
    pub(crate) options: Options,
    pub(crate) shape: S,
    state: State<S>,
    /// Whether a page has been given since the reading began.
    given: bool,
}

type Found<S> = Arc<Opened<<S as Shape>::Plan>>;

enum State<S: Shape> {
    Fresh,
    Opening(Pin<Box<dyn Future<Output = Result<Found<S>, Error>> + Send>>),
    Reading(Found<S>, Pages<S::Page>),
    Over,
}

impl<S: Shape> Reading<S> {
    pub(crate) fn new(origin: Origin, shape: S) -> Self {
        Self { origin, options: Options::default(), shape, state: State::Fresh, given: false }
    }

    /// The object that is read; nothing if reading has ended.
    pub(crate) fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Found<S>, Error>>> {
        loop {
            match &mut self.state {
                State::Over => return Poll::Ready(None),
                State::Fresh => {
                    let (origin, options, shape) = (self.origin.clone(), self.options.clone(), self.shape.clone());
                    self.state = State::Opening(Box::pin(open(origin, options, shape)));
                }
                State::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(opened) => {
                        // Nothing is asked for before the first page is.
                        let pages = pages::<S>(Arc::clone(&opened), &self.options);
                        self.state = State::Reading(opened, pages);
                    }
                    Err(error) => {
                        self.state = State::Over;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                State::Reading(opened, _) => return Poll::Ready(Some(Ok(Arc::clone(opened)))),
            }
        }
    }

    /// The object as it is now, without reading on.
    #[cfg(feature = "arrow")]
    pub(crate) async fn look(&self) -> Result<Found<S>, Error> {
        open(self.origin.clone(), self.options.clone(), self.shape.clone()).await
    }

    /// The next page. If the data change before the first, the pages are all of the changed data.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Page, Error>>> {
        loop {
            if let Some(Err(error)) = ready!(self.poll_open(context)) {
                return Poll::Ready(Some(Err(error)));
            }
            let State::Reading(_, pages) = &mut self.state else { return Poll::Ready(None) };
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

/// The pages of a source, in order.
fn pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    match opened.source.form {
        Form::List | Form::Straight => straight::straight_pages::<S>(opened, options),
        Form::Pivot => pivot::pivot_pages::<S>(opened, options),
        Form::Stacked => pivot::stacked_pages::<S>(opened, options),
    }
}

async fn open<S: Shape>(origin: Origin, options: Options, shape: S) -> Result<Found<S>, Error> {
    let Options { path, calls, .. } = options;
    let object = origin.object(&calls).await?;
    let source = Source::open(&object, path.as_deref(), calls.clone()).await?;
    let plan = shape.plan(&source.columns)?;
    Ok(Arc::new(Opened { object, source, calls, plan }))
}

pub(super) fn has_changed(error: &Error) -> bool {
    error.downcast_ref::<RowsError>() == Some(&RowsError::Changed)
}

/// The ways to fetch, as methods of a stream whose `pages` are read.
macro_rules! fetching {
    ($restart:literal) => {
        /// The path of the definition: `/qHyperCubeDef`, or `/qListObjectDef` if there is no such cube, unless it is
        /// told. Cubes can be anywhere, such as at `/boxplotDef/qHyperCubeDef` or `/gaLayers/0/qHyperCubeDef`.
        pub fn with_path(mut self, path: impl Into<String>) -> Self {
            self.pages.options.path = Some(path.into());
            self
        }

        /// How many rows a page has: as many as the engine allows unless fewer are asked for. In a pivot they are rows
        /// as it shows them; in a stacked cube, values of its first dimension.
        pub fn with_page_rows(mut self, rows: usize) -> Self {
            self.pages.options.page_rows = Some(rows);
            self
        }

        /// How many pages are fetched besides the one that is waited for: three unless it is told. They are kept in
        /// memory.
        pub fn with_pages_ahead(mut self, pages: usize) -> Self {
            self.pages.options.pages_ahead = pages;
            self
        }

        /// Keeps the totals of a pivot or stacked cube among its rows. Dimensions that are summed up are null there, as
        /// those below a collapsed value are.
        pub fn with_totals(mut self, totals: bool) -> Self {
            self.pages.options.totals = totals;
            self
        }

        /// How long each call may take, in place of the session's time-out.
        pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.pages.options.calls.timeout = Some(timeout);
            self
        }

        /// Sets the options of each call.
        pub fn with_options(mut self, options: qix_schema::rpc::CallOptions) -> Self {
            self.pages.options.calls = options;
            self
        }

        #[doc = $restart]
        pub fn with_restart(mut self, restart: bool) -> Self {
            self.pages.options.restart = restart;
            self
        }
    };
}
pub(crate) use fetching;
