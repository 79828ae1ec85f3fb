//! Collects a page of cells into a record batch.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, NullBufferBuilder, StringBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch, RecordBatchOptions, StructArray};
use qix_schema::cells::{Cell, Sink};
use qix_schema::{Error, ErrorKind};

use super::dates;
use super::plan::Plan;
use crate::ext::rows::RowsError;
use crate::ext::rows::cell::{Whole, as_flag, as_whole};
use crate::ext::rows::collect::PageSink;
use crate::ext::rows::column_type::{ColumnType, dual_fields};
use crate::ext::rows::columns::Columns;
use crate::ext::rows::null::is_null;

/// Collects a page, each cell in its column.
pub(crate) struct BatchSink<'a> {
    plan: &'a Plan,
    columns: &'a Columns,
    first: usize,
    builders: Vec<Builder>,
    rows: usize,
    /// Cells of the current row.
    cells: usize,
    problem: Option<RowsError>,
}

struct Builder {
    kind: ColumnType,
    measure: bool,
    values: ColumnBuilder,
}

enum ColumnBuilder {
    Text(StringBuilder),
    Number(Float64Builder),
    Integer(Int64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Boolean(BooleanBuilder),
    Dual { text: StringBuilder, num: Float64Builder, valid: NullBufferBuilder },
}

impl<'a> BatchSink<'a> {
    pub(super) fn new(plan: &'a Plan, columns: &'a Columns, first: usize, rows: usize) -> Self {
        let builder = |(at, kind): (usize, &ColumnType)| Builder {
            kind: *kind,
            measure: columns.get(at).is_some_and(|column| column.measure),
            values: ColumnBuilder::of(*kind, rows),
        };
        let builders = plan.types.iter().enumerate().map(builder).collect();
        Self { plan, columns, first, builders, rows: 0, cells: 0, problem: None }
    }

    #[cold]
    fn misfit(&mut self, column: usize, problem: String) {
        let title = self.columns.get(column).map_or_else(String::new, |column| column.name().to_owned());
        self.problem.get_or_insert(RowsError::Value { row: self.first + self.rows, column: title, problem });
    }

    #[cold]
    fn misshapen(&mut self, cells: usize) {
        let problem = format!("the row has {cells} cells, and there are {} columns", self.builders.len());
        let columns = self.columns.titles().map(str::to_owned).collect();
        self.problem.get_or_insert(RowsError::Row { row: self.first + self.rows, problem, columns });
    }
}

impl Sink for BatchSink<'_> {
    #[inline]
    fn cell(&mut self, column: usize, cell: Cell<'_>) {
        self.cells += 1;
        if let Some(Err(problem)) = self.builders.get_mut(column).map(|builder| builder.append(cell)) {
            self.misfit(column, problem);
        }
    }

    fn end_row(&mut self) {
        let cells = std::mem::take(&mut self.cells);
        if cells != self.builders.len() {
            self.misshapen(cells);
        }
        self.rows += 1;
    }

    fn clear(&mut self) {
        *self = Self::new(self.plan, self.columns, self.first, self.rows);
    }
}

impl PageSink for BatchSink<'_> {
    type Page = RecordBatch;

    fn rows(&self) -> usize {
        self.rows
    }

    fn finish(self) -> Result<RecordBatch, Error> {
        if let Some(problem) = self.problem {
            return Err(problem.into());
        }
        let columns = self.builders.into_iter().map(|builder| builder.values.finish()).collect();
        // A batch without columns still has rows.
        let options = RecordBatchOptions::new().with_row_count(Some(self.rows));
        RecordBatch::try_new_with_options(Arc::clone(&self.plan.schema), columns, &options)
            .map_err(|error| ErrorKind::Unusable(Box::new(error)).into())
    }
}

