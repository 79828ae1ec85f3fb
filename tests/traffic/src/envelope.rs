//! Parses the envelope of a message without decoding its payload.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::Reason;

/// The envelope of a message. Members of an unexpected form are omitted and named in `odd`.
#[derive(Debug, Default)]
pub(crate) struct Envelope<'a> {
    pub(crate) id: Option<i64>,
    pub(crate) handle: Option<i64>,
    pub(crate) method: Option<String>,
    pub(crate) params: Option<&'a str>,
    pub(crate) result: Option<&'a str>,
    pub(crate) error: Option<&'a str>,
    pub(crate) change: Vec<i64>,
    pub(crate) close: Vec<i64>,
    pub(crate) suspend: Vec<i64>,
    pub(crate) delta: bool,
    pub(crate) odd: Vec<Reason>,
}

impl<'a> Envelope<'a> {
    /// Parses a message. Returns `None` if it is not a JSON object.
    pub(crate) fn read(message: &'a str) -> Option<Self> {
        serde_json::Deserializer::from_str(message).deserialize_map(Members).ok()
    }

    fn member(&mut self, name: &str, value: &'a str) {
        match name {
            "id" => self.id = self.expect("id", value),
            "handle" => self.handle = self.expect("handle", value),
            "method" => self.method = self.expect("method", value),
            "params" => self.params = Some(value),
            "result" => self.result = Some(value),
            "error" => self.error = Some(value).filter(|error| *error != "null"),
            "change" => self.change = self.handles("change", value),
            "close" => self.close = self.handles("close", value),
            "suspend" => self.suspend = self.handles("suspend", value),
            "delta" => self.delta = self.expect("delta", value).unwrap_or_default(),
            _ => {}
        }
    }

    fn handles(&mut self, name: &'static str, value: &str) -> Vec<i64> {
        let mut handles: Vec<i64> = self.expect(name, value).unwrap_or_default();
        handles.sort_unstable();
        handles.dedup();
        handles
    }

    fn expect<T: serde::de::DeserializeOwned>(&mut self, name: &'static str, value: &str) -> Option<T> {
        serde_json::from_str(value).unwrap_or_else(|_| {
            self.odd.push(Reason::Member(name));
            None
        })
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut envelope = Envelope::default();
        while let Some((name, value)) = map.next_entry::<Cow<'de, str>, &'de RawValue>()? {
            envelope.member(&name, value.get());
        }
        Ok(envelope)
    }
}

#[cfg(test)]
mod tests {
    use super::Envelope;
    use crate::Reason;

    #[test]
    fn members_of_unexpected_forms_are_named_and_omitted() {
        let message = r#"{"id": "x", "handle": 3, "change": [1, "2"], "close": null, "suspend": [4, 4], "new": {}}"#;
        let envelope = Envelope::read(message).unwrap();
        assert_eq!((envelope.id, envelope.handle, envelope.suspend.as_slice()), (None, Some(3), [4].as_slice()));
        assert_eq!(envelope.odd, [Reason::Member("id"), Reason::Member("change")]);
    }

    #[test]
    fn only_objects_are_messages() {
        assert!(Envelope::read("[{}]").is_none() && Envelope::read("null").is_none());
    }
}
