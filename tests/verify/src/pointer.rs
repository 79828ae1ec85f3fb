//! Parts of JSON texts, as the texts they are.

use std::collections::HashMap;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::report::NotDecoded;

/// The part of a document that a JSON pointer names; the whole for an empty one.
///
/// # Errors
///
/// The document is no JSON, or has no such part.
pub fn at<'a>(text: &'a str, pointer: &str) -> Result<&'a str, NotDecoded> {
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
        } else {
            let members: HashMap<String, &RawValue> = raw(part)?;
            members.get(&step).map(|raw| raw.get()).ok_or_else(missing)?
        };
    }
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(NotDecoded::new(pointer, "a JSON pointer begins with `/`"));
    }
    Ok(part)
}

/// The elements of a list; none for `null`.
pub(crate) fn elements(text: &str) -> Result<Vec<&str>, NotDecoded> {
    if text.trim() == "null" {
        return Ok(Vec::new());
    }
    Ok(raw_elements(text)?.into_iter().map(RawValue::get).collect())
}

/// The members of an object.
pub(crate) fn members(text: &str) -> Result<HashMap<String, &str>, NotDecoded> {
    let members: HashMap<String, &RawValue> = raw(text)?;
    Ok(members.into_iter().map(|(name, raw)| (name, raw.get())).collect())
}

/// A text as JSON, however deep it nests.
pub(crate) fn parse(text: &str) -> Result<Value, NotDecoded> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.disable_recursion_limit();
    let value = serde::Deserialize::deserialize(&mut deserializer);
    value.map_err(|error| NotDecoded::new("", format!("no JSON: {error}")))
}

fn raw_elements(text: &str) -> Result<Vec<&RawValue>, NotDecoded> {
    raw(text)
}

fn raw<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, NotDecoded> {
    serde_json::from_str(text).map_err(|error| NotDecoded::new("", format!("no such JSON: {error}")))
}
