//! The engine's dialect of JSON patches.
//!
//! It differs from RFC 6902: `/` is the whole document, nothing is escaped, and missing parents are created.

use std::borrow::Cow;

use super::document::{Document, Members};
use super::parts::{Parts, first, items};

/// Maximum number of steps in a path. Documents are less deep; the stack ends later.
const MOST_STEPS: usize = 512;

/// One change of a document.
#[derive(Debug)]
pub(crate) struct Patch<'a> {
    pub(crate) op: Cow<'a, str>,
    pub(crate) path: Cow<'a, str>,
    pub(crate) from: Option<Cow<'a, str>>,
    /// The JSON text of the value.
    pub(crate) value: Option<&'a str>,
}

/// A patch that does not fit the document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit;

impl<'a> Patch<'a> {
    /// Reads the patch at the start of a text, if it has the form that engines write. Also returns what follows it.
    fn usual(text: &'a str) -> Option<(Self, &'a str)> {
        let (op, rest) = plain(text.strip_prefix(r#"{"op":""#)?)?;
        let (path, rest) = plain(rest.strip_prefix(r#","path":""#)?)?;
        let (value, rest) = first(rest.strip_prefix(r#","value":"#)?)?;
        let value = Some(value).filter(|value| *value != "null");
        Some((Self { op: op.into(), path: path.into(), from: None, value }, rest.strip_prefix('}')?))
    }

    /// Reads a list of patches; `None` if it is not one. A list in the form that engines write is read in one pass.
    pub(crate) fn list(json: &'a str) -> Option<Vec<Self>> {
        usual_list(json).or_else(|| items(json)?.into_iter().map(Self::read).collect())
    }

    /// Reads a patch; `None` if it is not one.
    fn read(json: &'a str) -> Option<Self> {
        let parts = Parts::of(json)?;
        let from = match parts.get("from") {
            Some(_) => Some(parts.text("from")?),
            None => None,
        };
        Some(Self { op: parts.text("op")?, path: parts.text("path")?, from, value: parts.get("value") })
    }

    /// The new document, if the patch replaces all of it.
    pub(crate) fn document(&self) -> Option<&'a str> {
        self.value.filter(|_| is_root(&self.path) && matches!(&*self.op, "add" | "replace"))
    }

    /// Whether the value is a list.
    pub(crate) fn brings_list(&self) -> bool {
        self.value.is_some_and(|value| value.starts_with('['))
    }

    /// Changes a document. After an error, the document may be partly changed.
    pub(crate) fn apply(&self, document: &mut Document) -> Result<(), Misfit> {
        match &*self.op {
            "add" => put(document, &self.path, self.value(), AtIndex::Insert),
            "replace" => put(document, &self.path, self.value(), AtIndex::Set),
            "remove" => remove(document, &self.path).map(drop),
            "move" => {
                let value = remove(document, self.from.as_deref().ok_or(Misfit)?)?;
                put(document, &self.path, value, AtIndex::Insert)
            }
            _ => Err(Misfit),
        }
    }

    fn value(&self) -> Document {
        Document::text(self.value.unwrap_or("null"))
    }
}

fn usual_list(json: &str) -> Option<Vec<Patch<'_>>> {
    let mut rest = json.strip_prefix('[')?;
    let mut patches = Vec::new();
    loop {
        let (patch, after) = Patch::usual(rest)?;
        patches.push(patch);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None => return (after == "]").then_some(patches),
        }
    }
}

/// A string up to its closing quotation mark, and the rest, if no character needs an escape.
fn plain(text: &str) -> Option<(&str, &str)> {
    let end = text.bytes().position(|byte| matches!(byte, b'"' | b'\\' | ..b' '))?;
    Some((&text[..end], text[end..].strip_prefix('"')?))
}

/// How to handle an existing index of a list.
#[derive(Clone, Copy)]
enum AtIndex {
    Insert,
    Set,
}

fn is_root(path: &str) -> bool {
    matches!(path, "/" | "")
}

fn put(document: &mut Document, path: &str, value: Document, list: AtIndex) -> Result<(), Misfit> {
    if is_root(path) {
        *document = value;
        return Ok(());
    }
    let (parents, last) = split(path)?;
    match descend(document, parents)? {
        Document::Object(members) => members.insert(last, value),
        Document::List(items) => match (place(last, items.len())?, list) {
            (at, AtIndex::Set) if at < items.len() => items[at] = value,
            (at, _) => items.insert(at, value),
        },
        Document::Text(_) => return Err(Misfit),
    }
    Ok(())
}

fn remove(document: &mut Document, path: &str) -> Result<Document, Misfit> {
    let (parents, last) = split(path)?;
    match descend(document, parents)? {
        Document::Object(members) => members.remove(last).ok_or(Misfit),
        Document::List(items) => {
            let at = last.parse().ok().filter(|at| *at < items.len()).ok_or(Misfit)?;
            Ok(items.remove(at))
        }
        Document::Text(_) => Err(Misfit),
    }
}

/// The path of the parent, with a slash before each step, and the last step.
fn split(path: &str) -> Result<(&str, &str), Misfit> {
    path.rsplit_once('/').filter(|_| path.starts_with('/') && !is_root(path)).ok_or(Misfit)
}

/// Descends to a path, creating missing parents: a list if the step is a number, otherwise an object.
fn descend<'d>(document: &'d mut Document, parents: &str) -> Result<&'d mut Document, Misfit> {
    let mut place_of = document.divide();
    let mut count = 0;
    let mut rest = parents.strip_prefix('/');
    while let Some(steps) = rest {
        // Steps are so short that searching for a character takes longer.
        let end = steps.bytes().position(|byte| byte == b'/');
        let step = &steps[..end.unwrap_or(steps.len())];
        rest = end.map(|end| &steps[end + 1..]);
        count += 1;
        if count > MOST_STEPS + 1 {
            return Err(Misfit);
        }
        let missing = || if step.parse::<usize>().is_ok() { Document::List(Vec::new()) } else { empty() };
        let below = match place_of {
            Document::Object(members) => members.entry(step, missing),
            Document::List(items) => {
                let at = place(step, items.len())?;
                if at == items.len() {
                    items.push(missing());
                }
                &mut items[at]
            }
            Document::Text(_) => return Err(Misfit),
        };
        place_of = below.divide();
    }
    Ok(place_of)
}

/// An index of a list, or that after the last element.
fn place(step: &str, len: usize) -> Result<usize, Misfit> {
    if step == "-" {
        return Ok(len);
    }
    step.parse().ok().filter(|at| *at <= len).ok_or(Misfit)
}

/// An empty document.
pub(crate) fn empty() -> Document {
    Document::Object(Members::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn patched(document: Value, patches: Value) -> Result<Value, Misfit> {
        let text = patches.to_string();
        let mut patched = Document::text(&document.to_string());
        for patch in Patch::list(&text).unwrap() {
            patch.apply(&mut patched)?;
        }
        let mut text = String::new();
        patched.write(&mut text);
        Ok(serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn operations_on_objects_and_lists() {
        let cases = [
            (json!([{ "op": "add", "path": "/b", "value": 2 }]), json!({ "a": [1, 2, 3], "b": 2 })),
            (json!([{ "op": "add", "path": "/a/1", "value": 9 }]), json!({ "a": [1, 9, 2, 3] })),
            (json!([{ "op": "add", "path": "/a/-", "value": 9 }]), json!({ "a": [1, 2, 3, 9] })),
            (json!([{ "op": "replace", "path": "/a/1", "value": null }]), json!({ "a": [1, null, 3] })),
            (json!([{ "op": "remove", "path": "/a/0" }]), json!({ "a": [2, 3] })),
            (json!([{ "op": "move", "from": "/a/0", "path": "/a/2" }]), json!({ "a": [2, 3, 1] })),
            (json!([{ "op": "move", "from": "/a", "path": "/b" }]), json!({ "b": [1, 2, 3] })),
            (json!([{ "op": "replace", "path": "/", "value": false }]), json!(false)),
            (json!([{ "op": "add", "path": "/x/0/0", "value": 1 }]), json!({ "a": [1, 2, 3], "x": { "0": [1] } })),
            (
                json!([{ "op": "add", "path": "/x/y/z", "value": 1 }]),
                json!({ "a": [1, 2, 3], "x": { "y": { "z": 1 } } }),
            ),
            (json!([{ "op": "add", "path": "//z", "value": 1 }]), json!({ "a": [1, 2, 3], "": { "z": 1 } })),
            // Nothing is escaped.
            (json!([{ "op": "add", "path": "/~1~0", "value": 1 }]), json!({ "a": [1, 2, 3], "~1~0": 1 })),
        ];
        for (patches, expected) in cases {
            assert_eq!(patched(json!({ "a": [1, 2, 3] }), patches.clone()), Ok(expected), "{patches}");
        }
    }

    #[test]
    fn invalid_patches_are_errors() {
        for patch in [
            json!({ "op": "remove", "path": "/b" }),
            json!({ "op": "remove", "path": "/" }),
            json!({ "op": "replace", "path": "/a/9", "value": 1 }),
            json!({ "op": "add", "path": "/a/x", "value": 1 }),
            json!({ "op": "add", "path": "b", "value": 1 }),
            json!({ "op": "add", "path": "/a/0/b", "value": 1 }),
            json!({ "op": "move", "path": "/b" }),
            json!({ "op": "dance", "path": "/a" }),
            json!({ "op": "add", "path": "/x".repeat(100_000), "value": 1 }),
        ] {
            assert_eq!(patched(json!({ "a": [1] }), json!([patch])), Err(Misfit), "{patch}");
        }
    }

    #[test]
    fn a_list_in_the_usual_form_is_read_like_any_other() {
        let read = |json| Patch::list(json).map(|patches| format!("{patches:?}"));
        let general = |json| {
            let patches: Option<Vec<_>> = items(json)?.into_iter().map(Patch::read).collect();
            Some(format!("{:?}", patches?))
        };
        let usual = [
            r#"[{"op":"replace","path":"/a/0","value":{"b":["}",1]}}]"#,
            r#"[{"op":"add","path":"/","value":null},{"op":"replace","path":"/é","value":"\\"}]"#,
        ];
        for json in usual {
            assert_eq!(usual_list(json).map(|patches| format!("{patches:?}")), general(json), "{json}");
        }
        for json in [
            "[]",
            " [ ] ",
            r#"[{"op":"remove","path":"/a"},{"op":"add","path":"/b","value":1}]"#,
            r#"[{"op":"move","path":"/a","from":"/b"}]"#,
            r#"[{"op":"add","path":"/a","value":1 }]"#,
            r#"[{"op":"add","path":"/a\\b","value":1},{"path":"/a","op":"add","value":2}]"#,
            r#"[{"op":"add","path":"/a","value":1,"from":"/c"}]"#,
            r#"[{"op":"add","path":"/a","value":1}] "#,
            r#"[{"op":"add","path":"/a","value":1},]"#,
            r#"[{"op":"add","path":"/a","value":1}]]"#,
            r#"[{"op":"add","path":"/a","value":}]"#,
            r#"[{"op":"add","path":"/a","value":1"#,
            "[1]",
            "{}",
        ] {
            assert!(usual_list(json).is_none(), "{json}");
            assert_eq!(read(json), general(json), "{json}");
        }
    }
}