impl Builder {
    #[inline]
    fn append(&mut self, cell: Cell<'_>) -> Result<(), String> {
        let is_null = is_null(cell, self.measure);
        let number = (!is_null && !cell.num.is_nan()).then_some(cell.num);
        match &mut self.values {
            ColumnBuilder::Text(builder) => append_text(builder, (!is_null).then_some(cell.text))?,
            ColumnBuilder::Dual { text, num, valid } => {
                append_text(text, (!is_null).then_some(cell.text))?;
                num.append_option(number);
                valid.append(!is_null);
            }
            // The group of others has no number.
            values if number.is_none() && (is_null || cell.is_other_cell) => values.append_null(),
            ColumnBuilder::Boolean(builder) => {
                let flag = number.map(|number| number != 0.0).or_else(|| as_flag(cell.text));
                builder.append_value(flag.ok_or_else(|| format!("`{}` is neither true nor false", cell.text))?);
            }
            values => {
                let number = number.ok_or_else(|| self.kind.refusal(format_args!("the text `{}`", cell.text)))?;
                values.append_number(number).ok_or_else(|| self.kind.refusal(format_args!("{number}")))?;
            }
        }
        Ok(())
    }
}

impl ColumnType {
    #[cold]
    fn refusal(self, value: std::fmt::Arguments<'_>) -> String {
        format!("{value} does not fit a column of {}; set another type with `with_type`", self.values())
    }
}

fn append_text(builder: &mut StringBuilder, text: Option<&str>) -> Result<(), String> {
    let length = builder.values_slice().len() + text.map_or(0, str::len);
    if i32::try_from(length).is_err() {
        return Err(
            "the strings of a page are larger than 2 GiB; request smaller pages with `with_page_rows`".to_owned()
        );
    }
    builder.append_option(text);
    Ok(())
}

impl ColumnBuilder {
    fn of(kind: ColumnType, rows: usize) -> Self {
        // Most strings are short.
        let text = || StringBuilder::with_capacity(rows, rows * 8);
        match kind {
            ColumnType::Text => Self::Text(text()),
            ColumnType::Number => Self::Number(Float64Builder::with_capacity(rows)),
            ColumnType::Integer => Self::Integer(Int64Builder::with_capacity(rows)),
            ColumnType::Date => Self::Date(Date32Builder::with_capacity(rows)),
            ColumnType::Timestamp => Self::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
            ColumnType::Boolean => Self::Boolean(BooleanBuilder::with_capacity(rows)),
            ColumnType::Dual => Self::Dual {
                text: text(),
                num: Float64Builder::with_capacity(rows),
                valid: NullBufferBuilder::new(rows),
            },
        }
    }

    fn append_null(&mut self) {
        match self {
            Self::Text(builder) => builder.append_null(),
            Self::Number(builder) => builder.append_null(),
            Self::Integer(builder) => builder.append_null(),
            Self::Date(builder) => builder.append_null(),
            Self::Timestamp(builder) => builder.append_null(),
            Self::Boolean(builder) => builder.append_null(),
            Self::Dual { text, num, valid } => {
                text.append_null();
                num.append_null();
                valid.append_null();
            }
        }
    }

    /// Appends the value of a number, if there is one in this type.
    #[inline]
    fn append_number(&mut self, number: f64) -> Option<()> {
        match self {
            Self::Number(builder) => builder.append_value(number),
            Self::Integer(builder) => match as_whole(number)? {
                Whole::Signed(whole) => builder.append_value(whole),
                Whole::Unsigned(_) => return None,
            },
            Self::Date(builder) => builder.append_value(dates::days(number)?),
            Self::Timestamp(builder) => builder.append_value(dates::microseconds(number)?),
            Self::Text(_) | Self::Boolean(_) | Self::Dual { .. } => return None,
        }
        Some(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut builder) => Arc::new(builder.finish()),
            Self::Number(mut builder) => Arc::new(builder.finish()),
            Self::Integer(mut builder) => Arc::new(builder.finish()),
            Self::Date(mut builder) => Arc::new(builder.finish()),
            Self::Timestamp(mut builder) => Arc::new(builder.finish()),
            Self::Boolean(mut builder) => Arc::new(builder.finish()),
            Self::Dual { mut text, mut num, mut valid } => {
                let parts: Vec<ArrayRef> = vec![Arc::new(text.finish()), Arc::new(num.finish())];
                Arc::new(StructArray::new(dual_fields(), parts, valid.finish()))
            }
        }
    }
}
