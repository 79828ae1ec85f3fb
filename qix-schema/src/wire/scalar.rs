//! Strings, booleans, and numbers.

use std::fmt;

use serde::de::{Deserializer, Error, Expected, Unexpected, Visitor};
use serde::ser::Serializer;

use super::Wire;
use super::fault::{Fault, Scanned, invalid};
use super::number::{Number, float, integer, number};
use super::string::{plain, string};
use super::text::trim;

/// Accepts `null` only.
#[cold]
fn nothing<'a>(text: &'a str, expected: &dyn Expected) -> Scanned<'a> {
    text.strip_prefix("null").ok_or_else(|| Fault::mismatch(text, expected))
}

struct TextVisitor<'a>(&'a mut String);

impl Visitor<'_> for TextVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        *self.0 = text.to_owned();
        Ok(())
    }

    fn visit_string<E>(self, text: String) -> Result<(), E> {
        *self.0 = text;
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads a string with escapes, after whitespace, or `null`.
#[cold]
#[inline(never)]
fn unusual_text<'a>(place: &mut String, text: &'a str) -> Scanned<'a> {
    let text = trim(text);
    if !text.starts_with('"') {
        return nothing(text, &TextVisitor(place));
    }
    let (found, rest) = string(text)?;
    *place = found.into_owned();
    Ok(rest)
}

impl Wire for String {
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        self.scan_inline(text)
    }

    #[inline(always)]
    fn scan_inline<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        match text.strip_prefix("\"").and_then(plain) {
            Some((plain, rest)) => {
                *self = plain.to_owned();
                Ok(rest)
            }
            None => unusual_text(self, text),
        }
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(TextVisitor(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

struct FlagVisitor<'a>(&'a mut bool);

impl Visitor<'_> for FlagVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a boolean")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<(), E> {
        *self.0 = flag;
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn unusual_flag<'a>(place: &mut bool, text: &'a str) -> Scanned<'a> {
    let trimmed = trim(text);
    if trimmed.len() < text.len() { place.scan(trimmed) } else { nothing(text, &FlagVisitor(place)) }
}

impl Wire for bool {
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        for (literal, flag) in [("true", true), ("false", false)] {
            if let Some(rest) = text.strip_prefix(literal) {
                *self = flag;
                return Ok(rest);
            }
        }
        unusual_flag(self, text)
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(FlagVisitor(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self)
    }

    fn is_absent(&self) -> bool {
        !self
    }
}

struct NumberVisitor<'a>(&'a mut f64);

impl Visitor<'_> for NumberVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number or one of \"NaN\", \"Infinity\", \"+Infinity\", \"-Infinity\"")
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        *self.0 = number;
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        *self.0 = number as f64;
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        *self.0 = number as f64;
        Ok(())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        match special(text) {
            Some(number) => *self.0 = number,
            None => return Err(invalid("value", &Unexpected::Str(text), &self)),
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The value of a special number.
fn special(text: &str) -> Option<f64> {
    Some(match text {
        "NaN" => f64::NAN,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ => return None,
    })
}

#[cold]
#[inline(never)]
fn unusual_number<'a>(place: &mut f64, text: &'a str) -> Scanned<'a> {
    let text = trim(text);
    match text.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => {
            let (found, rest) = number(text)?;
            *place = match found {
                Number::Unsigned(number) => number as f64,
                Number::Signed(number) => number as f64,
                Number::Float(number) => number,
            };
            Ok(rest)
        }
        Some(b'"') => {
            let (found, rest) = string(text)?;
            let error = || invalid("value", &Unexpected::Str(&found), &NumberVisitor(&mut 0.0));
            *place = special(&found).ok_or_else(|| Fault::value(rest, error()))?;
            Ok(rest)
        }
        _ => nothing(text, &NumberVisitor(place)),
    }
}

impl Wire for f64 {
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        self.scan_inline(text)
    }

    #[inline(always)]
    fn scan_inline<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        if let Some(rest) = text.strip_prefix("\"NaN\"") {
            *self = f64::NAN;
            return Ok(rest);
        }
        if let Some((number, length)) = float(text.as_bytes())
            && let Some(rest) = text.get(length..)
        {
            *self = number;
            return Ok(rest);
        }
        unusual_number(self, text)
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(NumberVisitor(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_nan() {
            serializer.serialize_str("NaN")
        } else if self.is_infinite() {
            serializer.serialize_str(if *self > 0.0 { "Infinity" } else { "-Infinity" })
        } else {
            serializer.serialize_f64(*self)
        }
    }

    fn is_absent(&self) -> bool {
        *self == 0.0
    }
}

struct IntegerVisitor<'a, T>(&'a mut T, &'static str);

impl<T: TryFrom<i64> + TryFrom<u64>> IntegerVisitor<'_, T> {
    fn set<E: Error>(self, found: Number) -> Result<(), E> {
        let number = match found {
            Number::Signed(number) => T::try_from(number).ok(),
            Number::Unsigned(number) => T::try_from(number).ok(),
            // Some programs write integers as `3.0`. Above 2^53, a float does not identify an integer.
            Number::Float(number) => {
                let whole = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
                whole.then_some(number as i64).and_then(|number| T::try_from(number).ok())
            }
        };
        *self.0 = number.ok_or_else(|| invalid("value", &found.unexpected(), &self.1))?;
        Ok(())
    }
}

#[cold]
#[inline(never)]
fn unusual_integer<'a, T: TryFrom<i64> + TryFrom<u64>>(visitor: IntegerVisitor<'_, T>, text: &'a str) -> Scanned<'a> {
    let text = trim(text);
    if !matches!(text.as_bytes().first(), Some(b'-' | b'0'..=b'9')) {
        return nothing(text, &visitor);
    }
    let (found, rest) = number(text)?;
    visitor.set(found).map_err(|error| Fault::value(rest, error))?;
    Ok(rest)
}

impl<T: TryFrom<i64> + TryFrom<u64>> Visitor<'_> for IntegerVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.set(Number::Signed(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.set(Number::Unsigned(number))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        self.set(Number::Float(number))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

macro_rules! integers {
    ($($ty:ident $write:ident $expecting:literal;)*) => {$(
        impl Wire for $ty {
            fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
                self.scan_inline(text)
            }

            #[inline(always)]
            fn scan_inline<'a>(&mut self, text: &'a str) -> Scanned<'a> {
                if let Some((number, length)) = integer(text.as_bytes())
                    && let (Ok(number), Some(rest)) = (Self::try_from(number), text.get(length..))
                {
                    *self = number;
                    return Ok(rest);
                }
                unusual_integer(IntegerVisitor(self, $expecting), text)
            }

            fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(IntegerVisitor(self, $expecting))
            }

            fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.$write(*self)
            }

            fn is_absent(&self) -> bool {
                *self == 0
            }
        }
    )*};
}

integers! {
    i8 serialize_i8 "an 8-bit integer";
    i16 serialize_i16 "a 16-bit integer";
    i32 serialize_i32 "a 32-bit integer";
    i64 serialize_i64 "a 64-bit integer";
    u8 serialize_u8 "an unsigned 8-bit integer";
    u16 serialize_u16 "an unsigned 16-bit integer";
    u32 serialize_u32 "an unsigned 32-bit integer";
    u64 serialize_u64 "an unsigned 64-bit integer";
}
