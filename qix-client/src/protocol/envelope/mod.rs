//! The envelope of an incoming message: everything but the payload, which may be tens of megabytes and is not read.
//!
//! Engines write the id first and the lists of handles last, so that both ends of the text tell all there is to know.
//! Whatever looks unusual goes through a parser for all of JSON.

use std::ops::Range;

mod fast;
pub(crate) mod full;

use fast::Ends;

/// What an incoming message says, and where its payload stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Envelope {
    /// The request that it answers.
    pub(crate) id: Option<i64>,
    /// What it carries.
    pub(crate) body: Body,
    /// Handles whose data is stale.
    pub(crate) change: Vec<i64>,
    /// Handles that are gone.
    pub(crate) close: Vec<i64>,
    /// Handles that the engine has suspended.
    pub(crate) suspend: Vec<i64>,
    /// Whether the result is a list of patches.
    pub(crate) delta: bool,
}

/// What a message carries; places are those of the JSON value in the text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Body {
    #[default]
    Nothing,
    Result(Range<usize>),
    Error(Range<usize>),
    Notification {
        method: String,
        params: Option<Range<usize>>,
    },
}

impl Envelope {
    /// Reads the envelope of a message.
    ///
    /// The place of a result is taken from the two ends of the text; see [`result_of`] for when that is not enough.
    pub(crate) fn read(text: &str) -> Result<Self, serde_json::Error> {
        match Ends::read(text) {
            Some(envelope) => Ok(envelope),
            None => full::parse(text),
        }
    }
}

/// Finds the result of a message by reading all of it: for the message, unheard of, that goes on after its result
/// with members that the ends do not know.
pub(crate) fn result_of(text: &str) -> Option<Range<usize>> {
    match full::parse(text).ok()?.body {
        Body::Result(range) => Some(range),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
