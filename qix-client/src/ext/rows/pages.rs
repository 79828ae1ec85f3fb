//! What all kinds of pages share: how they are fetched, and from where.

use std::pin::Pin;

use futures_util::Stream;
use qix_schema::rpc::CallOptions;
use qix_schema::types::NxPage;
use qix_schema::{AsRemote, Error, GenericObject, error_codes};

use super::RowsError;
use super::source::Source;

/// As many cells as one call may ask for.
pub(super) const MOST_CELLS: usize = 10_000;

/// How often a page is asked for when selections elsewhere abort it.
const ATTEMPTS: usize = 5;

/// How to fetch rows.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) path: Option<String>,
    pub(crate) page_rows: Option<usize>,
    pub(crate) pages_ahead: usize,
    pub(crate) restart: bool,
    pub(crate) totals: bool,
    /// How to make each call.
    pub(crate) calls: CallOptions,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            path: None,
            page_rows: None,
            pages_ahead: 3,
            restart: false,
            totals: false,
            calls: CallOptions::default(),
        }
    }
}

/// An object whose rows are about to be read.
pub(crate) struct Opened<P> {
    pub(super) object: GenericObject,
    pub(super) source: Source,
    pub(super) calls: CallOptions,
    pub(crate) plan: P,
}

pub(super) type Pages<P> = Pin<Box<dyn Stream<Item = Result<P, Error>> + Send>>;

/// How many rows of a width a page has.
pub(super) fn height(width: usize, options: &Options) -> usize {
    let most = (MOST_CELLS / width.max(1)).max(1);
    options.page_rows.map_or(most, |rows| rows.clamp(1, most))
}

/// A rectangle to ask for: first column and row, columns and rows.
pub(super) fn page(left: usize, top: usize, width: usize, height: usize) -> Vec<NxPage> {
    let [left, top, width, height] = [left, top, width, height].map(|size| i32::try_from(size).unwrap_or(i32::MAX));
    vec![NxPage::of_size(width, height).with_left(left).with_top(top)]
}

/// Makes a call again if selections elsewhere abort it, unless the data have changed since the source was found.
pub(super) async fn attempt<P, R, F>(opened: &Opened<P>, call: impl Fn() -> F) -> Result<R, Error>
where
    F: Future<Output = Result<R, Error>>,
{
    let mut attempts = 1..ATTEMPTS;
    loop {
        let outcome = call().await;
        let stale = opened.object.as_remote().invalidations() != opened.source.seen;
        match outcome {
            Ok(_) if stale => return Err(RowsError::Changed.into()),
            Err(error) if stale && (is_abort(&error) || error.downcast_ref::<RowsError>().is_some()) => {
                return Err(RowsError::Changed.into());
            }
            Err(error) if is_abort(&error) && attempts.next().is_some() => {}
            outcome => return outcome,
        }
    }
}

fn is_abort(error: &Error) -> bool {
    error.engine().is_some_and(|error| error.code == error_codes::GENERIC_ABORTED)
}
