//! Rows of a table, as they were loaded.

use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use datafusion::error::{DataFusionError, Result};
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use qix_client::DocApi;
use qix_client::types::{FieldValue, TableRow};

use super::values::{Value, Values};
use crate::engine::Engine;
use crate::error::failed;
use crate::model::{self, Table};

/// The cells of a page. An engine limits pages of cubes to this number; the limit of tables is not documented.
const CELLS: usize = 10_000;

/// Pages that are requested at the same time.
const PAGES: usize = 2;

/// Reads a range of rows, page by page. Each page takes a session and hands it back, so that a query whose parts wait
/// for each other does not wait for sessions, too.
pub(super) fn read(
    engine: Arc<Engine>,
    table: Arc<Table>,
    columns: Arc<[usize]>,
    range: Range<u64>,
) -> impl Stream<Item = Result<RecordBatch>> + Send {
    let page = (CELLS / table.columns.len().max(1)).max(1) as u64;
    let last = range.end;
    let pages = range.step_by(page as usize).map(move |first| first..last.min(first + page));
    stream::iter(pages)
        .map(move |rows| {
            let (engine, table, columns) = (Arc::clone(&engine), Arc::clone(&table), Arc::clone(&columns));
            async move {
                let is_last = rows.end == last;
                read_page(&engine, &table, &columns, rows, is_last).await
            }
        })
        .buffered(PAGES)
        .try_filter(|batch| std::future::ready(batch.num_rows() > 0))
}

async fn read_page(
    engine: &Engine,
    table: &Table,
    columns: &[usize],
    rows: Range<u64>,
    is_last: bool,
) -> Result<RecordBatch> {
    let place = || format!("app `{}`, table `{}`, rows {} to {}", table.app, table.name, rows.start, rows.end);
    let lease = engine.open(&table.app).await?;
    let wanted = rows.end - rows.start;
    let (offset, count) = (rows.start as i64, wanted as i64);
    let data = lease.doc().get_table_data(offset, count, false, &table.name).await;
    let data = data.map_err(|error| failed(place(), error))?;
    if is_last || data.len() as u64 != wanted {
        let reloaded = model::last_reload(lease.doc()).await.map_err(|error| failed(place(), error))?;
        check_reload(table, &reloaded)?;
    }
    lease.hand_back();
    if data.len() as u64 != wanted {
        return Err(DataFusionError::Execution(format!("{}: the engine returned {} rows", place(), data.len())));
    }
    batch(table, columns, &data).map_err(|error| error.context(place()))
}

/// Returns an error if the app has been reloaded since the query was planned.
pub(super) fn check_reload(table: &Table, reloaded: &str) -> Result<()> {
    if table.reloaded == reloaded {
        return Ok(());
    }
    Err(DataFusionError::Execution(format!(
        "app `{}` was reloaded at {reloaded}, during the query; its rows belong to the reload at {}; repeat the query",
        table.app, table.reloaded
    )))
}

fn batch(table: &Table, columns: &[usize], data: &[TableRow]) -> Result<RecordBatch> {
    if let Some(row) = data.iter().find(|row| row.value.len() != table.columns.len()) {
        let (cells, fields) = (row.value.len(), table.columns.len());
        return Err(DataFusionError::Execution(format!("a row has {cells} cells, and there are {fields} fields")));
    }
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for &at in columns {
        let column = &table.columns[at];
        let mut values = Values::new(column, data.len());
        for row in data {
            let cell = &row.value[at];
            if column.has_blanks && !cell.is_numeric && cell.text.is_empty() {
                return Err(DataFusionError::Execution(format!(
                    "field `{}` contains empty strings and null, which look the same in rows of a table; load one of \
                     them as another value, or add a field without null to the table, which allows reading it by cubes",
                    column.field
                )));
            }
            values.append(value(cell, column.has_null))?;
        }
        arrays.push(values.finish());
    }
    let options = RecordBatchOptions::new().with_row_count(Some(data.len()));
    let schema = model::schema(columns.iter().map(|at| &table.columns[*at]));
    Ok(RecordBatch::try_new_with_options(schema, arrays, &options)?)
}

/// The value of a cell. Null is an empty string.
fn value(cell: &FieldValue, has_null: bool) -> Option<Value<'_>> {
    let number = (cell.is_numeric && !cell.number.is_nan()).then_some(cell.number);
    let is_null = has_null && number.is_none() && cell.text.is_empty();
    (!is_null).then_some(Value { text: &cell.text, number })
}
