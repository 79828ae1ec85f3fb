//! Why rows cannot be had.

use qix_schema::types::NxHypercubeMode;
use qix_schema::{Error, ErrorCode, ErrorKind};

/// Why the data of a cube or a list object do not become rows.
///
/// It is inside of an [`Error`]: `error.downcast_ref::<RowsError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// The object has no cube and no list at the path.
    #[error("the object has no cube or list at `{path}`; give the path of its definition with `with_path`")]
    NotFound {
        /// The path of the definition.
        path: String,
    },
    /// The engine cannot calculate the data, or a condition for doing so is not met.
    #[error("the engine does not calculate `{path}`, error {code}{}{message}", separator(.message))]
    NotCalculated {
        /// The path of the definition; of a dimension or a measure, if that is where the fault is.
        path: String,
        /// The code.
        code: ErrorCode,
        /// The message of the calculation condition, or what the engine says.
        message: String,
    },
    /// The cube has a mode that rows do not come from.
    #[error("rows come from straight, pivot and stacked cubes; the one at `{path}` is of mode {mode}")]
    Mode {
        /// The path of the definition.
        path: String,
        /// The mode.
        mode: NxHypercubeMode,
    },
    /// A value is not what the type of the rows asks for.
    #[error("row {row}, column `{column}`: {problem}")]
    Value {
        /// The row, from 0.
        row: usize,
        /// The title of the column.
        column: String,
        /// What does not fit.
        problem: String,
    },
    /// A row as a whole is not what the type of the rows asks for.
    #[error("row {row}: {problem}; the columns are {}", listed(.columns))]
    Row {
        /// The row, from 0.
        row: usize,
        /// What does not fit.
        problem: String,
        /// The titles of the columns.
        columns: Vec<String>,
    },
    /// The engine gave other rows than its layout promised.
    #[error("the engine gave {found} rows from row {row} on, its layout promises {expected}; read them again")]
    Incomplete {
        /// The first row that was asked for, from 0.
        row: usize,
        /// How many were asked for.
        expected: usize,
        /// How many came.
        found: usize,
    },
    /// The headings of a pivot or stacked cube do not fit the dimensions and measures that its layout names.
    #[error("the headings of `{path}` do not fit its layout: {problem}; read them again")]
    Headings {
        /// The path of the definition.
        path: String,
        /// What does not fit.
        problem: String,
    },
    /// There is no column of a name.
    #[error("there is no column `{name}`; the columns are {}", listed(.columns))]
    NoColumn {
        /// The name that was given.
        name: String,
        /// The titles of the columns.
        columns: Vec<String>,
    },
    /// The data changed, and so did the names or types of the columns: what follows does not fit what has been given.
    #[error("the data changed, and so did their columns; read them again with their new schema")]
    OtherColumns,
    /// The data changed while rows were read: rows given so far belong to data that are no more.
    #[error("the data changed while rows were read; read them again")]
    Changed,
}

impl From<RowsError> for Error {
    fn from(error: RowsError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

fn separator(message: &str) -> &'static str {
    if message.is_empty() { "" } else { ": " }
}

fn listed(columns: &[String]) -> String {
    columns.iter().map(|title| format!("`{title}`")).collect::<Vec<_>>().join(", ")
}
