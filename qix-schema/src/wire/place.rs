//! Parsers for values of any type: one function for all records, and one for all lists. Types that documents do not contain in
//! large numbers use them, since a copy for each type would be most of a small program.

use std::borrow::Cow;

use serde::de::Error;

use super::extra::Extra;
use super::fault::{Fault, Scanned};
use super::record::Record;
use super::skip::skip;
use super::text::{ListStart, ObjectStart, after_member, elements, name_of_member, open_list, open_object};
use super::{Json, Wire, stack};

/// Whether all types use these parsers. A page loads its program before each use.
pub(super) const ONLY: bool = cfg!(target_family = "wasm");

/// A variable that a value is read into.
pub trait Place {
    /// See [`Wire::scan`].
    fn scan_place<'a>(&mut self, text: &'a str) -> Scanned<'a>;
}

impl<T: Wire> Place for T {
    fn scan_place<'a>(&mut self, text: &'a str) -> Scanned<'a> {
        self.scan(text)
    }
}

/// The members of a record.
pub(super) trait Places {
    /// See [`Record::place`].
    fn place_of(&mut self, index: usize) -> Option<&mut dyn Place>;

    /// See [`Record::extra_mut`].
    fn extra_place(&mut self) -> Option<&mut Extra>;
}

impl<T: Record> Places for T {
    fn place_of(&mut self, index: usize) -> Option<&mut dyn Place> {
        self.place(index)
    }

    fn extra_place(&mut self) -> Option<&mut Extra> {
        self.extra_mut()
    }
}

/// What is known about a record.
pub(super) struct Facts {
    pub(super) name: &'static str,
    pub(super) members: &'static [&'static str],
    pub(super) recursive: bool,
}

impl Facts {
    pub(super) const fn of<T: Record>() -> &'static Self {
        const { &Self { name: T::NAME, members: T::MEMBERS, recursive: T::RECURSIVE } }
    }
}

/// Reads a record at the start of a text; returns the rest.
pub(super) fn record<'a>(record: &mut dyn Places, facts: &'static Facts, text: &'a str) -> Scanned<'a> {
    let mut read = || match open_object(text, facts.name)? {
        ObjectStart::Members(rest) => members(record, facts, rest),
        ObjectStart::Empty(rest) => Ok(rest),
    };
    if facts.recursive {
        stack::deeper(read, |refusal| Fault::value(text, serde_json::Error::custom(refusal)))
    } else {
        read()
    }
}

/// Reads members in any order, after the opening quote of the first name; returns the rest of the text after the record.
pub(super) fn members<'a>(record: &mut dyn Places, facts: &'static Facts, mut text: &'a str) -> Scanned<'a> {
    // Engines write members in schema order, and omit default values.
    let mut next = 0;
    loop {
        let (name, value) = name_of_member(text)?;
        let rest = match position(facts.members, next, &name) {
            Some(index) => {
                next = index + 1;
                let place = record.place_of(index).expect("a record has a place for each of its members");
                place.scan_place(value)?
            }
            None => unknown(record, name, value)?,
        };
        match after_member(rest)? {
            (rest, true) => return Ok(rest),
            (rest, false) => text = rest,
        }
    }
}

fn position(members: &[&str], next: usize, name: &str) -> Option<usize> {
    let (before, after) = members.split_at(next.min(members.len()));
    let ahead = after.iter().position(|member| *member == name).map(|offset| before.len() + offset);
    ahead.or_else(|| before.iter().position(|member| *member == name))
}

/// Keeps or skips a member that the schema does not have.
#[cold]
#[inline(never)]
fn unknown<'a>(record: &mut dyn Places, name: Cow<'a, str>, value: &'a str) -> Scanned<'a> {
    let Some(extra) = record.extra_place() else { return skip(value) };
    let mut json = Json::default();
    let rest = json.scan(value)?;
    extra.insert_json(name.into_owned(), json);
    Ok(rest)
}

/// The elements of a list.
pub(super) trait Elements {
    /// Removes all.
    fn empty(&mut self);

    /// Adds one.
    fn add(&mut self) -> &mut dyn Place;
}

/// Reads a list at the start of a text; returns the rest.
pub(super) fn list<'a>(list: &mut dyn Elements, text: &'a str) -> Scanned<'a> {
    match open_list(text)? {
        ListStart::Null(rest) => Ok(rest),
        ListStart::Empty(rest) => {
            list.empty();
            Ok(rest)
        }
        ListStart::Elements(text) => {
            list.empty();
            elements(text, |text| list.add().scan_place(text))
        }
    }
}
