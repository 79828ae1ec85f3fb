//! Values of the engine as columns.

use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::array::builder::{
    BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use datafusion::error::{DataFusionError, Result};
use qix_client::arrow::{days, microseconds};

use crate::model::{Column, Kind};

/// A value other than null.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'v> {
    pub(super) text: &'v str,
    pub(super) number: Option<f64>,
}

/// Collects the values of a column.
pub(super) struct Values<'c> {
    column: &'c Column,
    builder: Builder,
}

enum Builder {
    Text(StringBuilder),
    Number(Float64Builder),
    Integer(Int64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    Boolean(BooleanBuilder),
}

impl<'c> Values<'c> {
    pub(super) fn new(column: &'c Column, rows: usize) -> Self {
        let builder = match column.kind {
            // Most strings are short.
            Kind::Text => Builder::Text(StringBuilder::with_capacity(rows, rows * 8)),
            Kind::Number => Builder::Number(Float64Builder::with_capacity(rows)),
            Kind::Integer => Builder::Integer(Int64Builder::with_capacity(rows)),
            Kind::Date => Builder::Date(Date32Builder::with_capacity(rows)),
            Kind::Timestamp => Builder::Timestamp(TimestampMicrosecondBuilder::with_capacity(rows)),
            Kind::Boolean => Builder::Boolean(BooleanBuilder::with_capacity(rows)),
        };
        Self { column, builder }
    }

    pub(super) fn append(&mut self, value: Option<Value<'_>>) -> Result<()> {
        match &mut self.builder {
            Builder::Text(builder) => {
                builder.append_option(value.map(|value| value.text));
                Ok(())
            }
            Builder::Number(builder) => {
                let fits = number(self.column, value, Some)?;
                builder.append_option(fits);
                Ok(())
            }
            Builder::Integer(builder) => {
                builder.append_option(number(self.column, value, integer)?);
                Ok(())
            }
            Builder::Date(builder) => {
                builder.append_option(number(self.column, value, days)?);
                Ok(())
            }
            Builder::Timestamp(builder) => {
                builder.append_option(number(self.column, value, microseconds)?);
                Ok(())
            }
            Builder::Boolean(builder) => {
                // True is -1 in the engine.
                builder.append_option(number(self.column, value, |number| Some(number != 0.0))?);
                Ok(())
            }
        }
    }

    pub(super) fn finish(self) -> ArrayRef {
        match self.builder {
            Builder::Text(mut builder) => Arc::new(builder.finish()),
            Builder::Number(mut builder) => Arc::new(builder.finish()),
            Builder::Integer(mut builder) => Arc::new(builder.finish()),
            Builder::Date(mut builder) => Arc::new(builder.finish()),
            Builder::Timestamp(mut builder) => Arc::new(builder.finish()),
            Builder::Boolean(mut builder) => Arc::new(builder.finish()),
        }
    }
}

/// The number of a value in the type of a column.
fn number<T>(column: &Column, value: Option<Value<'_>>, convert: impl Fn(f64) -> Option<T>) -> Result<Option<T>> {
    let Some(value) = value else { return Ok(None) };
    value.number.and_then(convert).map(Some).ok_or_else(|| {
        DataFusionError::Execution(format!(
            "field `{}`: the value `{}` does not fit the type {:?}, which the tags of the field show; correct the tags",
            column.field, value.text, column.kind
        ))
    })
}

/// The integer that a number is.
fn integer(number: f64) -> Option<i64> {
    let bound = -(i64::MIN as f64);
    let fits = number.fract() == 0.0 && (-bound..bound).contains(&number);
    fits.then_some(number as i64)
}
