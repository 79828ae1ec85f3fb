//! Errors of decoding a row.

use std::fmt;

use qix_schema::__private::invalid;
use serde::de;

use super::RowsError;
use super::columns::Columns;

/// Why a row, or one of its values, does not fit its type.
#[derive(Debug)]
pub(super) struct Problem {
    column: Option<usize>,
    text: String,
}

impl Problem {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { column: None, text: text.into() }
    }

    /// Sets the column.
    pub(super) fn in_column(mut self, column: usize) -> Self {
        self.column.get_or_insert(column);
        self
    }

    /// The error, with the row and the titles.
    pub(super) fn in_row(self, row: usize, columns: &Columns) -> RowsError {
        match self.column {
            Some(column) => {
                let column = columns.get(column).map_or_else(String::new, |column| column.name().to_owned());
                RowsError::Value { row, column, problem: self.text }
            }
            None => {
                let columns = columns.titles().map(str::to_owned).collect();
                RowsError::Row { row, problem: self.text, columns }
            }
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Problem {}

impl de::Error for Problem {
    fn custom<T: fmt::Display>(text: T) -> Self {
        Self::new(text.to_string())
    }

    // The defaults link code for formatting numbers, which a page loads.
    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        invalid("type", &found, expected)
    }

    fn invalid_value(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        invalid("value", &found, expected)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("there is no column for `{field}`"))
    }
}
