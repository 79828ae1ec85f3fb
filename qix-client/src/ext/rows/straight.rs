//! The pages of straight cubes and lists.

use std::sync::Arc;

use futures_util::TryStreamExt;
use qix_schema::cells::read_data_pages;
use qix_schema::rpc::{Answer, send_with};
use qix_schema::{AsRemote, Error, ErrorKind, generic_object};

use super::RowsError;
use super::attributes::WithAttributes;
use super::collect::{PageSink, Shape};
use super::names::confirmed;
use super::pages::{Area, Opened, Options, PageCut, Pages, attempt, height, parts};
use super::source::Form;

/// The pages of a straight cube or a list, fetched ahead of the reader.
pub(super) fn straight_pages<S: Shape>(opened: Arc<Opened<S::Plan>>, options: &Options) -> Pages<S::Page> {
    let (columns, rows) = (opened.source.columns.width(), opened.source.rows);
    let cut = PageCut { columns, rows, width: columns, height: height(columns, options), splits_rows: false };
    let pages = parts(cut, options, Arc::new(move |area| Box::pin(fetch::<S>(Arc::clone(&opened), area))));
    Box::pin(pages.map_ok(|(_, page)| page))
}

async fn fetch<S: Shape>(opened: Arc<Opened<S::Plan>>, area: Area) -> Result<S::Page, Error> {
    let page = attempt(&opened, || async {
        let source = &opened.source;
        let read = |answer: Answer<'_>| read_page::<S>(answer.text(), &opened, area);
        let (remote, options) = (opened.object.as_remote(), opened.calls.clone());
        if source.form == Form::List {
            send_with(remote, generic_object::GetListObjectData::new(&source.path, area.page()), options, read).await?
        } else {
            send_with(remote, generic_object::GetHyperCubeData::new(&source.path, area.page()), options, read).await?
        }
    });
    let page = page.await;
    confirmed(&opened, page).await
}

/// Reads a page. An error in its rows is not an error of the call, so it does not name the object and its handle.
fn read_page<S: Shape>(result: &str, opened: &Opened<S::Plan>, area: Area) -> Result<Result<S::Page, Error>, Error> {
    let (top, rows) = (area.top, area.height);
    let mut sink = WithAttributes::<S>::new(&opened.plan, &opened.source.columns, top, rows);
    read_data_pages(result, &mut sink).map_err(ErrorKind::Decode)?;
    Ok(match sink.rows() {
        found if found == rows => sink.finish(),
        found => Err(RowsError::Incomplete { row: top, expected: rows, found }.into()),
    })
}
