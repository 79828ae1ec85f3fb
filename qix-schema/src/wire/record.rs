//! Structs: JSON objects with known members.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::extra::Extra;
use super::{AsWire, Into, Wire, stack};

/// A struct whose members are listed by the generator.
pub trait Record: Default {
    /// Name of the type, for errors.
    const NAME: &'static str;
    /// Wire names of the members.
    const MEMBERS: &'static [&'static str];
    /// Whether a value can contain values of its own type.
    const RECURSIVE: bool = false;

    /// Reads the member at an index of [`Record::MEMBERS`].
    fn read_member<'de, A: MapAccess<'de>>(&mut self, index: usize, value: Slot<'_, A>) -> Result<(), A::Error>;

    /// Writes the members that differ from their defaults.
    fn write_members<S: SerializeMap>(&self, out: &mut Members<'_, S>) -> Result<(), S::Error>;

    /// Where to keep members that are not in [`Record::MEMBERS`], if anywhere.
    fn extra_mut(&mut self) -> Option<&mut Extra> {
        None
    }
}

/// The value of a member that is about to be read.
#[derive(Debug)]
pub struct Slot<'a, A>(&'a mut A);

impl<'de, A: MapAccess<'de>> Slot<'_, A> {
    /// Reads the value into a variable.
    pub fn into<T: Wire>(self, place: &mut T) -> Result<(), A::Error> {
        self.0.next_value_seed(Into(place))
    }

    /// Skips the value.
    pub fn skip(self) -> Result<(), A::Error> {
        self.0.next_value::<IgnoredAny>().map(drop)
    }
}

/// Writes members of an object.
#[derive(Debug)]
pub struct Members<'a, S>(&'a mut S);

impl<S: SerializeMap> Members<'_, S> {
    /// Writes a member unless it is equivalent to an absent one.
    pub fn put<T: Wire>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        if value.is_absent() { Ok(()) } else { self.always(name, value) }
    }

    /// Writes a member unconditionally.
    pub fn always<T: Wire>(&mut self, name: &'static str, value: &T) -> Result<(), S::Error> {
        self.0.serialize_entry(name, &AsWire(value))
    }

    /// Writes a parameter if it is set.
    pub fn given<T: Wire>(&mut self, name: &'static str, value: &Option<T>) -> Result<(), S::Error> {
        value.as_ref().map_or(Ok(()), |value| self.always(name, value))
    }

    /// Writes custom members.
    pub fn extra(&mut self, extra: &Extra) -> Result<(), S::Error> {
        extra.iter().try_for_each(|(name, value)| self.0.serialize_entry(name, value))
    }
}

/// Writes an object with a function that writes its members.
pub fn write_object<S: Serializer>(
    serializer: S,
    members: impl FnOnce(&mut Members<'_, S::SerializeMap>) -> Result<(), S::Error>,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(None)?;
    members(&mut Members(&mut map))?;
    map.end()
}

/// Reads a record into a variable.
pub fn read_record<'de, T: Record, D: Deserializer<'de>>(place: &mut T, deserializer: D) -> Result<(), D::Error> {
    if T::RECURSIVE {
        stack::deeper(|| deserializer.deserialize_any(RecordVisitor(place)))
    } else {
        deserializer.deserialize_any(RecordVisitor(place))
    }
}

/// Reads a record that is not a part of another. A deserializer that has something else in store for the type knows it
/// by its name.
pub fn read_named_record<'de, T: Record, D: Deserializer<'de>>(place: &mut T, deserializer: D) -> Result<(), D::Error> {
    deserializer.deserialize_newtype_struct(T::NAME, NamedVisitor(RecordVisitor(place)))
}

/// Writes a record.
pub fn write_record<T: Record, S: Serializer>(record: &T, serializer: S) -> Result<S::Ok, S::Error> {
    if T::RECURSIVE {
        stack::grow(|| write_object(serializer, |out| record.write_members(out)))
    } else {
        write_object(serializer, |out| record.write_members(out))
    }
}

struct RecordVisitor<'a, T>(&'a mut T);

impl<'de, T: Record> Visitor<'de> for RecordVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut unknown = self.0.extra_mut().map(|_| String::new());
        let mut next = 0;
        while let Some(index) = map.next_key_seed(KeySeed { members: T::MEMBERS, next, unknown: unknown.as_mut() })? {
            if index < T::MEMBERS.len() {
                next = index + 1;
                self.0.read_member(index, Slot(&mut map))?;
            } else if let (Some(name), Some(extra)) = (&mut unknown, self.0.extra_mut()) {
                extra.insert_json(std::mem::take(name), map.next_value()?);
            } else {
                Slot(&mut map).skip()?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        // Some programs write an empty object as `[]`.
        match list.next_element::<IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(A::Error::invalid_type(Unexpected::Seq, &self)),
        }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

struct NamedVisitor<'a, T>(RecordVisitor<'a, T>);

impl<'de, T: Record> Visitor<'de> for NamedVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        read_record(self.0.0, deserializer)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.0.visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        self.0.visit_seq(list)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads the name of a member as an index. An index past the end means that the name is unknown.
struct KeySeed<'a> {
    members: &'static [&'static str],
    /// The index of the next member in schema order.
    next: usize,
    /// Where to store an unknown name, if its value is kept.
    unknown: Option<&'a mut String>,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<usize, E> {
        if self.members.get(self.next).is_some_and(|member| *member == name) {
            return Ok(self.next);
        }
        // Default values are omitted, so the next member is more likely to be ahead.
        let (before, after) = self.members.split_at(self.next.min(self.members.len()));
        let ahead = after.iter().position(|member| *member == name).map(|offset| before.len() + offset);
        let index = ahead.or_else(|| before.iter().position(|member| *member == name));
        if let (None, Some(unknown)) = (index, self.unknown) {
            name.clone_into(unknown);
        }
        Ok(index.unwrap_or(self.members.len()))
    }
}

/// Reads one member of an object by name and skips all others.
pub(crate) struct OnlyMember<'a, T> {
    pub(crate) name: &'a str,
    pub(crate) place: &'a mut T,
}

impl<'de, T: Wire> Visitor<'de> for OnlyMember<'_, T> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a member `{}`", self.name)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut found = false;
        while let Some(matches) = map.next_key_seed(NameSeed(self.name))? {
            if matches {
                found = true;
                map.next_value_seed(Into(self.place))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}

struct NameSeed<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(self.0 == name)
    }
}
