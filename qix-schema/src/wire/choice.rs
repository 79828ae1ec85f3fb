//! Enums with named values and a fallback for unknown values.

use std::fmt;

use serde::de::{Deserializer, Unexpected, Visitor};
use serde::ser::Serializer;

use super::fault::{Fault, Scanned, invalid};
use super::number::{Number, number};
use super::string::string;
use super::text::trim;

/// The three forms of an enum value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueName {
    /// Short title, which engines write.
    pub title: &'static str,
    /// Long name, which the documentation uses. The title if there is none.
    pub long: &'static str,
    /// Number.
    pub number: i64,
}

/// An enum whose values are listed by the generator.
pub trait Choice: Sized {
    /// Name of the type, for errors.
    const NAME: &'static str;
    /// The values, in the order of the variants.
    const VALUES: &'static [ValueName];

    /// The variant at an index of [`Choice::VALUES`].
    fn from_index(index: usize) -> Option<Self>;

    /// The index in [`Choice::VALUES`], or the unknown value.
    fn index(&self) -> Result<usize, &Unrecognized>;

    /// Keeps an unknown value.
    fn from_unrecognized(value: Unrecognized) -> Self;
}

/// A value that is not part of the schema. It is written back unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Unrecognized(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Text(String),
    Number(i64),
}

impl fmt::Display for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Text(text) => f.write_str(text),
            Repr::Number(number) => write!(f, "{number}"),
        }
    }
}

/// The value for a title or long name.
pub fn from_text<T: Choice>(text: &str) -> T {
    chosen(of_text(T::VALUES, text))
}

/// The value for a number.
pub fn from_number<T: Choice>(number: i64) -> T {
    chosen(of_number(T::VALUES, number))
}

/// An index in [`Choice::VALUES`], or an unknown value.
type Found = Result<usize, Repr>;

fn of_text(values: &[ValueName], text: &str) -> Found {
    let titled = values.iter().position(|value| value.title == text);
    let index = titled.or_else(|| values.iter().position(|value| value.long == text));
    index.ok_or_else(|| Repr::Text(text.to_owned()))
}

fn of_number(values: &[ValueName], number: i64) -> Found {
    values.iter().position(|value| value.number == number).ok_or(Repr::Number(number))
}

fn chosen<T: Choice>(found: Found) -> T {
    match found {
        Ok(index) => T::from_index(index).expect("each value has a variant"),
        Err(unknown) => T::from_unrecognized(Unrecognized(unknown)),
    }
}

/// Formats a value as it is written.
pub fn display<T: Choice>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value.index() {
        Ok(index) => f.write_str(T::VALUES[index].title),
        Err(unrecognized) => fmt::Display::fmt(unrecognized, f),
    }
}

struct ChoiceVisitor<'a, T>(&'a mut T);

impl<T: Choice> Visitor<'_> for ChoiceVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text or number ({})", T::NAME)
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 = from_text(text);
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        *self.0 = from_number(number);
        Ok(())
    }

    fn visit_u64<E: serde::de::Error>(self, found: u64) -> Result<(), E> {
        self.visit_i64(whole(Number::Unsigned(found))?)
    }

    fn visit_f64<E: serde::de::Error>(self, found: f64) -> Result<(), E> {
        self.visit_i64(whole(Number::Float(found))?)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The number of an enum value.
fn whole<E: serde::de::Error>(found: Number) -> Result<i64, E> {
    match found {
        Number::Signed(number) => Ok(number),
        Number::Unsigned(number) => {
            i64::try_from(number).map_err(|_| invalid("value", &Unexpected::Unsigned(number), &"a value of 64 bits"))
        }
        // Some programs write integers as `3.0`.
        Number::Float(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => Ok(number as i64),
        Number::Float(number) => Err(invalid("value", &Unexpected::Float(number), &"an integer")),
    }
}

/// Reads a value at the start of a text into a variable; returns the rest.
#[inline(always)]
pub fn scan_choice<'a, T: Choice>(place: &mut T, text: &'a str) -> Scanned<'a> {
    // Most titles are single letters.
    if let [b'"', letter, b'"', ..] = text.as_bytes()
        && let Some(index) = T::VALUES.iter().position(|value| value.title.as_bytes() == [*letter])
        && let (Some(value), Some(rest)) = (T::from_index(index), text.get(3..))
    {
        *place = value;
        return Ok(rest);
    }
    scan_any(place, text)
}

/// Reads a value in any form.
#[inline(never)]
fn scan_any<'a, T: Choice>(place: &mut T, text: &'a str) -> Scanned<'a> {
    let (found, rest) = any(T::VALUES, text, T::NAME)?;
    if let Some(found) = found {
        *place = chosen(found);
    }
    Ok(rest)
}

/// The value at the start of a text, unless it is `null`, and the rest.
fn any<'a>(values: &[ValueName], text: &'a str, name: &'static str) -> Result<(Option<Found>, &'a str), Box<Fault>> {
    let text = trim(text);
    match text.as_bytes().first() {
        Some(b'"') => string(text).map(|(text, rest)| (Some(of_text(values, &text)), rest)),
        Some(b'-' | b'0'..=b'9') => {
            let (found, rest) = number(text)?;
            let number = whole(found).map_err(|error| Fault::value(rest, error))?;
            Ok((Some(of_number(values, number)), rest))
        }
        _ => match text.strip_prefix("null") {
            Some(rest) => Ok((None, rest)),
            None => Err(Fault::mismatch(text, &format!("a text or number ({name})").as_str())),
        },
    }
}

/// Reads a value of any format into a variable.
pub fn read_choice<'de, T: Choice, D: Deserializer<'de>>(place: &mut T, deserializer: D) -> Result<(), D::Error> {
    deserializer.deserialize_any(ChoiceVisitor(place))
}

/// Writes the title of a value, or an unknown value unchanged.
pub fn write_choice<T: Choice, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    match value.index() {
        Ok(index) => serializer.serialize_str(T::VALUES[index].title),
        Err(Unrecognized(Repr::Text(text))) => serializer.serialize_str(text),
        Err(Unrecognized(Repr::Number(number))) => serializer.serialize_i64(*number),
    }
}
