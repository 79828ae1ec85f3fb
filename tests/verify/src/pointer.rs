//! Extracts parts of JSON documents as text.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::report::NotDecoded;

/// The part of a document at a JSON pointer. An empty pointer returns the whole document.
///
/// # Errors
///
/// Returns an error if the document is not valid JSON or has no such part.
pub fn at<'a>(text: &'a str, pointer: &str) -> Result<&'a str, NotDecoded> {
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(NotDecoded::new(pointer, "a JSON pointer begins with `/`"));
    }
    let mut part = text;
    let mut place = String::new();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        place.push('/');
        place.push_str(&step);
        let missing = || NotDecoded::new(&place, "the document has no such part");
        part = if part.trim_start().starts_with('[') {
            let index: usize = step.parse().map_err(|_| missing())?;
            raw_elements(part)?.get(index).map(|raw| raw.get()).ok_or_else(missing)?
        } else if part.trim_start().starts_with('{') {
            let members: HashMap<String, &RawValue> = raw(part)?;
            members.get(&step).map(|raw| raw.get()).ok_or_else(missing)?
        } else {
            return Err(missing());
        };
    }
    Ok(part)
}

/// The elements of a list; empty for `null`.
pub(crate) fn elements(text: &str) -> Result<Vec<&str>, NotDecoded> {
    if text.trim() == "null" {
        return Ok(Vec::new());
    }
    Ok(raw_elements(text)?.into_iter().map(RawValue::get).collect())
}

/// The members of an object; empty for `null`.
pub(crate) fn members(text: &str) -> Result<HashMap<String, &str>, NotDecoded> {
    if text.trim() == "null" {
        return Ok(HashMap::new());
    }
    let members: HashMap<String, &RawValue> = raw(text)?;
    Ok(members.into_iter().map(|(name, raw)| (name, raw.get())).collect())
}

/// Parses JSON of any depth.
pub(crate) fn parse(text: &str) -> Result<Value, NotDecoded> {
    let text = &whole_surrogates(text);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    let value = serde::Deserialize::deserialize(&mut deserializer);
    value.map_err(|error| NotDecoded::new("", format!("no JSON: {error}")))
}

/// Replaces escapes of unpaired surrogates, which custom strings may contain, with plain text.
fn whole_surrogates(text: &str) -> Cow<'_, str> {
    let half = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok().filter(|unit| (0xD800..0xE000).contains(unit))
    };
    let mut out = String::new();
    let (mut done, mut at) = (0, 0);
    while let Some(found) = text[at..].find('\\') {
        at += found;
        at += match (half(at), half(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(_), _) => {
                out.push_str(&text[done..at]);
                out.push_str("\\\\");
                done = at + 1;
                6
            }
            // The escaped character does not start an escape itself.
            (None, _) => 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8),
        };
    }
    if done == 0 { Cow::Borrowed(text) } else { Cow::Owned(out + &text[done..]) }
}

fn raw_elements(text: &str) -> Result<Vec<&RawValue>, NotDecoded> {
    raw(text)
}

fn raw<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, NotDecoded> {
    serde_json::from_str(text).map_err(|error| NotDecoded::new("", format!("not valid JSON: {error}")))
}
