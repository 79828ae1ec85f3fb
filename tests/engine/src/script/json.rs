//! JSON files: a list of objects without nested values.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::rows::Input;
use super::{CANNOT_OPEN, Outcome, ScriptError};
use crate::value::{Dual, Settings, interpret};

/// The rows of a file. Fields have the order of their first appearance; members that an object does not have are null.
pub(super) fn read(text: &str, path: &str, settings: &Settings) -> Outcome<Input> {
    let root: Value = serde_json::from_str(text)
        .map_err(|error| ScriptError::new(CANNOT_OPEN, path, format!("Cannot read file: '{path}' ({error})")))?;
    let other = || ScriptError::not_implemented("FROM a JSON file that is not a list of objects");
    let objects = root.as_array().ok_or_else(other)?;
    let objects: Option<Vec<&Map<String, Value>>> = objects.iter().map(Value::as_object).collect();
    let objects = objects.ok_or_else(other)?;
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for name in objects.iter().flat_map(|object| object.keys()) {
        places.entry(name).or_insert_with(|| {
            names.push(name.as_str().into());
            names.len() - 1
        });
    }
    let mut rows = Vec::with_capacity(objects.len());
    for object in objects {
        let mut row = vec![Dual::Null; names.len()];
        for (name, value) in object {
            row[places[name.as_str()]] = match value {
                Value::Null => Dual::Null,
                Value::Number(number) => Dual::Number(number.as_f64().unwrap_or(f64::NAN)),
                Value::String(text) => interpret(text, settings),
                Value::Bool(_) | Value::Array(_) | Value::Object(_) => {
                    return Err(ScriptError::not_implemented("FROM a JSON file with nested or Boolean values"));
                }
            };
        }
        rows.push(row);
    }
    Ok(Input::new(names, rows))
}
