//! Parser for objects and lists in JSON text.
//!
//! A position is the rest of the text. Functions take it by value and return the new one: a borrowed cursor would stay
//! in memory, and each step would wait for the store of the previous one. Compact JSON with members in schema order, as
//! engines write it, takes the short path; everything else is left to functions that are not inlined.

use std::borrow::Cow;

use super::fault::{Fault, Scanned};
use super::skip::skip;
use super::string::string_inside;
use super::{Input, Wire, place};

/// The members of an object in a JSON text.
#[derive(Clone, Copy, Debug)]
pub struct TextInput<'a> {
    /// The rest of the text, after the opening quote of the next name. Empty if `named` is set.
    rest: &'a str,
    /// The name of the next member, and the rest of the text after the colon. Set for a member that was looked up.
    named: Option<(&'static str, &'a str)>,
}

/// Why reading stops.
#[derive(Debug)]
pub enum Stop {
    /// The object has ended.
    Done,
    /// The text is invalid.
    Fault(Box<Fault>),
}

impl From<Box<Fault>> for Stop {
    #[inline]
    fn from(fault: Box<Fault>) -> Self {
        Self::Fault(fault)
    }
}

/// The start of an object.
pub(super) enum ObjectStart<'a> {
    /// The rest of the text, after the opening quote of the first name.
    Members(&'a str),
    /// The rest of the text, after an object without members.
    Empty(&'a str),
}

/// A member that was looked up.
enum Member<'a> {
    Known(TextInput<'a>),
    Unknown(&'a str),
}

/// Starts an object. `null` and `[]` count as empty.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn open_object<'a>(text: &'a str, name: &'static str) -> Result<ObjectStart<'a>, Box<Fault>> {
    match text.strip_prefix("{\"") {
        Some(rest) => Ok(ObjectStart::Members(rest)),
        None => open_unusual(text, name),
    }
}

#[cold]
#[inline(never)]
fn open_unusual<'a>(text: &'a str, name: &'static str) -> Result<ObjectStart<'a>, Box<Fault>> {
    let text = trim(text);
    if let Some(rest) = text.strip_prefix("null").or_else(|| empty_list(text)) {
        return Ok(ObjectStart::Empty(rest));
    }
    let Some(rest) = text.strip_prefix('{').map(trim) else {
        return Err(Fault::mismatch(text, &format!("an object ({name})").as_str()));
    };
    match rest.strip_prefix('}') {
        Some(rest) => Ok(ObjectStart::Empty(rest)),
        None => rest.strip_prefix('"').map(ObjectStart::Members).ok_or_else(Fault::syntax),
    }
}

impl<'a> TextInput<'a> {
    /// The rest of the text, after the opening quote of the next name.
    pub(super) fn rest(self) -> &'a str {
        self.rest
    }

    /// Continues after the value of a member.
    #[cfg_attr(target_family = "wasm", inline(never))]
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn after(&mut self, rest: &'a str) -> Result<(), Stop> {
        self.named = None;
        let (rest, done) = after_member(rest)?;
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

    /// The rest of the text at the value of a member, if the member comes next or was looked up.
    #[cfg_attr(target_family = "wasm", inline(never))]
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    fn value(&self, key: &'static str) -> Option<&'a str> {
        // The rest is empty if a member was looked up.
        if self.rest.len() < key.len() { looked_up(self.named, key) } else { self.rest.strip_prefix(key) }
    }

    /// Looks up the next member by its name.
    #[inline(never)]
    fn look_up(self, members: &[&'static str]) -> Result<Member<'a>, Box<Fault>> {
        if let Some((_, value)) = self.named {
            // The member was looked up, but the record did not read it.
            return Ok(Member::Unknown(value));
        }
        let (name, value) = name_of_member(self.rest)?;
        Ok(match members.iter().find(|member| **member == name) {
            Some(member) => Member::Known(Self { rest: "", named: Some((member, value)) }),
            None => Member::Unknown(value),
        })
    }
}

impl Input for TextInput<'_> {
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

/// Like [`TextInput`], with the parsers of values inlined.
pub(super) struct Inline<'t, 'a>(pub(super) &'t mut TextInput<'a>);

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

/// Reads the members of an object.
pub(crate) trait ReadObject<'a>: Sized {
    /// Name of the type, for errors.
    const NAME: &'static str;

    /// Reads the members that come next.
    fn members(&mut self, text: &mut TextInput<'a>) -> Result<(), Stop>;

    /// Reads the remaining members in any order.
    fn in_any_order(self, text: TextInput<'a>) -> Scanned<'a>;
}

/// Reads an object at the start of a text; returns the rest.
#[inline(always)]
pub(crate) fn object<'a, O: ReadObject<'a>>(text: &'a str, mut object: O) -> Scanned<'a> {
    let mut input = match open_object(text, O::NAME)? {
        ObjectStart::Members(rest) => TextInput { rest, named: None },
        ObjectStart::Empty(rest) => return Ok(rest),
    };
    if place::ONLY {
        // One copy of the code for members is smaller.
        return object.in_any_order(input);
    }
    match object.members(&mut input) {
        Ok(()) => object.in_any_order(input),
        Err(Stop::Done) => Ok(input.rest),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Reads the members of an object in any order, in several passes if necessary.
#[inline(never)]
pub(crate) fn in_any_order<'a>(
    mut input: TextInput<'a>,
    names: &[&'static str],
    mut object: impl ReadObject<'a>,
) -> Scanned<'a> {
    loop {
        let before = input.rest.len();
        let step = match object.members(&mut input) {
            // The next member is unknown or written in an unusual way.
            Ok(()) if input.rest.len() == before => match input.look_up(names)? {
                Member::Known(known) => {
                    input = known;
                    Ok(())
                }
                Member::Unknown(value) => input.after(skip(value)?),
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

/// The start of a list.
pub(crate) enum ListStart<'a> {
    /// The rest of the text, at the first element.
    Elements(&'a str),
    /// The rest of the text, after a list without elements.
    Empty(&'a str),
    /// The rest of the text, after `null`.
    Null(&'a str),
}

/// Starts a list. Some programs write an empty list as `{}`.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(crate) fn open_list(text: &str) -> Result<ListStart<'_>, Box<Fault>> {
    if let Some(rest) = text.strip_prefix("[") {
        match rest.as_bytes().first() {
            Some(b'{' | b'[' | b'"') => return Ok(ListStart::Elements(rest)),
            Some(b']') => return Ok(ListStart::Empty(&rest[1..])),
            _ => {}
        }
    }
    open_list_unusual(text)
}

#[inline(never)]
fn open_list_unusual(text: &str) -> Result<ListStart<'_>, Box<Fault>> {
    let text = trim(text);
    if let Some(rest) = text.strip_prefix('[').map(trim) {
        return Ok(rest.strip_prefix(']').map_or(ListStart::Elements(rest), ListStart::Empty));
    }
    if let Some(rest) = text.strip_prefix("null") {
        return Ok(ListStart::Null(rest));
    }
    let empty = text.strip_prefix('{').and_then(|rest| trim(rest).strip_prefix('}'));
    empty.map(ListStart::Empty).ok_or_else(|| Fault::mismatch(text, &"a list"))
}

/// Reads the elements of a list.
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

/// Continues after the value of a member; returns the rest and whether the object has ended.
#[cfg_attr(target_family = "wasm", inline(never))]
#[cfg_attr(not(target_family = "wasm"), inline(always))]
pub(super) fn after_member(rest: &str) -> Result<(&str, bool), Box<Fault>> {
    if let Some(next) = rest.strip_prefix(",\"") {
        return Ok((next, false));
    }
    match rest.strip_prefix("}") {
        Some(rest) => Ok((rest, true)),
        None => after_unusual(rest),
    }
}

/// Continues after a value; returns the rest and whether the object has ended.
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

/// Continues after an element; returns the rest and whether the list has ended.
#[cold]
#[inline(never)]
fn after_element(rest: &str) -> Result<(&str, bool), Box<Fault>> {
    let rest = trim(rest);
    match rest.strip_prefix(']') {
        Some(rest) => Ok((rest, true)),
        None => rest.strip_prefix(',').map(|rest| (rest, false)).ok_or_else(Fault::syntax),
    }
}

/// Skips whitespace.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\n', '\r', '\t'])
}

/// Checks that only whitespace is left.
pub(super) fn end(text: &str) -> Scanned<'_> {
    let rest = trim(text);
    if rest.is_empty() { Ok(rest) } else { Err(Fault::syntax()) }
}

/// Skips `[]`, which some programs write for an empty object.
fn empty_list(text: &str) -> Option<&str> {
    trim(text.strip_prefix('[')?).strip_prefix(']')
}

/// Reads one member of an object by name; returns the rest after the object.
pub(super) fn only_member<'a, T: Wire>(text: &'a str, name: &str, place: &mut T, found: &mut bool) -> Scanned<'a> {
    let mut rest = match usual_start(text, name) {
        // As engines write the responses of most methods.
        Some(value) => {
            let after = place.scan(value)?;
            *found = true;
            if let Some(rest) = after.strip_prefix('}') {
                return Ok(rest);
            }
            let (next, done) = after_unusual(after)?;
            if done {
                return Ok(next);
            }
            next
        }
        None => match first_member(text, name)? {
            ObjectStart::Members(rest) => rest,
            ObjectStart::Empty(rest) => return Ok(rest),
        },
    };
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

/// The rest of a compact object after the name of its first member, if that is the one.
fn usual_start<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.strip_prefix("{\"")?.strip_prefix(name)?.strip_prefix("\":")
}

/// Starts an object with a member of a name. `null` and `[]` count as empty.
#[cold]
#[inline(never)]
fn first_member<'a>(text: &'a str, name: &str) -> Result<ObjectStart<'a>, Box<Fault>> {
    let text = trim(text);
    if let Some(rest) = text.strip_prefix("null").or_else(|| empty_list(text)) {
        return Ok(ObjectStart::Empty(rest));
    }
    let Some(first) = text.strip_prefix('{').map(trim) else {
        return Err(Fault::mismatch(text, &format!("an object with a member `{name}`").as_str()));
    };
    if let Some(rest) = first.strip_prefix('}') {
        return Ok(ObjectStart::Empty(rest));
    }
    first.strip_prefix('"').map(ObjectStart::Members).ok_or_else(Fault::syntax)
}

/// Reads the name of a member, after its opening quote, and the colon; returns the name and the rest.
pub(super) fn name_of_member(text: &str) -> Result<(Cow<'_, str>, &str), Box<Fault>> {
    let (name, rest) = string_inside(text)?;
    Ok((name, trim(rest).strip_prefix(':').ok_or_else(Fault::syntax)?))
}
