//! The envelope of an incoming message: everything except for the payload, which can be tens of megabytes and is not
//! parsed.
//!
//! Engines write the ID first and the lists of handles last, so both ends of the text contain everything needed.
//! Unusual messages are parsed completely, and so are those in which an unknown object at the end might hide a list.

use std::ops::Range;

use qix_schema::DecodeError;

mod fast;
pub(crate) mod full;
mod hidden;

use fast::Ends;

/// The envelope of an incoming message, and the position of its payload.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Envelope {
    /// The request that it answers.
    pub(crate) id: Option<i64>,
    /// The content.
    pub(crate) body: Body,
    /// Handles whose data is stale.
    pub(crate) change: Vec<i64>,
    /// Handles of closed objects.
    pub(crate) close: Vec<i64>,
    /// Handles that the engine has suspended.
    pub(crate) suspend: Vec<i64>,
    /// Whether the result is a list of patches.
    pub(crate) delta: bool,
}

/// The content of a message; positions are those of the JSON value in the text.
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
    /// The position of a result is taken from both ends of the text; see [`result_of`] for when that is not enough.
    pub(crate) fn read(text: &str) -> Result<Self, DecodeError> {
        match Ends::read(text) {
            Some(envelope) => Ok(envelope),
            None => full::parse(text),
        }
    }
}

/// Finds the result of a message by parsing all of it, for unusual messages with unknown members after the
/// result.
pub(crate) fn result_of(text: &str) -> Option<Range<usize>> {
    match full::parse(text).ok()?.body {
        Body::Result(range) => Some(range),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
