//! Decodes through `serde_json`, to compare with in tests and fuzzing.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};

use super::{DecodeError, Seed, Wire, path};

/// Like [`decode`](super::decode).
pub(crate) fn decode<T: Wire + Default>(text: &str) -> Result<T, DecodeError> {
    read(text, |place: &mut T, deserializer| place.read(deserializer))
}

/// Like [`decode_member`](super::decode_member).
pub(crate) fn member<T: Wire + Default>(text: &str, name: &str) -> Result<Option<T>, DecodeError> {
    read(text, |place, deserializer| deserializer.deserialize_any(OnlyMember { name, place }))
}

fn read<T: Default>(
    text: &str,
    read: impl FnOnce(&mut T, &mut serde_json::Deserializer<serde_json::de::StrRead<'_>>) -> serde_json::Result<()>,
) -> Result<T, DecodeError> {
    let mut value = T::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // Recursive structs guard the stack themselves; nothing else is recursive.
    deserializer.disable_recursion_limit();
    let outcome = read(&mut value, &mut deserializer).and_then(|()| deserializer.end());
    outcome.map_err(|cause| DecodeError { path: path::at(text, cause.line(), cause.column()), cause })?;
    Ok(value)
}

/// Reads one member of an object by name and skips all others.
struct OnlyMember<'a, T> {
    name: &'a str,
    place: &'a mut Option<T>,
}

impl<'de, T: Wire + Default> Visitor<'de> for OnlyMember<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a member `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == self.name {
                map.next_value_seed(Seed(self.place.get_or_insert_default()))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        match list.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}
