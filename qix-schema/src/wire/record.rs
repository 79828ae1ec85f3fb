//! Structs: JSON objects with known members.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::{SerializeMap, Serializer};

use super::extra::Extra;
use super::fault::{Fault, Scanned};
use super::place::{self, Facts, Place};
use super::text::{Inline, ReadObject, Stop, TextInput, object};
use super::{AsWire, Seed, Wire, stack};

/// A struct whose members are listed by the generator.
pub trait Record: Default {
    /// Name of the type, for errors.
    const NAME: &'static str;
    /// Wire names of the members.
    const MEMBERS: &'static [&'static str];
    /// Whether a value can contain values of its own type.
    const RECURSIVE: bool = false;
    /// Whether documents contain many values, such as cells. Their parser is fully inlined.
    const MANY: bool = false;

    /// An empty record whose lists have room for as many elements as those of a sibling.
    fn alike(_sibling: &Self) -> Self {
        Self::default()
    }

    /// Reads the members that come next, in schema order.
    fn read_members<I: Input>(&mut self, input: &mut I) -> Result<(), I::Stop>;

    /// The variable for a member, by its index in [`Record::MEMBERS`].
    fn place(&mut self, index: usize) -> Option<&mut dyn Place>;

    /// Writes the members that differ from their defaults.
    fn write_members<S: SerializeMap>(&self, out: &mut Members<'_, S>) -> Result<(), S::Error>;

    /// Where to keep members that are not in [`Record::MEMBERS`], if anywhere.
    fn extra_mut(&mut self) -> Option<&mut Extra> {
        None
    }
}

/// The members of an object.
///
/// A record tries each of its members in schema order. A member is read if it is the next one of the object.
pub trait Input {
    /// Why reading stops: the object has ended, or a value is invalid.
    type Stop;

    /// Reads a member into a variable if it comes next. The key is the name as it appears in JSON, without the opening
    /// quote: `qText":`.
    fn member<T: Wire>(&mut self, key: &'static str, place: &mut T) -> Result<(), Self::Stop>;

    /// Reads a member if it comes next, into a variable that is created only then.
    fn rare<'p, T: Wire + 'p>(
        &mut self,
        key: &'static str,
        place: impl FnOnce() -> &'p mut T,
    ) -> Result<(), Self::Stop>;
}

/// The name of a key.
#[inline]
pub(super) fn name_of(key: &'static str) -> &'static str {
    key.strip_suffix("\":").unwrap_or(key)
}

/// Reads a record at the start of a text into a variable; returns the rest. Inlined if there are many such records.
#[inline(always)]
pub fn scan_record<'a, T: Record>(place: &mut T, text: &'a str) -> Scanned<'a> {
    if Scan::<T>::MANY && !T::RECURSIVE { object(text, Scan(place)) } else { scan_outlined(place, text) }
}

#[inline(never)]
fn scan_outlined<'a, T: Record>(place: &mut T, text: &'a str) -> Scanned<'a> {
    if !Scan::<T>::MANY {
        return place::record(place, Facts::of::<T>(), text);
    }
    recursive(text, || object(text, Scan(place)))
}

/// Reads a record that may contain others of its type.
#[inline(always)]
pub(crate) fn recursive<'a>(text: &'a str, read: impl FnOnce() -> Scanned<'a>) -> Scanned<'a> {
    stack::deeper(read, |refusal| Fault::value(text, serde_json::Error::custom(refusal)))
}

/// Reads a record from a text, with a parser of its own for the usual form.
struct Scan<'p, T>(&'p mut T);

impl<T: Record> Scan<'_, T> {
    const MANY: bool = T::MANY && !place::ONLY;
}

impl<'a, T: Record> ReadObject<'a> for Scan<'_, T> {
    const NAME: &'static str = T::NAME;

    #[inline(always)]
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop> {
        self.0.read_members(&mut Inline(text))
    }

    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a> {
        place::members(self.0, Facts::of::<T>(), text.rest())
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
        self.name(name)?;
        self.0.serialize_value(&AsWire(value))
    }

    /// Writes a name. A page has this code once, and not for each type of value.
    #[cfg_attr(target_family = "wasm", inline(never))]
    fn name(&mut self, name: &'static str) -> Result<(), S::Error> {
        self.0.serialize_key(name)
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
        stack::deeper(|| deserializer.deserialize_any(RecordVisitor(place)), |refusal| D::Error::custom(refusal))
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
            if let Some(name) = T::MEMBERS.get(index) {
                next = index + 1;
                let mut value = NextValue { name, map: &mut map, format: PhantomData };
                match self.0.read_members(&mut value) {
                    Err(Some(error)) => return Err(error),
                    Err(None) => {}
                    Ok(()) => map.next_value::<IgnoredAny>().map(drop)?,
                }
            } else if let (Some(name), Some(extra)) = (&mut unknown, self.0.extra_mut()) {
                extra.insert_json(std::mem::take(name), map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
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

/// The value of a member, after its name.
struct NextValue<'a, 'de, A> {
    name: &'static str,
    map: &'a mut A,
    format: PhantomData<&'de ()>,
}

impl<'de, A: MapAccess<'de>> Input for NextValue<'_, 'de, A> {
    /// `None` if the value has been read.
    type Stop = Option<A::Error>;

    fn member<T: Wire>(&mut self, key: &'static str, place: &mut T) -> Result<(), Self::Stop> {
        self.rare(key, || place)
    }

    fn rare<'p, T: Wire + 'p>(
        &mut self,
        key: &'static str,
        place: impl FnOnce() -> &'p mut T,
    ) -> Result<(), Self::Stop> {
        if name_of(key) != self.name {
            return Ok(());
        }
        Err(self.map.next_value_seed(Seed(place())).err())
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
