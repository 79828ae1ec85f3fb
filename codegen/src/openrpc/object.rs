//! Objects of the file, and normalized JSON schemas.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::Reader;
use super::place::Place;
use super::tree::Tree;

/// An object of the file, or a schema as one object. It records which keys were read; the others are reported.
pub(super) struct Object<'a> {
    pub(super) place: Place<'a>,
    keys: Vec<(&'a str, Place<'a>)>,
    read: RefCell<BTreeSet<&'a str>>,
}

impl<'a> Object<'a> {
    fn new(place: &Place<'a>) -> Self {
        Self { place: place.clone(), keys: Vec::new(), read: RefCell::default() }
    }

    pub(super) fn get(&self, key: &str) -> Option<Place<'a>> {
        let (key, place) = self.keys.iter().find(|(name, _)| *name == key)?;
        self.read.borrow_mut().insert(key);
        Some(place.clone())
    }

    /// A value, without marking it as read.
    pub(super) fn peek(&self, key: &str) -> Option<&Place<'a>> {
        self.keys.iter().find(|(name, _)| *name == key).map(|(_, place)| place)
    }

    /// Whether a key exists, without marking it as read.
    pub(super) fn has(&self, key: &str) -> bool {
        self.peek(key).is_some()
    }

    /// Whether a key is the only one.
    pub(super) fn has_only(&self, key: &str) -> bool {
        self.has(key) && self.keys.len() == 1
    }

    pub(super) fn unread(&self) -> impl Iterator<Item = &(&'a str, Place<'a>)> {
        self.keys.iter().filter(|(key, _)| !self.read.borrow().contains(key))
    }
}

/// Keys that can be repeated at several levels; the outermost takes precedence.
fn is_annotation(key: &str) -> bool {
    matches!(key, "description" | "title" | "examples" | "example" | "deprecated")
        || key.starts_with("x-")
        || key.starts_with('$') && key != "$ref"
}

impl<'a> Reader<'a> {
    /// An object, unchanged.
    pub(super) fn object(&mut self, place: &Place<'a>) -> Option<Object<'a>> {
        if place.value.as_object().is_none() {
            self.fault(place, "this should be an object", "Correct it in a copy of the file.");
            return None;
        }
        self.check_unique(place);
        Some(Object { keys: place.entries(), ..Object::new(place) })
    }

    /// A JSON schema as one object: without the type `null`, which every type accepts, and with the keys of an `allOf`,
    /// or of an `anyOf` or `oneOf` with one element, merged. A list of constants, which is an enum, is in `oneOf`.
    pub(super) fn schema(&mut self, place: &Place<'a>) -> Option<Object<'a>> {
        let mut schema = Object::new(place);
        if !self.merge(place, &mut schema) {
            return None;
        }
        let more =
            ["properties", "additionalProperties", "items", "oneOf"].into_iter().find_map(|key| schema.peek(key));
        if let (Some(more), true) = (more, schema.has("$ref")) {
            let hint = "Write all of it as one type, without `$ref`, in a copy of the file.";
            self.fault(more, "this adds to the type that is referred to beside it", hint);
            return None;
        }
        Some(schema)
    }

    fn merge(&mut self, place: &Place<'a>, schema: &mut Object<'a>) -> bool {
        match place.value {
            Tree::Bool(true) => return true,
            Tree::Bool(false) => {
                self.fault(place, "`false` allows no value", "Remove what it belongs to from a copy of the file.");
                return false;
            }
            Tree::Object(_) => self.check_unique(place),
            _ => {
                self.fault(place, "this should be a schema, which is an object", "Correct it in a copy of the file.");
                return false;
            }
        }
        let mut parts = Vec::new();
        for (key, at) in place.entries() {
            match key {
                "allOf" | "anyOf" | "oneOf" if at.value.as_list().is_none() => {
                    self.fault(&at, "this should be an array", "Correct it in a copy of the file.");
                    return false;
                }
                "allOf" => parts.extend(at.elements()),
                "anyOf" | "oneOf" => {
                    let choices: Vec<_> = at.elements().into_iter().filter(|choice| !is_null(choice)).collect();
                    if !choices.is_empty() && choices.iter().all(is_constant) {
                        self.add(schema, "oneOf", &at);
                    } else if let [choice] = &choices[..] {
                        parts.push(choice.clone());
                    } else {
                        let hint = "Replace it by one of its types in a copy of the file.";
                        self.fault(&at, format!("a choice between types (`{key}`) cannot be mapped to Rust"), hint);
                        return false;
                    }
                }
                "type" if at.value.as_list().is_some() => {
                    let types: Vec<_> =
                        at.elements().into_iter().filter(|ty| ty.value.as_str() != Some("null")).collect();
                    let [ty] = &types[..] else {
                        let hint = "Replace the list by one type in a copy of the file.";
                        self.fault(&at, "a list that is not one type and null cannot be mapped to Rust", hint);
                        return false;
                    };
                    self.add(schema, key, ty);
                }
                "nullable" => drop(self.flag_at(&at)),
                _ => self.add(schema, key, &at),
            }
        }
        parts.iter().all(|part| self.merge(part, schema))
    }

    fn add(&mut self, schema: &mut Object<'a>, key: &'a str, at: &Place<'a>) {
        match schema.keys.iter().find(|(name, _)| *name == key) {
            None => schema.keys.push((key, at.clone())),
            Some((_, outer)) if outer.value == at.value => {}
            Some(_) if is_annotation(key) => self.left_out(at, format!("`{key}` is stated further out as well")),
            Some((_, outer)) => {
                let what = format!("`{key}` differs from that at {}, and both apply", outer.pointer());
                self.fault(at, what, "Write the two as one in a copy of the file.");
            }
        }
    }

    /// Reports each key that was not read.
    pub(super) fn report_unread(&mut self, object: &Object<'a>) {
        let unread: Vec<_> = object.unread().map(|(key, at)| (*key, at.clone())).collect();
        for (key, at) in unread {
            self.left_out(&at, format!("`{key}` is a key that this reader does not know here"));
        }
    }
}

fn is_null(choice: &Place<'_>) -> bool {
    choice.get("type").is_some_and(|ty| ty.value.as_str() == Some("null"))
        || choice.get("const").is_some_and(|value| *value.value == Tree::Null)
}

/// Whether a choice is a value of an enum.
fn is_constant(choice: &Place<'_>) -> bool {
    let has = |key| choice.get(key).is_some();
    has("const") || has("x-qlik-const") || has("title") && !["$ref", "properties", "items", "type"].into_iter().any(has)
}
