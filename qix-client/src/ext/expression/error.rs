//! Errors of expressions.

use std::fmt;

use qix_schema::{Error, ErrorKind};

use super::names;
use crate::ext::reload::place::{ScriptPlace, write_marked};

/// Why an expression is not valid, or its value does not fit.
///
/// Part of an [`Error`]: `error.downcast_ref::<ExpressionError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ExpressionError {
    /// The expression does not parse, or the app lacks fields in it.
    #[error("`{expression}` is not a valid expression of this app{}", listed(.faults))]
    Invalid {
        /// The expression.
        expression: String,
        /// The errors.
        faults: Vec<ExpressionFault>,
    },
    /// The value does not fit the type.
    #[error("the value of `{expression}`: {problem}")]
    Value {
        /// The expression.
        expression: String,
        /// The text of the value.
        text: String,
        /// The mismatch.
        problem: String,
    },
}

impl From<ExpressionError> for Error {
    fn from(error: ExpressionError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

fn listed(faults: &[ExpressionFault]) -> String {
    faults.iter().map(|fault| format!("\n{fault}")).collect()
}

/// An error in an expression. Positions refer to the expression after `$(…)` expansion.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpressionFault {
    /// The expression does not parse.
    Syntax {
        /// Message of the engine.
        message: String,
        /// Position, if the message contains a part of the expression.
        place: Option<ScriptPlace>,
    },
    /// The app does not have the field.
    UnknownField {
        /// The field.
        field: String,
        /// A field whose name differs only in case or brackets.
        similar: Option<String>,
        /// Position, if it can be determined.
        place: Option<ScriptPlace>,
    },
    /// The engine does not have the function.
    UnknownFunction {
        /// The function.
        function: String,
        /// Position, if it can be determined.
        place: Option<ScriptPlace>,
    },
}

impl ExpressionFault {
    /// Position in the expression, if known.
    pub fn place(&self) -> Option<&ScriptPlace> {
        match self {
            Self::Syntax { place, .. } | Self::UnknownField { place, .. } | Self::UnknownFunction { place, .. } => {
                place.as_ref()
            }
        }
    }

    fn message(&self) -> String {
        match self {
            // The engine words it like this for names that it reads as several words, and for what is left over.
            Self::Syntax { message, .. } if has_garbled_name(message) => {
                format!(
                    "{message}; put names with blanks or other than Latin letters in brackets, as `quote_name` does"
                )
            }
            Self::Syntax { message, .. } => message.clone(),
            Self::UnknownField { field, similar: Some(similar), .. } => {
                format!("the app has no field `{field}`; its name is `{similar}`")
            }
            Self::UnknownField { field, .. } => format!("the app has no field `{field}`"),
            Self::UnknownFunction { function, .. } => format!("the engine has no function `{function}`"),
        }
    }
}

fn has_garbled_name(message: &str) -> bool {
    let mut parts = names::quoted(message).peekable();
    let is_name = |part: &str| part.contains(char::is_alphabetic);
    message.to_lowercase().contains("garbage") && (parts.peek().is_none() || parts.any(is_name))
}

/// The position and the message, followed by the line with a marker.
impl fmt::Display for ExpressionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place() {
            Some(place) => write_marked(f, place, &self.message()),
            None => f.write_str(&self.message()),
        }
    }
}
