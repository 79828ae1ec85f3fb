//! Distinct values of some fields of a table, with the number of their rows, as a cube.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt64Array};
use datafusion::arrow::compute::{cast, filter_record_batch, take};
use datafusion::arrow::datatypes::{Float64Type, Int64Type, SchemaRef};
use datafusion::error::{DataFusionError, Result};
use futures_util::TryStreamExt;
use qix_client::prelude::*;
use qix_client::quote_name;

use super::rows::check_reload;
use super::{Grouped, TableScan, select};
use crate::engine::Engine;
use crate::error::failed;
use crate::model;

/// The most rows of a batch of repeated rows.
const ROWS: u64 = 8_192;

/// The alternate state. A session has one query at a time.
const STATE: &str = "qix-datafusion";

/// Reads a cube, at most `limit` rows. All of it is read at once, so that the session is free afterwards.
pub(super) async fn read(
    engine: &Engine,
    scan: &TableScan,
    grouped: &Grouped,
    limit: Option<usize>,
) -> Result<Vec<RecordBatch>> {
    let table = &scan.table;
    let place = || format!("app `{}`, table `{}`", table.app, table.name);
    let lease = engine.open(&table.app).await?;
    let doc = lease.doc();
    let state = match scan.selections.is_empty() {
        true => None,
        false => Some(doc.alternate_state(STATE).await.map_err(|error| failed(place(), error))?),
    };
    let mut can_have_rows = true;
    for selection in &scan.selections {
        let column = &table.columns[selection.column];
        can_have_rows = can_have_rows && select::select(doc, STATE, table, column, &selection.condition).await?;
    }
    let mut batches = Vec::new();
    if can_have_rows {
        let object = doc.create_session_object(definition(scan, grouped, state.is_some()).into()).await;
        let object = object.map_err(|error| failed(place(), error))?;
        let mut pages = object.record_batches();
        for (at, column) in scan.columns().enumerate() {
            pages = pages.with_type(dimension(at), column.kind.column_type());
        }
        pages = pages.with_type(COUNT, ColumnType::Number);
        for (at, own) in grouped.measures.iter().flatten().enumerate() {
            pages = pages.with_type(measure(at), own.kind.column_type());
        }
        while let Some(page) = pages.try_next().await.map_err(|error| failed(place(), error))? {
            let page = occurring(page, scan.columns.len())?;
            match &grouped.measures {
                Some(_) => batches.push(group(&page, scan.schema(), scan.columns.len())?),
                None => repeat(&page, scan.schema(), &mut batches)?,
            }
            let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
            if limit.is_some_and(|limit| rows >= limit) {
                break;
            }
        }
    }
    let reloaded = model::last_reload(doc).await.map_err(|error| failed(place(), error))?;
    check_reload(table, &reloaded)?;
    if let Some(state) = state {
        state.end().await.map_err(|error| failed(place(), error))?;
    }
    lease.hand_back();
    Ok(batches)
}

fn definition(scan: &TableScan, grouped: &Grouped, has_state: bool) -> HyperCubeDef {
    let dimensions = scan.columns().enumerate();
    let dimensions = dimensions.map(|(at, column)| NxDimension::field(&column.field).with_label(dimension(at)));
    let measures = grouped.measures.iter().flatten().enumerate();
    let measures = measures.map(|(at, own)| NxMeasure::expression(&own.expression).with_label(measure(at)));
    let count = NxMeasure::expression(count(&grouped.counter)).with_label(COUNT);
    let cube =
        HyperCubeDef::default().with_dimensions(dimensions).with_measures(std::iter::once(count).chain(measures));
    if has_state { cube.with_state_name(STATE) } else { cube }
}

/// The number of rows that have a value in a field. If none is null, these are the rows of its table.
pub(super) fn count(counter: &str) -> String {
    format!("Count({})", quote_name(counter))
}

// Titles of columns, which cannot be ambiguous.
const COUNT: &str = "rows";

fn dimension(at: usize) -> String {
    format!("d{at}")
}

fn measure(at: usize) -> String {
    format!("m{at}")
}

/// The rows of a page that occur in the table: a key can have values that occur in other tables only.
fn occurring(page: RecordBatch, count: usize) -> Result<RecordBatch> {
    let counts = page.column(count).as_primitive::<Float64Type>();
    if counts.iter().all(|count| count > Some(0.0)) {
        return Ok(page);
    }
    let occurs = counts.iter().map(|count| Some(count > Some(0.0))).collect();
    Ok(filter_record_batch(&page, &occurs)?)
}

/// Repeats each row as often as it occurs in the table.
fn repeat(page: &RecordBatch, schema: SchemaRef, batches: &mut Vec<RecordBatch>) -> Result<()> {
    let dimensions = page.num_columns() - 1;
    let counts = page.column(dimensions).as_primitive::<Float64Type>();
    let mut rows: Vec<u64> = Vec::new();
    let mut emit = |rows: &mut Vec<u64>| {
        let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
        let indices = UInt64Array::from(std::mem::take(rows));
        let columns = page.columns()[..dimensions].iter().map(|column| take(column, &indices, None));
        let columns = columns.collect::<Result<Vec<ArrayRef>, _>>()?;
        batches.push(RecordBatch::try_new_with_options(Arc::clone(&schema), columns, &options)?);
        Ok::<_, DataFusionError>(())
    };
    for (row, count) in counts.values().iter().enumerate() {
        let mut left = *count as u64;
        while left > 0 {
            let some = left.min(ROWS - rows.len() as u64);
            rows.extend(std::iter::repeat_n(row as u64, some as usize));
            left -= some;
            if rows.len() as u64 == ROWS {
                emit(&mut rows)?;
            }
        }
    }
    if rows.is_empty() { Ok(()) } else { emit(&mut rows) }
}

/// The largest integer up to which all integers are numbers of the engine.
const EXACT: i64 = 1 << 53;

/// Dimensions, number of rows, and measures, in the types of the schema.
fn group(page: &RecordBatch, schema: SchemaRef, dimensions: usize) -> Result<RecordBatch> {
    let columns = page.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| cast(column, field.data_type())).collect::<Result<Vec<_>, _>>()?;
    for (column, field) in columns.iter().zip(schema.fields()).skip(dimensions) {
        let Some(numbers) = column.as_primitive_opt::<Int64Type>() else { continue };
        if numbers.iter().flatten().any(|number| number.checked_abs().is_none_or(|number| number > EXACT)) {
            return Err(DataFusionError::Execution(format!(
                "the engine calculates `{}` as a number of 53 bits, which is too small; read the rows without grouping",
                field.name()
            )));
        }
    }
    Ok(RecordBatch::try_new(schema, columns)?)
}
