//! The reader of JSON text: a place in it is the part of the text that is left.
//!
//! Places are passed by value and what comes after is returned, so that they stay in registers. What is written as
//! compactly as engines write it is read on a straight way; everything else takes a detour in functions of its own.

use std::borrow::Cow;

use super::fault::{Fault, Scanned};
use super::skip::skip;
use super::string::string_inside;
use super::{Input, Wire};

/// The members of an object that is being read, in the order of the text.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// What is left: a name comes next, its quote has been passed over. Or nothing is left and `named` holds the rest.
    rest: &'a str,
    /// A member that was looked up by its name, and what follows its colon.
    named: Option<(&'static str, &'a str)>,
}

/// Why no further member is read.
#[derive(Debug)]
pub enum Stop {
    /// The object has ended.
    Done,
    /// The text is not as it should be.
    Fault(Box<Fault>),
}

impl From<Box<Fault>> for Stop {
    #[inline]
    fn from(fault: Box<Fault>) -> Self {
        Self::Fault(fault)
    }
}

/// How a value begins that should be an object.
enum Opened<'a> {
    /// The first name comes next, its quote has been passed over.
    Members(&'a str),
    /// There are no members; what comes after the object.
    Empty(&'a str),
}

/// A member that is not where the schema has it.
enum Member<'a> {
    Known(Text<'a>),
    Unknown(Cow<'a, str>, &'a str),
}

impl<'a> Text<'a> {
    /// Begins an object; `null` and `[]` are empty ones.
    #[inline(always)]
    fn open(text: &'a str, name: &'static str) -> Result<Opened<'a>, Box<Fault>> {
        match text.strip_prefix("{\"") {
            Some(rest) => Ok(Opened::Members(rest)),
            None => Self::open_unusual(text, name),
        }
    }

    #[cold]
    #[inline(never)]
    fn open_unusual(text: &'a str, name: &'static str) -> Result<Opened<'a>, Box<Fault>> {
        let text = trim(text);
        if let Some(rest) = text.strip_prefix("null").or_else(|| empty_list(text)) {
            return Ok(Opened::Empty(rest));
        }
        let Some(rest) = text.strip_prefix('{').map(trim) else {
            return Err(Fault::mismatch(text, &format!("an object ({name})").as_str()));
        };
        match rest.strip_prefix('}') {
            Some(rest) => Ok(Opened::Empty(rest)),
            None => rest.strip_prefix('"').map(Opened::Members).ok_or_else(Fault::syntax),
        }
    }

    /// Goes on after the value of a member.
    #[inline(always)]
    fn after(&mut self, rest: &'a str) -> Result<(), Stop> {
        self.named = None;
        if let Some(next) = rest.strip_prefix(",\"") {
            self.rest = next;
            return Ok(());
        }
        if let Some(rest) = rest.strip_prefix("}") {
            self.rest = rest;
            return Err(Stop::Done);
        }
        let (rest, done) = after_unusual(rest)?;
        self.rest = rest;
        if done { Err(Stop::Done) } else { Ok(()) }
    }

    /// Reads a member if it comes next.
    #[inline(always)]
    pub(crate) fn take(&mut self, key: &'static str, read: impl FnOnce(&'a str) -> Scanned<'a>) -> Result<(), Stop> {
        match self.value(key) {
            Some(value) => self.after(read(value)?),
            None => Ok(()),
        }
    }

    /// The value of a member if it comes next, or was looked up.
    #[inline(always)]
    fn value(&self, key: &'static str) -> Option<&'a str> {
        // Nothing is left of the text if a member was looked up.
        if self.rest.len() < key.len() { looked_up(self.named, key) } else { self.rest.strip_prefix(key) }
    }

    /// Looks up the member that comes next, if it is not one that was read in passing.
    #[inline(never)]
    fn look_up(self, members: &[&'static str]) -> Result<Member<'a>, Box<Fault>> {
        if let Some((name, value)) = self.named {
            // It was looked up, but nobody reads it.
            return Ok(Member::Unknown(Cow::Borrowed(name), value));
        }
        let (name, value) = name_of_member(self.rest)?;
        Ok(match members.iter().find(|member| **member == name) {
            Some(member) => Member::Known(Self { rest: "", named: Some((member, value)) }),
            None => Member::Unknown(name, value),
        })
    }
}

impl Input for Text<'_> {
    type Stop = Stop;

    #[inline(always)]
    fn member<T: Wire>(&mut self, key: &'static str, place: &mut T) -> Result<(), Stop> {
        self.take(key, |value| place.scan(value))
    }

    #[inline(always)]
    fn rare<'p, T: Wire + 'p>(&mut self, key: &'static str, place: impl FnOnce() -> &'p mut T) -> Result<(), Stop> {
        self.take(key, |value| place().scan(value))
    }
}

/// The same, for objects that there are many of: their values are read by code in place.
pub(super) struct Inline<'t, 'a>(pub(super) &'t mut Text<'a>);

impl Input for Inline<'_, '_> {
    type Stop = Stop;

    #[inline(always)]
    fn member<T: Wire>(&mut self, key: &'static str, place: &mut T) -> Result<(), Stop> {
        match self.0.value(key) {
            Some(value) => self.0.after(place.scan_inline(value)?),
            None => Ok(()),
        }
    }

    #[inline(always)]
    fn rare<'p, T: Wire + 'p>(&mut self, key: &'static str, place: impl FnOnce() -> &'p mut T) -> Result<(), Stop> {
        self.0.rare(key, place)
    }
}

/// What is read from an object.
pub(crate) trait Object<'a> {
    /// Name of the type, for errors.
    const NAME: &'static str;
    /// Names of the members.
    const MEMBERS: &'static [&'static str];
    /// Whether there are many such objects.
    const MANY: bool = true;

    /// Reads the members that come next.
    fn members(&mut self, text: &mut Text<'a>) -> Result<(), Stop>;

    /// Does what [`Object::members`] does, by code in place.
    #[inline(always)]
    fn members_inline(&mut self, text: &mut Text<'a>) -> Result<(), Stop> {
        self.members(text)
    }

    /// Takes a member with a name that is not in [`Object::MEMBERS`].
    fn unknown(&mut self, _name: Cow<'a, str>, value: &'a str) -> Scanned<'a> {
        skip(value)
    }
}

