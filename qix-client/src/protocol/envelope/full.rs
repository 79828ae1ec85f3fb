//! Incoming messages in any form that JSON allows.

use std::ops::Range;

use qix_schema::{DecodeError, Json, decode};
use serde::de::Error;

use super::{Body, Envelope};
use crate::protocol::parts::{items, members};

/// Parses the envelope of a message with a complete JSON parser.
pub(crate) fn parse(text: &str) -> Result<Envelope, DecodeError> {
    let message = Message::read(text)?;
    let place = |value| place(text, value);
    let body = if let Some(error) = message.error {
        Body::Error(place(error))
    } else if let Some(result) = message.result {
        Body::Result(place(result))
    } else if let Some(method) = message.method.filter(|_| message.id.is_none()) {
        Body::Notification { method, params: message.params.map(place) }
    } else {
        Body::Nothing
    };
    Ok(Envelope { body, ..message.envelope })
}

/// The members of a message. If a member occurs twice, the first one counts, except that all handles and marks count,
/// and the last ID that follows the result if no ID precedes it.
#[derive(Default)]
struct Message<'a> {
    envelope: Envelope,
    /// The ID, which may be of another type than a number.
    id: Option<&'a str>,
    result: Option<&'a str>,
    error: Option<&'a str>,
    method: Option<String>,
    params: Option<&'a str>,
}

impl<'a> Message<'a> {
    fn read(text: &'a str) -> Result<Self, DecodeError> {
        let Some(members) = members(text) else {
            decode::<Json>(text)?;
            return Err(wrong("", "a message is an object"));
        };
        let mut message = Self::default();
        let mut in_front = false;
        for (name, value) in members {
            let envelope = &mut message.envelope;
            match &*name {
                _ if value == "null" => {}
                "id" if !in_front => {
                    in_front = message.result.is_none();
                    message.id = Some(value);
                    envelope.id = value.parse().ok();
                }
                "result" => _ = message.result.get_or_insert(value),
                "error" => _ = message.error.get_or_insert(value),
                "method" if message.method.is_none() => {
                    let method = crate::protocol::parts::text(value);
                    message.method =
                        Some(method.ok_or_else(|| wrong("method", "the name of a method is a text"))?.into());
                }
                "params" => _ = message.params.get_or_insert(value),
                "change" => envelope.change.extend(numbers(value)),
                "close" => envelope.close.extend(numbers(value)),
                "suspend" => envelope.suspend.extend(numbers(value)),
                "delta" => envelope.delta |= value == "true",
                _ => {}
            }
        }
        Ok(message)
    }
}

/// A list of handles. Lists with elements of other types are ignored.
fn numbers(list: &str) -> Vec<i64> {
    let numbers = items(list).and_then(|items| items.into_iter().map(|item| item.parse().ok()).collect());
    numbers.unwrap_or_default()
}

fn wrong(path: &str, problem: &str) -> DecodeError {
    DecodeError { path: path.to_owned(), cause: serde_json::Error::custom(problem) }
}

/// The position of a part in a text.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}
