//! Lists.

use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::ser::Serializer;

use super::fault::Scanned;
use super::place::{self, Elements, Place};
use super::text::{ListStart, elements, open_list};
use super::{AsWire, Seed, Wire};

/// Adds an element to a full list.
#[inline(never)]
fn grow<T: Wire + Default>(list: &mut Vec<T>) {
    if list.is_empty() {
        // Most nested lists have one element.
        list.reserve_exact(1);
    }
    list.push(list.last().map_or_else(T::default, T::alike));
}

/// Adds an element.
#[inline(always)]
fn add<T: Wire + Default>(list: &mut Vec<T>) {
    // Rows of a matrix are alike: room for as many cells as the row before.
    if list.len() == list.capacity() {
        grow(list);
    } else {
        // The compiler knows that it fits, and builds it in place.
        list.push(list.last().map_or_else(T::default, T::alike));
    }
}

impl<T: Wire + Default> Elements for Vec<T> {
    fn empty(&mut self) {
        self.clear();
    }

    fn add(&mut self) -> &mut dyn Place {
        add(self);
        self.last_mut().expect("one was pushed")
    }
}

struct ListVisitor<'a, T>(&'a mut Vec<T>);

impl<'de, T: Wire + Default> Visitor<'de> for ListVisitor<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.clear();
        loop {
            // The rows of a matrix usually have the same length.
            let mut element = self.0.last().map_or_else(T::default, T::alike);
            if list.next_element_seed(Seed(&mut element))?.is_none() {
                return Ok(());
            }
            self.0.push(element);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        // Some programs write an empty list as `{}`.
        match map.next_key::<IgnoredAny>()? {
            None => {
                self.0.clear();
                Ok(())
            }
            Some(_) => Err(A::Error::invalid_type(Unexpected::Map, &self)),
        }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

impl<T: Wire + Default> Wire for Vec<T> {
    fn scan<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        if place::ONLY {
            return place::list(self, text);
        }
        match open_list(text)? {
            ListStart::Null(rest) => Ok(rest),
            ListStart::Empty(rest) => {
                self.clear();
                Ok(rest)
            }
            ListStart::Elements(text) => {
                self.clear();
                elements(text, |text| {
                    add(self);
                    self.last_mut().expect("one was pushed").scan_inline(text)
                })
            }
        }
    }

    fn read<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(ListVisitor(self))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(AsWire))
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn alike(other: &Self) -> Self {
        Self::with_capacity(other.len())
    }
}
