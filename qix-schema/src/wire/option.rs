//! Members for which presence matters, and boxes.

use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::ser::Serializer;

use super::Wire;
use super::fault::Scanned;
use super::text::trim;

struct OptionVisitor<'a, T>(&'a mut Option<T>);

impl<'de, T: Wire + Default> Visitor<'de> for OptionVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_none<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.get_or_insert_default().read(deserializer)
    }
}

impl<T: Wire + Default> Wire for Option<T> {
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        match trim(text).strip_prefix("null") {
            Some(rest) => Ok(rest),
            None => self.get_or_insert_default().scan(text),
        }
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(OptionVisitor(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Some(value) => value.write(serializer),
            None => serializer.serialize_none(),
        }
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T: Wire> Wire for Box<T> {
    #[inline]
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        (**self).scan(text)
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        (**self).read(deserializer)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).write(serializer)
    }

    fn is_absent(&self) -> bool {
        (**self).is_absent()
    }
}
