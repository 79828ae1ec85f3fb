//! Distinct values of a field.

use std::collections::HashMap;

use crate::value::{Dual, Key};

/// The element number of null in columns.
pub const NULL: u32 = u32::MAX;

/// Distinct values in order of first occurrence.
#[derive(Debug, Default, Clone)]
pub struct Symbols {
    values: Vec<Dual>,
    places: HashMap<Key, u32>,
}

impl Symbols {
    /// Adds a value unless it exists, and returns its element number. Equal numbers keep the text of the first.
    pub fn intern(&mut self, value: Dual) -> u32 {
        let Some(key) = value.key() else { return NULL };
        let next = self.values.len() as u32;
        let place = *self.places.entry(key).or_insert(next);
        if place == next {
            self.values.push(value);
        }
        place
    }

    /// Element number of an existing value.
    pub fn find(&self, value: &Dual) -> Option<u32> {
        self.places.get(&value.key()?).copied()
    }

    /// The value of an element number; `None` for [`NULL`].
    pub fn get(&self, element: u32) -> Option<&Dual> {
        self.values.get(element as usize)
    }

    /// The value of an element number, or null.
    pub fn value(&self, element: u32) -> Dual {
        self.get(element).cloned().unwrap_or(Dual::Null)
    }

    /// All values.
    pub fn values(&self) -> &[Dual] {
        &self.values
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The first value with a text.
    pub fn find_text(&self, text: &str) -> Option<u32> {
        self.values.iter().position(|value| value.as_text() == text).map(|place| place as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_text_of_a_number_stays() {
        let mut symbols = Symbols::default();
        assert_eq!(symbols.intern(Dual::both(1.0, "01")), 0);
        assert_eq!(symbols.intern(Dual::text("a")), 1);
        assert_eq!(symbols.intern(Dual::Number(1.0)), 0);
        assert_eq!(symbols.intern(Dual::Null), NULL);
        assert_eq!(symbols.value(0).as_text(), "01");
        assert_eq!(symbols.len(), 2);
    }
}
