//! The pages of a source, some ahead of those that are taken.

use std::sync::Arc;

use futures_util::{Stream, StreamExt, stream};
use qix_schema::cells::{Cell, Sink, Table, read_data_pages};
use qix_schema::rpc::{Answer, CallOptions, send_with};
use qix_schema::types::NxPage;
use qix_schema::{AsRemote, Error, ErrorKind, GenericObject, error_codes, generic_object};
use serde::de::DeserializeOwned;

use super::row::Reader;
use super::source::Source;
use super::{Options, RowsError};

/// As many cells as one call may ask for.
const MOST_CELLS: usize = 10_000;

/// How often a page is asked for when selections elsewhere abort it.
const ATTEMPTS: usize = 5;

/// The rows of a source, page by page, in order.
pub(super) fn pages<T: DeserializeOwned + Send + 'static>(
    object: GenericObject,
    source: Source,
    options: &Options,
) -> impl Stream<Item = Result<Vec<T>, Error>> + Send + use<T> {
    let most = (MOST_CELLS / source.columns.len().max(1)).max(1);
    let height = options.page_rows.map_or(most, |rows| rows.clamp(1, most));
    let source = Arc::new(source);
    let tops = (0..source.rows).step_by(height);
    let fetch = move |top| fetch(object.clone(), Arc::clone(&source), top, height);
    stream::iter(tops).map(fetch).buffered(options.pages_ahead + 1)
}

async fn fetch<T: DeserializeOwned + Send + 'static>(
    object: GenericObject,
    source: Arc<Source>,
    top: usize,
    height: usize,
) -> Result<Vec<T>, Error> {
    let rows = height.min(source.rows - top);
    let mut attempts = 1..ATTEMPTS;
    loop {
        let outcome = call(&object, &source, top, rows).await;
        let stale = object.remote().invalidations() != source.seen;
        match outcome {
            Err(error) if is_abort(&error) && stale => return Err(RowsError::Changed.into()),
            Err(error) if is_abort(&error) && attempts.next().is_some() => {}
            Err(error) => return Err(error),
            Ok(_) if stale => return Err(RowsError::Changed.into()),
            Ok(page) if page.len() != rows => {
                return Err(RowsError::Incomplete { row: top, expected: rows, found: page.len() }.into());
            }
            Ok(page) => return Ok(page),
        }
    }
}

async fn call<T: DeserializeOwned + Send>(
    object: &GenericObject,
    source: &Source,
    top: usize,
    rows: usize,
) -> Result<Vec<T>, Error> {
    let [width, top_row, height] =
        [source.columns.len(), top, rows].map(|size| i32::try_from(size).unwrap_or(i32::MAX));
    let page = vec![NxPage::of_size(width, height).with_top(top_row)];
    let read = |answer: Answer<'_>| read_page(answer.text(), source, top, rows);
    let (remote, options) = (object.remote(), CallOptions::default());
    if source.is_list() {
        send_with(remote, generic_object::GetListObjectData::new(&source.path, page), options, read).await
    } else {
        send_with(remote, generic_object::GetHyperCubeData::new(&source.path, page), options, read).await
    }
}

fn read_page<T: DeserializeOwned>(result: &str, source: &Source, top: usize, rows: usize) -> Result<Vec<T>, Error> {
    let mut sink = RowSink {
        reader: Reader::new(&source.columns),
        top,
        row: Table::with_capacity(1, source.columns.len()),
        rows: Ok(Vec::with_capacity(rows)),
    };
    read_data_pages(result, &mut sink).map_err(ErrorKind::Decode)?;
    sink.rows.map_err(Error::from)
}

/// Makes a value of each row as soon as its cells are there.
struct RowSink<'s, T> {
    reader: Reader<'s>,
    top: usize,
    /// The cells of one row.
    row: Table,
    rows: Result<Vec<T>, RowsError>,
}

impl<T: DeserializeOwned> Sink for RowSink<'_, T> {
    #[inline]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.row.cell(column, cell);
    }

    fn end_row(&mut self) {
        self.row.end_row();
        if let (Ok(rows), Some(row)) = (&mut self.rows, self.row.row(0)) {
            match self.reader.read(self.top + rows.len(), row) {
                Ok(value) => rows.push(value),
                Err(error) => self.rows = Err(error),
            }
        }
        self.row.clear();
    }

    fn clear(&mut self) {
        self.row.clear();
        self.rows = Ok(Vec::new());
    }
}

fn is_abort(error: &Error) -> bool {
    error.engine().is_some_and(|error| error.code == error_codes::GENERIC_ABORTED)
}