/// Reads an object from the beginning of a text; what comes after.
#[inline(always)]
pub(crate) fn object<'a, O: Object<'a>>(text: &'a str, mut object: O) -> Scanned<'a> {
    let mut input = match Text::open(text, O::NAME)? {
        Opened::Members(rest) => Text { rest, named: None },
        Opened::Empty(rest) => return Ok(rest),
    };
    if O::MANY {
        match object.members_inline(&mut input) {
            Ok(()) => {}
            Err(Stop::Done) => return Ok(input.rest),
            Err(Stop::Fault(fault)) => return Err(fault),
        }
    }
    in_any_order(input, object)
}

/// Reads the members of an object, in as many rounds as it takes.
#[inline(never)]
fn in_any_order<'a, O: Object<'a>>(mut input: Text<'a>, mut object: O) -> Scanned<'a> {
    loop {
        let before = input.rest.len();
        let step = match object.members(&mut input) {
            // None of the members came next.
            Ok(()) if input.rest.len() == before => match input.look_up(O::MEMBERS)? {
                Member::Known(known) => {
                    input = known;
                    Ok(())
                }
                Member::Unknown(name, value) => input.after(object.unknown(name, value)?),
            },
            step => step,
        };
        match step {
            Ok(()) => {}
            Err(Stop::Done) => return Ok(input.rest),
            Err(Stop::Fault(fault)) => return Err(fault),
        }
    }
}

/// How a value begins that should be a list.
pub(crate) enum List<'a> {
    /// An element comes next.
    Elements(&'a str),
    /// There are no elements; what comes after the list.
    Empty(&'a str),
    /// There is no list; what comes after the `null`.
    Null(&'a str),
}

/// Begins a list; `{}` is the empty one of some writers.
#[inline(always)]
pub(crate) fn open_list(text: &str) -> Result<List<'_>, Box<Fault>> {
    if let Some(rest) = text.strip_prefix("[") {
        match rest.as_bytes().first() {
            Some(b'{' | b'[' | b'"') => return Ok(List::Elements(rest)),
            Some(b']') => return Ok(List::Empty(&rest[1..])),
            _ => {}
        }
    }
    open_list_unusual(text)
}

#[inline(never)]
fn open_list_unusual(text: &str) -> Result<List<'_>, Box<Fault>> {
    let text = trim(text);
    if let Some(rest) = text.strip_prefix('[').map(trim) {
        return Ok(rest.strip_prefix(']').map_or(List::Elements(rest), List::Empty));
    }
    if let Some(rest) = text.strip_prefix("null") {
        return Ok(List::Null(rest));
    }
    let empty = text.strip_prefix('{').and_then(|rest| trim(rest).strip_prefix('}'));
    empty.map(List::Empty).ok_or_else(|| Fault::mismatch(text, &"a list"))
}

/// Reads the elements of a list that has some.
#[inline(always)]
pub(crate) fn elements<'a>(mut text: &'a str, mut element: impl FnMut(&'a str) -> Scanned<'a>) -> Scanned<'a> {
    loop {
        let rest = element(text)?;
        if let Some(next) = rest.strip_prefix(",") {
            text = next;
        } else if let Some(after) = rest.strip_prefix("]") {
            return Ok(after);
        } else {
            let (next, done) = after_element(rest)?;
            if done {
                return Ok(next);
            }
            text = next;
        }
    }
}

#[cold]
#[inline(never)]
fn looked_up<'a>(named: Option<(&'static str, &'a str)>, key: &'static str) -> Option<&'a str> {
    named.filter(|(name, _)| *name == super::name_of(key)).map(|(_, value)| value)
}

