//! Errors of rows.

use qix_schema::rpc::Retry;
use qix_schema::types::NxHypercubeMode;
use qix_schema::{Error, ErrorCode, ErrorKind};

/// Why the data of a cube or list could not be read as rows.
///
/// Part of an [`Error`]: `error.downcast_ref::<RowsError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// The object has no cube or list at the path.
    #[error("the object has no cube or list at `{path}`; set the path of its definition with `with_path`")]
    NotFound {
        /// The path of the definition.
        path: String,
    },
    /// The engine cannot calculate the data, or a calculation condition is not met.
    #[error("the engine does not calculate `{path}`, error {code}{}{message}", separator(.message))]
    NotCalculated {
        /// The path of the definition, or of the dimension or measure with the error.
        path: String,
        /// Error code.
        code: ErrorCode,
        /// Message of the calculation condition or of the engine.
        message: String,
    },
    /// Rows cannot be read from a cube in this mode.
    #[error("rows can be read from straight, pivot, stacked and tree cubes; the cube at `{path}` has mode {mode}")]
    Mode {
        /// The path of the definition.
        path: String,
        /// The mode.
        mode: NxHypercubeMode,
    },
    /// A value does not fit the row type.
    #[error("row {row}, column `{column}`: {problem}")]
    Value {
        /// The row, from 0.
        row: usize,
        /// The title of the column.
        column: String,
        /// The mismatch.
        problem: String,
    },
    /// A row does not fit the row type.
    #[error("row {row}: {problem}; the columns are {}", listed(.columns))]
    Row {
        /// The row, from 0.
        row: usize,
        /// The mismatch.
        problem: String,
        /// The titles of the columns.
        columns: Vec<String>,
    },
    /// The engine returned a different number of rows than its layout announced.
    #[error("the engine returned {found} rows from row {row}, its layout announced {expected}; read them again")]
    Incomplete {
        /// The first requested row, from 0.
        row: usize,
        /// The number of requested rows.
        expected: usize,
        /// The number of returned rows.
        found: usize,
    },
    /// The headings of a pivot or stacked cube do not match the dimensions and measures of its layout.
    #[error("the headings of `{path}` do not fit its layout: {problem}; read them again")]
    Headings {
        /// The path of the definition.
        path: String,
        /// The mismatch.
        problem: String,
    },
    /// The app has no field of a name.
    #[error("the app has no field `{field}`; names are case-sensitive, and an expression starts with `=`")]
    NoField {
        /// The name that was given.
        field: String,
    },
    /// The expression of a field does not parse.
    #[error("`{expression}` is not a valid expression: {message}")]
    Expression {
        /// The expression that was given.
        expression: String,
        /// Message of the engine.
        message: String,
    },
    /// There is no column of a name.
    #[error("there is no column `{name}`; the columns are {}", listed(.columns))]
    NoColumn {
        /// The requested name.
        name: String,
        /// The titles of the columns.
        columns: Vec<String>,
    },
    /// The data changed, and the names or types of the columns with it, so the stream cannot continue.
    #[error("the data and its columns changed; read them again with the new schema")]
    OtherColumns,
    /// The data changed during reading; rows returned so far are outdated.
    #[error("the data changed while rows were read; read them again")]
    Changed,
}

impl From<RowsError> for Error {
    fn from(error: RowsError) -> Self {
        // Reading again returns the current data.
        let again = matches!(error, RowsError::Changed | RowsError::Incomplete { .. });
        let error = Self::from(ErrorKind::Unusable(Box::new(error)));
        if again { error.with_retry(Retry::Now) } else { error }
    }
}

fn separator(message: &str) -> &'static str {
    if message.is_empty() { "" } else { ": " }
}

fn listed(columns: &[String]) -> String {
    columns.iter().map(|title| format!("`{title}`")).collect::<Vec<_>>().join(", ")
}
