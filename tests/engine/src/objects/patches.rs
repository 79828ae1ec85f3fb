//! Patches from clients: add, replace and remove at a path, with the value as JSON text.

use crate::error::code;
use crate::protocol::failure::{Failure, failure};
use serde_json::Value;

/// Applies a list of `NxPatch`; if one fails, nothing is changed.
pub(crate) fn apply(document: &mut Value, patches: &[Value]) -> Result<(), Failure> {
    let mut patched = document.clone();
    for patch in patches {
        apply_one(&mut patched, patch)?;
    }
    *document = patched;
    Ok(())
}

fn apply_one(document: &mut Value, patch: &Value) -> Result<(), Failure> {
    let path = patch["qPath"].as_str().unwrap_or_default();
    let invalid = || failure(code::INVALID_PATH, path);
    let operation = match &patch["qOp"] {
        Value::String(name) => name.to_lowercase(),
        Value::Number(number) => ["add", "remove", "replace"]
            .get(number.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(usize::MAX))
            .map_or_else(String::new, |name| (*name).to_owned()),
        _ => "add".to_owned(),
    };
    let value = || {
        let text = patch["qValue"].as_str().unwrap_or_default();
        serde_json::from_str::<Value>(text).map_err(|_| failure(code::INVALID_PARAMETERS, path))
    };
    if path == "/" {
        if operation == "remove" {
            return Err(invalid());
        }
        *document = value()?;
        return Ok(());
    }
    let (parent, name) = path.rsplit_once('/').ok_or_else(invalid)?;
    let parent = find_mut(document, parent).ok_or_else(invalid)?;
    match (parent, operation.as_str()) {
        (Value::Object(members), "add" | "replace") => {
            members.insert(name.to_owned(), value()?);
        }
        (Value::Object(members), "remove") => {
            members.shift_remove(name).ok_or_else(invalid)?;
        }
        (Value::Array(items), operation) => {
            let index = if name == "-" { items.len() } else { name.parse().map_err(|_| invalid())? };
            match operation {
                "add" if index <= items.len() => items.insert(index, value()?),
                "replace" if index < items.len() => items[index] = value()?,
                "remove" if index < items.len() => {
                    items.remove(index);
                }
                _ => return Err(invalid()),
            }
        }
        _ => return Err(invalid()),
    }
    Ok(())
}

/// The value at a path such as `/boxplotDef/qHyperCubeDef`. The leading slash is optional.
pub(crate) fn find<'a>(document: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').filter(|step| !step.is_empty()).try_fold(document, |value, step| match value {
        Value::Object(members) => members.get(step),
        Value::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

fn find_mut<'a>(document: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split('/').filter(|step| !step.is_empty()).try_fold(document, |value, step| match value {
        Value::Object(members) => members.get_mut(step),
        Value::Array(items) => items.get_mut(step.parse::<usize>().ok()?),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_operation_is_applied() {
        let mut document = json!({ "title": "a", "list": [1, 2] });
        let patches = [
            json!({ "qOp": "replace", "qPath": "/title", "qValue": "\"b\"" }),
            json!({ "qOp": "Add", "qPath": "/list/-", "qValue": "{\"x\":1}" }),
            json!({ "qOp": "remove", "qPath": "/list/0" }),
            json!({ "qOp": "add", "qPath": "/own", "qValue": "null" }),
        ];
        apply(&mut document, &patches).unwrap();
        assert_eq!(document, json!({ "title": "b", "list": [2, { "x": 1 }], "own": null }));
    }

    #[test]
    fn a_patch_that_fails_changes_nothing() {
        let mut document = json!({ "a": 1 });
        let patches = [
            json!({ "qOp": "replace", "qPath": "/a", "qValue": "2" }),
            json!({ "qOp": "remove", "qPath": "/nowhere" }),
        ];
        assert_eq!(apply(&mut document, &patches).unwrap_err().code, code::INVALID_PATH);
        assert_eq!(document, json!({ "a": 1 }));
        let unreadable = [json!({ "qOp": "add", "qPath": "/b", "qValue": "{" })];
        assert_eq!(apply(&mut document, &unreadable).unwrap_err().code, code::INVALID_PARAMETERS);
    }
}
