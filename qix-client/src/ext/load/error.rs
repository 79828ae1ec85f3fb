//! Errors of loading rows.

use qix_schema::{Error, ErrorKind};

/// Why rows could not be loaded as a table.
///
/// Part of an [`Error`]: `error.downcast_ref::<LoadError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There are no rows, so the columns are unknown.
    #[error("the table `{table}` has no rows, so its fields are unknown; omit it, or load one row of nulls")]
    NoRows {
        /// The table.
        table: String,
    },
    /// A row is not a struct or a map with string keys.
    #[error("row {row} of `{table}` is {found}; rows are structs, or maps with string keys")]
    Row {
        /// The table.
        table: String,
        /// The row, from 0.
        row: usize,
        /// What it is instead.
        found: String,
    },
    /// A value cannot be loaded into a field.
    #[error("row {row} of `{table}`, field `{field}`: {problem}")]
    Value {
        /// The table.
        table: String,
        /// The row, from 0.
        row: usize,
        /// The field.
        field: String,
        /// The mismatch.
        problem: String,
    },
    /// A name cannot be used in a script.
    #[error("`{name}` cannot be the name of a table or a field: {problem}; rename it with serde")]
    Name {
        /// The name.
        name: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A field to load as dates is not in any table.
    #[error("no table has the field `{field}`, which should contain dates")]
    NoField {
        /// The field.
        field: String,
    },
}

impl From<LoadError> for Error {
    fn from(error: LoadError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}
