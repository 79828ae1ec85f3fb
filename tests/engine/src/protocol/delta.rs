//! Answers as differences: the patches that turn what a client has into what it should have.
//!
//! The dialect is the engine's own, not RFC 6902: `/` is the whole document and names are not escaped.
//! A member whose name cannot be written in such a path is therefore never addressed; its parent is replaced.

use serde_json::{Map, Value, json};

/// Patches from `old` to `new`; none if nothing changed. Without an old value the new one is sent whole.
pub(crate) fn patches(old: Option<&Value>, new: &Value) -> Value {
    let mut out = Vec::new();
    match old {
        None => out.push(json!({ "op": "add", "path": "/", "value": new })),
        Some(old) => {
            if !diff(old, new, "", &mut out) {
                out = vec![json!({ "op": "replace", "path": "/", "value": new })];
            }
        }
    }
    Value::Array(out)
}

/// Adds what turns `old` into `new`. False means that it cannot be said below `path`: replace it whole.
fn diff(old: &Value, new: &Value, path: &str, out: &mut Vec<Value>) -> bool {
    match (old, new) {
        _ if old == new => true,
        (Value::Object(old), Value::Object(new)) => diff_members(old, new, path, out),
        (Value::Array(old), Value::Array(new)) => {
            diff_items(old, new, path, out);
            true
        }
        _ => false,
    }
}

fn diff_members(old: &Map<String, Value>, new: &Map<String, Value>, path: &str, out: &mut Vec<Value>) -> bool {
    if old.keys().chain(new.keys()).any(|name| !addressable(name)) {
        return false;
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        out.push(json!({ "op": "remove", "path": format!("{path}/{name}") }));
    }
    for (name, value) in new {
        let path = format!("{path}/{name}");
        match old.get(name) {
            None => out.push(json!({ "op": "add", "path": path, "value": value })),
            Some(before) => replace_unless_diffed(before, value, path, out),
        }
    }
    true
}

fn diff_items(old: &[Value], new: &[Value], path: &str, out: &mut Vec<Value>) {
    for (index, (before, value)) in old.iter().zip(new).enumerate() {
        replace_unless_diffed(before, value, format!("{path}/{index}"), out);
    }
    // From the end, so that every index is right when its turn comes.
    for index in (new.len()..old.len()).rev() {
        out.push(json!({ "op": "remove", "path": format!("{path}/{index}") }));
    }
    for (index, value) in new.iter().enumerate().skip(old.len()) {
        out.push(json!({ "op": "add", "path": format!("{path}/{index}"), "value": value }));
    }
}

fn replace_unless_diffed(old: &Value, new: &Value, path: String, out: &mut Vec<Value>) {
    let before = out.len();
    if !diff(old, new, &path, out) {
        out.truncate(before);
        out.push(json!({ "op": "replace", "path": path, "value": new }));
    }
}

fn addressable(name: &str) -> bool {
    !name.is_empty() && name != "-" && !name.contains(['/', '~'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_is_whole_and_an_unchanged_one_is_empty() {
        let value = json!({ "a": 1 });
        assert_eq!(patches(None, &value), json!([{ "op": "add", "path": "/", "value": { "a": 1 } }]));
        assert_eq!(patches(Some(&value), &value), json!([]));
        assert_eq!(patches(Some(&json!(1)), &json!(2)), json!([{ "op": "replace", "path": "/", "value": 2 }]));
    }

    #[test]
    fn members_and_items_are_patched_where_they_are() {
        let old = json!({ "a": 1, "list": [1, 2, 3], "gone": true });
        let new = json!({ "a": 2, "list": [1, 9], "new": {} });
        let expected = json!([
            { "op": "remove", "path": "/gone" },
            { "op": "replace", "path": "/a", "value": 2 },
            { "op": "replace", "path": "/list/1", "value": 9 },
            { "op": "remove", "path": "/list/2" },
            { "op": "add", "path": "/new", "value": {} },
        ]);
        assert_eq!(patches(Some(&old), &new), expected);
    }

    #[test]
    fn a_name_that_no_path_can_hold_replaces_its_parent() {
        let old = json!({ "in": { "a/b": 1 } });
        let new = json!({ "in": { "a/b": 2 } });
        let expected = json!([{ "op": "replace", "path": "/in", "value": { "a/b": 2 } }]);
        assert_eq!(patches(Some(&old), &new), expected);
    }
}
