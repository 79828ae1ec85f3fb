//! Errors of scripts.

use std::fmt;

use qix_schema::types::{ErrorData, ReloadError, ScriptSyntaxError};
use qix_schema::{Error, ErrorKind};

use super::place::{Script, ScriptPlace, write_marked};

/// Why a reload failed.
///
/// Part of an [`Error`]: `error.downcast_ref::<ScriptError>()` returns it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The script has syntax errors and was not run.
    #[error("the script does not parse and has not run; correct it, or reload with `with_check(false)`{}", listed(.faults))]
    Syntax {
        /// The errors.
        faults: Vec<ScriptFault>,
    },
    /// The script failed. The app keeps its previous data.
    #[error("the script has failed, and the app keeps its previous data{}{}", next(.faults, .log_file, *.out_of_memory), listed(.faults))]
    Failed {
        /// The errors.
        faults: Vec<ScriptFault>,
        /// Messages of the engine while the script ran.
        log: String,
        /// Path of the script log on the engine host.
        log_file: String,
        /// Whether the reload reached its memory limit.
        out_of_memory: bool,
    },
    /// The previous script could not be restored after a failure, so the app has the new script.
    #[error("{failure}\nthe previous script could not be restored: {reason}; set it with `set_script`")]
    NotRestored {
        /// The failure.
        failure: String,
        /// Why the previous script could not be restored.
        reason: String,
    },
}

impl ScriptError {
    /// The errors with their positions.
    pub fn faults(&self) -> &[ScriptFault] {
        match self {
            Self::Syntax { faults } | Self::Failed { faults, .. } => faults,
            Self::NotRestored { .. } => &[],
        }
    }
}

impl From<ScriptError> for Error {
    fn from(error: ScriptError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

fn listed(faults: &[ScriptFault]) -> String {
    faults.iter().map(|fault| format!("\n{fault}")).collect()
}

fn next(faults: &[ScriptFault], log_file: &str, out_of_memory: bool) -> String {
    let mut text = String::new();
    if out_of_memory {
        text.push_str("; it reached its memory limit");
    }
    if !log_file.is_empty() {
        text.push_str(&format!("; the script log on the engine's host is {log_file}"));
    } else if faults.is_empty() {
        text.push_str("; see the log for the reason");
    }
    text
}

/// An error in a script.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ScriptFault {
    /// Message of the engine; empty for a syntax error.
    pub message: String,
    /// The statement, as returned by the engine; empty for a syntax error.
    pub statement: String,
    /// Position, if the engine returned it or the statement is unique in the script.
    pub place: Option<ScriptPlace>,
}

impl ScriptFault {
    pub(super) fn of_syntax(error: &ScriptSyntaxError, script: &Script<'_>) -> Self {
        // The position in the whole script is the one that engines report correctly.
        let place = script.at_char(error.text_pos, error.err_len);
        let place = place.or_else(|| script.at_line(error.tab_ix, error.line_in_tab, error.col_in_line));
        Self { place, ..Self::default() }
    }

    pub(super) fn of_data(error: &ErrorData, script: &Script<'_>) -> Self {
        let whole = format!("{}{}", error.line, error.line_end);
        // The text after the error may have been split differently from the text before it.
        let place = script.find(&whole, if error.line_end.trim().is_empty() { 0 } else { error.line.len() });
        let place = place.or_else(|| script.find(&error.line, 0));
        let statement = if error.line_end.trim().is_empty() { error.line.clone() } else { whole };
        Self { message: error.error_string.trim().to_owned(), statement: statement.trim().to_owned(), place }
    }

    pub(super) fn of_failure(error: &ReloadError, script: &Script<'_>) -> Self {
        let (message, statement) = (error.description.trim().to_owned(), error.line.trim().to_owned());
        let place = script.find(&statement, 0).or_else(|| script.in_line(&statement, error.line_number));
        Self { message, place, statement }
    }

    /// Takes the position of the same error, if this one has none.
    pub(super) fn place_like(&mut self, other: &Self) {
        let same = other.statement.trim_end_matches(';');
        if self.place.is_none() && !same.is_empty() && self.statement.starts_with(same) {
            self.place.clone_from(&other.place);
        }
    }
}

/// The position and the message, followed by the line with a marker.
impl fmt::Display for ScriptFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = if self.message.is_empty() { "this does not parse" } else { &self.message };
        match (&self.place, self.statement.as_str()) {
            (Some(place), _) => write_marked(f, place, message),
            (None, "") => f.write_str(message),
            (None, statement) => write!(f, "{message}, in: {statement}"),
        }
    }
}
