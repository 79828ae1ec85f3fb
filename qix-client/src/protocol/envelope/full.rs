//! Incoming messages in any form that JSON allows.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::{Body, Envelope};

/// Parses the envelope of a message with a complete JSON parser.
pub(crate) fn parse(text: &str) -> Result<Envelope, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let message = deserializer.deserialize_map(Message::default())?;
    deserializer.end()?;
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
    Ok(Envelope { body, ..message.envelope })
}

/// The members of a message. If a member occurs twice, the first one counts, except that all handles and marks count,
/// and the last ID that follows the result if no ID precedes it.
#[derive(Default)]
struct Message<'a> {
    envelope: Envelope,
    /// The ID, which may be of another type than a number.
    id: Option<&'a RawValue>,
    result: Option<&'a RawValue>,
    error: Option<&'a RawValue>,
    method: Option<String>,
    params: Option<&'a RawValue>,
}

impl<'de: 'a, 'a> Visitor<'de> for Message<'a> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Self, A::Error> {
        let mut in_front = false;
        while let Some(name) = members.next_key::<String>()? {
            let value: &RawValue = members.next_value()?;
            let envelope = &mut self.envelope;
            match &*name {
                _ if value.get() == "null" => {}
                "id" if !in_front => {
                    in_front = self.result.is_none();
                    self.id = Some(value);
                    envelope.id = serde_json::from_str(value.get()).ok();
                }
                "result" => _ = self.result.get_or_insert(value),
                "error" => _ = self.error.get_or_insert(value),
                "method" if self.method.is_none() => {
                    self.method = Some(serde_json::from_str(value.get()).map_err(A::Error::custom)?);
                }
                "params" => _ = self.params.get_or_insert(value),
                "change" => envelope.change.extend(numbers(value)),
                "close" => envelope.close.extend(numbers(value)),
                "suspend" => envelope.suspend.extend(numbers(value)),
                "delta" => envelope.delta |= value.get() == "true",
                _ => {}
            }
        }
        Ok(self)
    }
}

/// A list of handles. Lists with elements of other types are ignored.
fn numbers(list: &RawValue) -> Vec<i64> {
    serde_json::from_str(list.get()).unwrap_or_default()
}

/// The position of a part in a text.
fn place(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    start..start + part.len()
}
