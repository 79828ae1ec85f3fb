//! What is wrong with a line of a log.

/// A line, or a part of it, that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with a line. Never quotes the line: it may hold secrets that only a whole message would give away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// The bytes are no text.
    #[error("not UTF-8; left out")]
    NotText,
    /// The line is no JSON.
    #[error("not JSON from column {0} on; left out")]
    NotJson(usize),
    /// The line ends in the middle: the recorder was stopped while it wrote.
    #[error("ends in the middle; left out")]
    CutOff,
    /// JSON of another form.
    #[error("not of the form {{\"dir\": \">\" or \"<\", \"msg\": {{…}}}}; left out")]
    NotAFrame,
    /// A member of the message has another form than the protocol gives it.
    #[error("the member `{0}` of the message has an unexpected form; the rest is used")]
    Member(&'static str),
}

impl Reason {
    /// Whether the message is missing from the log as read.
    #[must_use]
    pub fn is_loss(&self) -> bool {
        !matches!(self, Self::Member(_))
    }
}
