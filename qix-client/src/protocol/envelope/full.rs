//! Incoming messages in any form that JSON allows.

use std::ops::Range;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Body, Envelope};

/// Parses the envelope of a message with a complete JSON parser.
pub(crate) fn parse(text: &str) -> Result<Envelope, serde_json::Error> {
    if !text.trim_start().starts_with('{') {
        return Err(serde::de::Error::custom("not an object"));
    }
    let message: Message<'_> = serde_json::from_str(text)?;
    let place = |value: &RawValue| place(text, value.get());
    let body = if let Some(error) = message.error {
        Body::Error(place(error))
    } else if let Some(result) = message.result {
        Body::Result(place(result))
    } else if let Some(method) = message.method.filter(|_| message.id.is_none()) {
        Body::Notification { method, params: message.params.map(place) }
    } else {
        Body::Nothing
    };
    Ok(Envelope {
        id: message.id.and_then(|id| serde_json::from_str(id.get()).ok()),
        body,
        change: numbers(message.change),
        close: numbers(message.close),
        suspend: numbers(message.suspend),
        delta: message.delta.is_some_and(|flag| flag.get() == "true"),
    })
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
    #[serde(default)]
    method: Option<String>,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
    #[serde(borrow, default)]
    change: Option<&'a RawValue>,
    #[serde(borrow, default)]
    close: Option<&'a RawValue>,
    #[serde(borrow, default)]
    suspend: Option<&'a RawValue>,
    #[serde(borrow, default)]
    delta: Option<&'a RawValue>,
}

/// A list of handles. Elements of other types are ignored.
fn numbers(list: Option<&RawValue>) -> Vec<i64> {
    list.and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default()
}

/// The position of a part in a text.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}
