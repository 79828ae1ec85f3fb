use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use crate::protocol::patch::Misfit;
use crate::session::books::{Deltas, Key};

/// Deltas have the same result as with a simple model: the same documents, or a misfit, after which the documents
/// are unknown until the object is closed.
///
/// The input is a list of choices: the object, the patches, and the documents.
pub fn patches(input: &[u8]) {
    let mut choices = Choices(input);
    let mut deltas = Deltas::default();
    let mut model = Model::default();
    while !choices.0.is_empty() {
        let key = *choices.one_of(&[(1, "GetLayout"), (1, "GetHyperCubeData"), (2, "GetLayout")]);
        match choices.below(16) {
            0 => {
                deltas.close(key.0);
                model.0.retain(|(handle, _), _| *handle != key.0);
            }
            1 => {
                deltas.release(key.0);
                model.0.iter_mut().filter(|((handle, _), _)| *handle == key.0).for_each(|(_, base)| *base = None);
            }
            2 => {
                deltas.clear();
                model.0.clear();
            }
            _ => {
                let result = choices.result();
                let expected = model.apply(key, &result);
                let outcome = deltas.apply(key, &result.to_string());
                let outcome = outcome.map(|merged| merged.text());
                let outcome = outcome.map(|text| serde_json::from_str::<Value>(&text).expect("what is merged is JSON"));
                assert_eq!(outcome, expected, "{result}");
            }
        }
        for (key, base) in &model.0 {
            assert!(base.is_some() || !deltas.useful(*key));
        }
    }
}

/// Choices from an input; after its end, always the first.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn below(&mut self, end: usize) -> usize {
        match self.0 {
            [first, rest @ ..] => {
                self.0 = rest;
                usize::from(*first) % end
            }
            [] => 0,
        }
    }

    fn one_of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.below(all.len())]
    }

    fn result(&mut self) -> Value {
        let mut result = Map::new();
        for _ in 0..=self.below(2) {
            let name = *self.one_of(&["qLayout", "q\"é"]);
            let value = match self.below(8) {
                0 => self.value(2),
                1 => json!([self.value(1)]),
                _ => (0..self.below(4)).map(|_| self.patch()).collect(),
            };
            result.insert(name.to_owned(), value);
        }
        Value::Object(result)
    }

    fn patch(&mut self) -> Value {
        let op = *self.one_of(&["add", "replace", "remove", "move", "add", "replace", "add", "dance"]);
        let mut patch = json!({ "op": op, "path": self.path() });
        if self.below(8) > 0 && matches!(op, "add" | "replace") {
            patch["value"] = self.value(2);
        }
        if op == "move" && self.below(8) > 0 {
            patch["from"] = self.path().into();
        }
        patch
    }

    fn path(&mut self) -> String {
        match self.below(12) {
            0 => "/".to_owned(),
            1 => String::new(),
            2 => "a".to_owned(),
            _ => (0..=self.below(3)).map(|_| format!("/{}", self.one_of(&STEPS))).collect(),
        }
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth == 0 { 5 } else { 7 }) {
            0 => json!(0),
            1 => Value::Null,
            2 => json!("x\n"),
            3 => json!(false),
            4 => json!(1.5),
            5 => (0..self.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => {
                let members = (0..self.below(3)).map(|_| (self.one_of(&STEPS).to_string(), self.value(depth - 1)));
                Value::Object(members.collect())
            }
        }
    }
}

const STEPS: [&str; 8] = ["a", "0", "1", "2", "-", "b", "~1", ""];

/// Complete documents by name; `None` if they are lost.
#[derive(Default)]
struct Model(HashMap<Key, Option<BTreeMap<String, Value>>>);

impl Model {
    fn apply(&mut self, key: Key, result: &Value) -> Result<Value, Misfit> {
        let base = self.0.entry(key).or_insert_with(|| Some(BTreeMap::new()));
        let merged = base.take().and_then(|documents| merge(documents, result));
        base.clone_from(&merged);
        merged.map(|documents| json!(documents)).ok_or(Misfit)
    }
}

fn merge(mut documents: BTreeMap<String, Value>, result: &Value) -> Option<BTreeMap<String, Value>> {
    for (name, value) in result.as_object()? {
        let Value::Array(patches) = value else {
            documents.insert(name.clone(), value.clone());
            continue;
        };
        let first = patches.first();
        let starts_list = first.is_some_and(|patch| patch["value"].is_array());
        let start = || if starts_list { json!([]) } else { json!({}) };
        let document = match documents.remove(name) {
            Some(document) => document,
            None if first.is_some() => start(),
            None => return None,
        };
        documents.insert(name.clone(), patches.iter().try_fold(document, patched)?);
    }
    Some(documents)
}

fn patched(mut document: Value, patch: &Value) -> Option<Value> {
    let path = |name: &str| patch[name].as_str();
    let value = patch.get("value").cloned().unwrap_or(Value::Null);
    match patch["op"].as_str()? {
        "add" => write(document, path("path")?, value, true),
        "replace" => write(document, path("path")?, value, false),
        "remove" => {
            take(&mut document, path("path")?)?;
            Some(document)
        }
        "move" => {
            let value = take(&mut document, path("from")?)?;
            write(document, path("path")?, value, true)
        }
        _ => None,
    }
}

/// A copy of a document with a value at a path.
fn write(document: Value, path: &str, value: Value, insert: bool) -> Option<Value> {
    if path.is_empty() || path == "/" {
        return Some(value);
    }
    let steps: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    write_below(document, &steps, value, insert)
}

fn write_below(parent: Value, steps: &[&str], value: Value, insert: bool) -> Option<Value> {
    let (step, rest) = steps.split_first()?;
    let missing = || match rest.first() {
        Some(_) if step.parse::<usize>().is_ok() => json!([]),
        _ => json!({}),
    };
    match parent {
        Value::Object(mut members) => {
            let value = match rest {
                [] => value,
                _ => write_below(members.remove(*step).unwrap_or_else(missing), rest, value, insert)?,
            };
            members.insert((*step).to_owned(), value);
            Some(Value::Object(members))
        }
        Value::Array(mut items) => {
            let at = if *step == "-" { items.len() } else { step.parse().ok()? };
            match (items.get(at).cloned(), rest) {
                _ if at > items.len() => return None,
                (Some(_), []) if !insert => items[at] = value,
                (_, []) => items.insert(at, value),
                (Some(item), _) => items[at] = write_below(item, rest, value, insert)?,
                (None, _) => items.push(write_below(missing(), rest, value, insert)?),
            }
            Some(Value::Array(items))
        }
        _ => None,
    }
}

/// Removes a value. Missing parents are created; then there is nothing to remove.
fn take(document: &mut Value, path: &str) -> Option<Value> {
    let (parent, last) = path.rsplit_once('/').filter(|_| path.len() > 1)?;
    // Steps of such a document contain no escapes.
    let steps = parent.split('/').skip(1);
    let parent = steps.into_iter().try_fold(document, |place, step| match place {
        Value::Object(members) => members.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })?;
    match parent {
        Value::Object(members) => members.remove(last),
        Value::Array(items) => {
            let at = last.parse().ok().filter(|at| *at < items.len())?;
            Some(items.remove(at))
        }
        _ => None,
    }
}
