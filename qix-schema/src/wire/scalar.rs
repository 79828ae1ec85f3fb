//! Strings, booleans, and numbers.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::ser::Serializer;

use super::Wire;

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

impl Wire for String {
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

impl Wire for bool {
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
        *self.0 = match text {
            "NaN" => f64::NAN,
            "Infinity" | "+Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => return Err(E::invalid_value(Unexpected::Str(text), &self)),
        };
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

impl Wire for f64 {
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
    fn set<E: Error>(self, found: Unexpected<'_>, number: Option<T>) -> Result<(), E> {
        *self.0 = number.ok_or_else(|| E::invalid_value(found, &self.1))?;
        Ok(())
    }
}

impl<T: TryFrom<i64> + TryFrom<u64>> Visitor<'_> for IntegerVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.1)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<(), E> {
        self.set(Unexpected::Signed(number), T::try_from(number).ok())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<(), E> {
        self.set(Unexpected::Unsigned(number), T::try_from(number).ok())
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<(), E> {
        // Some programs write integers as `3.0`. Above 2^53, a float does not identify an integer.
        let whole = number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0;
        self.set(Unexpected::Float(number), whole.then_some(number as i64).and_then(|n| T::try_from(n).ok()))
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

macro_rules! integers {
    ($($ty:ident $write:ident $expecting:literal;)*) => {$(
        impl Wire for $ty {
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
