//! The pages of a source, some ahead of those that are taken.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use qix_schema::cells::read_data_pages;
use qix_schema::rpc::{Answer, CallOptions, send_with};
use qix_schema::types::NxPage;
use qix_schema::{AsRemote, Error, ErrorKind, error_codes, generic_object};

use super::collect::{PageSink, Shape};
use super::source::Form;
use super::stream::{Opened, Options, Pages};
use super::{RowsError, pivot};

/// As many cells as one call may ask for.
pub(super) const MOST_CELLS: usize = 10_000;

/// How often a page is asked for when selections elsewhere abort it.
const ATTEMPTS: usize = 5;

/// The pages of a source, in order.
pub(super) fn pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    match opened.source.form {
        Form::List | Form::Straight => straight::<S>(opened, options),
        Form::Pivot => pivot::pivot_pages::<S>(opened, options),
        Form::Stacked => pivot::stacked_pages::<S>(opened, options),
    }
}

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

fn straight<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    let height = height(opened.source.columns.len(), options);
    let tops = (0..opened.source.rows).step_by(height);
    let fetch = move |top| fetch::<S>(Arc::clone(&opened), top, height);
    Box::pin(stream::iter(tops).map(fetch).buffered(options.pages_ahead + 1))
}

async fn fetch<S: Shape>(opened: Arc<Opened<S::Plan>>, top: usize, height: usize) -> Result<S::Page, Error> {
    let rows = height.min(opened.source.rows - top);
    attempt(&opened, || async {
        let source = &opened.source;
        let page = page(0, top, source.columns.len(), rows);
        let read = |answer: Answer<'_>| read_page::<S>(answer.text(), &opened, top, rows);
        let (remote, options) = (opened.object.remote(), CallOptions::default());
        if source.form == Form::List {
            send_with(remote, generic_object::GetListObjectData::new(&source.path, page), options, read).await
        } else {
            send_with(remote, generic_object::GetHyperCubeData::new(&source.path, page), options, read).await
        }
    })
    .await
}

fn read_page<S: Shape>(result: &str, opened: &Opened<S::Plan>, top: usize, rows: usize) -> Result<S::Page, Error> {
    let mut sink = S::sink(&opened.plan, &opened.source.columns, top, rows);
    read_data_pages(result, &mut sink).map_err(ErrorKind::Decode)?;
    match sink.rows() {
        found if found == rows => sink.finish(),
        found => Err(RowsError::Incomplete { row: top, expected: rows, found }.into()),
    }
}

/// Makes a call again if selections elsewhere abort it, unless the data have changed since the source was found.
pub(super) async fn attempt<P, R, F>(opened: &Opened<P>, call: impl Fn() -> F) -> Result<R, Error>
where
    F: Future<Output = Result<R, Error>>,
{
    let mut attempts = 1..ATTEMPTS;
    loop {
        let outcome = call().await;
        let stale = opened.object.remote().invalidations() != opened.source.seen;
        match outcome {
            Ok(_) if stale => return Err(RowsError::Changed.into()),
            Err(error) if stale && (is_abort(&error) || RowsError::of(&error).is_some()) => {
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
