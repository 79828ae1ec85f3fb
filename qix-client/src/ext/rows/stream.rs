//! Reads pages, independent of how rows are decoded.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_util::StreamExt;
use qix_schema::rpc::CallOptions;
use qix_schema::types::{GenericObjectProperties, ListObjectDef};
use qix_schema::{Doc, Error, GenericObject};

use super::collect::Shape;
use super::pages::{Opened, Options, Pages};
use super::source::{Form, Source};
use super::{RowsError, names, pivot, straight};
use crate::ext::temporary;

/// The object with the rows.
#[derive(Clone, Debug)]
pub(crate) enum RowsOf {
    /// An object.
    Object(GenericObject),
    /// A list of a field's values, which is created for them.
    Field(Doc, String),
}

impl RowsOf {
    async fn object(&self, calls: &CallOptions) -> Result<GenericObject, Error> {
        match self {
            Self::Object(object) => Ok(object.clone()),
            Self::Field(doc, name) => {
                let list = match name.trim_start().starts_with('=') {
                    true => ListObjectDef::expression(name),
                    false => ListObjectDef::field(name),
                };
                let list = GenericObjectProperties::of_type("values").with_list_object_def(list);
                temporary::object(doc, list, calls).await
            }
        }
    }

    /// An engine returns no error for an unknown field: the list is empty, or its only value is null.
    async fn check(&self, source: &Result<Source, Error>, calls: &CallOptions) -> Result<(), Error> {
        let Self::Field(doc, name) = self else { return Ok(()) };
        let has_values = source.as_ref().is_ok_and(|source| source.rows > 1);
        match has_values && !name.trim_start().starts_with('=') {
            true => Ok(()),
            false => names::check(doc, name, calls).await,
        }
    }
}

/// The pages of an object's rows.
pub(crate) struct Reading<S: Shape> {
    pub(crate) origin: RowsOf,
    pub(crate) options: Options,
    pub(crate) shape: S,
    state: Stage<S>,
    /// Whether a page has been returned since reading started.
    given: bool,
}

type Found<S> = Arc<Opened<<S as Shape>::Plan>>;

enum Stage<S: Shape> {
    Fresh,
    Opening(Pin<Box<dyn Future<Output = Result<Found<S>, Error>> + Send>>),
    Reading(Found<S>, Pages<S::Page>),
    Over,
}

impl<S: Shape> Reading<S> {
    pub(crate) fn new(origin: RowsOf, shape: S) -> Self {
        Self { origin, options: Options::default(), shape, state: Stage::Fresh, given: false }
    }

    /// The object that is read; `None` after the end.
    pub(crate) fn poll_open(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Found<S>, Error>>> {
        loop {
            match &mut self.state {
                Stage::Over => return Poll::Ready(None),
                Stage::Fresh => {
                    let (origin, options, shape) = (self.origin.clone(), self.options.clone(), self.shape.clone());
                    self.state = Stage::Opening(Box::pin(open(origin, options, shape)));
                }
                Stage::Opening(opening) => match ready!(opening.as_mut().poll(context)) {
                    Ok(opened) => {
                        // Nothing is requested before the first page.
                        let pages = pages::<S>(Arc::clone(&opened), &self.options);
                        self.state = Stage::Reading(opened, pages);
                    }
                    Err(error) => {
                        self.state = Stage::Over;
                        return Poll::Ready(Some(Err(error)));
                    }
                },
                Stage::Reading(opened, _) => return Poll::Ready(Some(Ok(Arc::clone(opened)))),
            }
        }
    }

    /// The object in its current state, without reading on.
    #[cfg(feature = "arrow")]
    pub(crate) fn look(&self) -> impl Future<Output = Result<Found<S>, Error>> + use<S> {
        open(self.origin.clone(), self.options.clone(), self.shape.clone())
    }

    /// The next page. If the data changes before the first page, all pages contain the changed data.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<S::Page, Error>>> {
        loop {
            if let Some(Err(error)) = ready!(self.poll_open(context)) {
                return Poll::Ready(Some(Err(error)));
            }
            let Stage::Reading(_, pages) = &mut self.state else { return Poll::Ready(None) };
            match ready!(pages.poll_next_unpin(context)) {
                Some(Ok(page)) => {
                    self.given = true;
                    return Poll::Ready(Some(Ok(page)));
                }
                Some(Err(error)) if has_changed(&error) && !self.given => self.state = Stage::Fresh,
                Some(Err(error)) => {
                    let again = self.options.restart && has_changed(&error);
                    self.state = if again { Stage::Fresh } else { Stage::Over };
                    self.given = false;
                    return Poll::Ready(Some(Err(error)));
                }
                None => self.state = Stage::Over,
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
        Form::Tree => pivot::tree_pages::<S>(opened, options),
    }
}

async fn open<S: Shape>(origin: RowsOf, options: Options, shape: S) -> Result<Found<S>, Error> {
    let Options { path, calls, attributes, .. } = options;
    let object = origin.object(&calls).await?;
    let source = Source::open(&object, path.as_deref(), calls.clone()).await;
    origin.check(&source, &calls).await?;
    let mut source = source?;
    if !attributes {
        source.columns = source.columns.without_attributes();
    }
    let plan = shape.plan(&source.columns)?;
    Ok(Arc::new(Opened { object, source, calls, plan }))
}

pub(crate) fn has_changed(error: &Error) -> bool {
    error.downcast_ref::<RowsError>() == Some(&RowsError::Changed)
}

/// Fetch options, as methods of a stream with a field `pages`.
macro_rules! fetching {
    ($restart:literal) => {
        /// Sets the path of the definition. Defaults to `/qHyperCubeDef`, or `/qListObjectDef` if there is no cube.
        /// Cubes can be nested, such as at `/boxplotDef/qHyperCubeDef` or `/gaLayers/0/qHyperCubeDef`.
        pub fn with_path(mut self, path: impl Into<String>) -> Self {
            self.pages.options.path = Some(path.into());
            self
        }

        /// Sets the maximum number of rows per page. Defaults to the engine's limit. In a pivot table, these are
        /// displayed rows; in a stacked cube, values of its first dimension.
        pub fn with_page_rows(mut self, rows: usize) -> Self {
            self.pages.options.page_rows = Some(rows);
            self
        }

        /// Sets the number of pages to fetch ahead. Defaults to three. They are kept in memory.
        pub fn with_pages_ahead(mut self, pages: usize) -> Self {
            self.pages.options.pages_ahead = pages;
            self
        }

        /// Includes the totals of a pivot or stacked cube. The dimensions that they summarize are null, like those
        /// below a collapsed value.
        pub fn with_totals(mut self, totals: bool) -> Self {
            self.pages.options.totals = totals;
            self
        }

        /// Adds the results of attribute expressions as columns after all others, in the order of their columns. The
        /// title of such a column is the `id` of the attribute expression, or its expression if it has no `id`. Without
        /// this, they are omitted.
        pub fn with_attributes(mut self, attributes: bool) -> Self {
            self.pages.options.attributes = attributes;
            self
        }

        /// Sets the timeout of each call. Defaults to the session's timeout.
        pub fn with_timeout(mut self, timeout: std::time::Duration) -> Self {
            self.pages.options.calls.timeout = Some(timeout);
            self
        }

        /// Replaces the options of each call.
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
