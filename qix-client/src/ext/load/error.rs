//! Why rows are no table.

use qix_schema::{Error, ErrorKind};

/// Why rows of a program do not become a table.
///
/// It is inside of an [`Error`]: `error.downcast_ref::<LoadError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There are no rows, so that nobody knows the columns.
    #[error("the table `{table}` has no rows, and so no fields; leave it out, or load one row of nulls")]
    NoRows {
        /// The table.
        table: String,
    },
    /// A row is no struct and no map with texts as its keys.
    #[error("row {row} of `{table}` is {found}; rows are structs, or maps with texts as keys")]
    Row {
        /// The table.
        table: String,
        /// The row, from 0.
        row: usize,
        /// What it is.
        found: String,
    },
    /// A value is none that a field can hold.
    #[error("row {row} of `{table}`, field `{field}`: {problem}")]
    Value {
        /// The table.
        table: String,
        /// The row, from 0.
        row: usize,
        /// The field.
        field: String,
        /// What does not fit.
        problem: String,
    },
    /// A name is none that a script can give.
    #[error("`{name}` cannot be the name of a table or a field: {problem}; rename it with serde")]
    Name {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A field that is to hold dates is in none of the tables.
    #[error("no table has the field `{field}` that is to hold dates")]
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