/// Goes on after a value: to the next member, or to the end of the object.
#[cold]
#[inline(never)]
fn after_unusual(rest: &str) -> Result<(&str, bool), Box<Fault>> {
    let rest = trim(rest);
    if let Some(rest) = rest.strip_prefix('}') {
        return Ok((rest, true));
    }
    let next = rest.strip_prefix(',').and_then(|rest| trim(rest).strip_prefix('"'));
    next.map(|rest| (rest, false)).ok_or_else(Fault::syntax)
}

/// Goes on after an element of a list: to the next one, or to the end.
#[cold]
#[inline(never)]
fn after_element(rest: &str) -> Result<(&str, bool), Box<Fault>> {
    let rest = trim(rest);
    match rest.strip_prefix(']') {
        Some(rest) => Ok((rest, true)),
        None => rest.strip_prefix(',').map(|rest| (rest, false)).ok_or_else(Fault::syntax),
    }
}

/// Passes over white space.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}

/// Makes sure that nothing but white space is left.
pub(super) fn end(text: &str) -> Scanned<'_> {
    let rest = trim(text);
    if rest.is_empty() { Ok(rest) } else { Err(Fault::syntax()) }
}

/// What comes after an empty list: the empty object of some writers.
fn empty_list(text: &str) -> Option<&str> {
    trim(text.strip_prefix('[')?).strip_prefix(']')
}

/// Reads one member of an object, by its name, and says whether it is there; what comes after the object.
pub(super) fn only_member<'a, T: Wire>(text: &'a str, name: &str, place: &mut T, found: &mut bool) -> Scanned<'a> {
    let text = trim(text);
    if let Some(rest) = text.strip_prefix("null").or_else(|| empty_list(text)) {
        return Ok(rest);
    }
    let Some(first) = text.strip_prefix('{').map(trim) else {
        return Err(Fault::mismatch(text, &format!("an object with a member `{name}`").as_str()));
    };
    if let Some(rest) = first.strip_prefix('}') {
        return Ok(rest);
    }
    let mut rest = first.strip_prefix('"').ok_or_else(Fault::syntax)?;
    loop {
        let (key, value) = name_of_member(rest)?;
        let after = if key == name { place.scan(value)? } else { skip(value)? };
        *found |= key == name;
        let (next, done) = after_unusual(after)?;
        if done {
            return Ok(next);
        }
        rest = next;
    }
}

/// A member's name, whose quote has been passed over, and its value after the colon.
fn name_of_member(text: &str) -> Result<(Cow<'_, str>, &str), Box<Fault>> {
    let (name, rest) = string_inside(text)?;
    Ok((name, trim(rest).strip_prefix(':').ok_or_else(Fault::syntax)?))
}
