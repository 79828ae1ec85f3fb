//! The pages of straight cubes and lists.

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use qix_schema::cells::read_data_pages;
use qix_schema::rpc::{Answer, send_with};
use qix_schema::{AsRemote, Error, ErrorKind, generic_object};

use super::RowsError;
use super::collect::{PageSink, Shape};
use super::pages::{Opened, Options, Pages, attempt, height, page};
use super::source::Form;

/// The pages of a straight cube or a list, some ahead of those that are taken.
pub(super) fn straight_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
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
        let (remote, options) = (opened.object.as_remote(), opened.calls.clone());
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
