//! Faults in a log.

/// A line, or part of a line, that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line number, from 1.
    pub line: usize,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a line. Never quotes the line, which may contain secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The line is not valid UTF-8.
    #[error("not UTF-8; omitted")]
    NotText,
    /// The line is not valid JSON.
    #[error("not JSON from column {0}; omitted")]
    NotJson(usize),
    /// The line is incomplete, because the recorder was stopped while writing.
    #[error("incomplete; omitted")]
    CutOff,
    /// The line is JSON of another form.
    #[error("expected {{\"dir\": \">\" or \"<\", \"msg\": {{…}}}}; omitted")]
    NotAFrame,
    /// The console from which the message was copied shows only a part of it.
    #[error("the console has omitted parts of the message; print it with JSON.stringify to have all of it")]
    Abbreviated,
    /// A member of the message has an unexpected form.
    #[error("the member `{0}` of the message has an unexpected form; the rest is used")]
    Member(&'static str),
}

impl Reason {
    /// Whether the message is missing from the parsed log.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        !matches!(self, Self::Member(_) | Self::Abbreviated)
    }
}
