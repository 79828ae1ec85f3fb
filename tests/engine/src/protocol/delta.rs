//! Deltas: the patches from a client's state to the new one.
//!
//! The dialect is the engine's own, not RFC 6902: `/` is the whole document, and names are not escaped.
//! If a member's name cannot be written in such a path, its parent is replaced.

use serde_json::{Map, Value, json};

/// With more patches than this, the value itself is shorter.
const MOST_PATCHES: usize = 1000;

/// Patches from `old` to `new`; empty if nothing changed. Without an old value, the new one is sent completely.
pub(crate) fn patches(old: Option<&Value>, new: &Value) -> Value {
    let mut out = Vec::new();
    match old {
        None => out.push(json!({ "op": "add", "path": "/", "value": new })),
        Some(old) => {
            if !diff(old, new, "", &mut out) || out.len() > MOST_PATCHES {
                out = vec![json!({ "op": "replace", "path": "/", "value": new })];
            }
        }
    }
    Value::Array(out)
}

/// Adds patches from `old` to `new`. `false` means that no patch below `path` can express it: replace it completely.
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
    // From the end, so that the remaining indexes stay valid.
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
    use proptest::prelude::*;

    #[test]
    fn the_first_delta_is_complete_and_an_unchanged_one_is_empty() {
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
    fn a_name_that_no_path_can_express_replaces_its_parent() {
        let old = json!({ "in": { "a/b": 1 } });
        let new = json!({ "in": { "a/b": 2 } });
        let expected = json!([{ "op": "replace", "path": "/in", "value": { "a/b": 2 } }]);
        assert_eq!(patches(Some(&old), &new), expected);
    }

    /// Applies patches like a client.
    fn apply(state: &mut Value, patches: &Value) {
        for patch in patches.as_array().unwrap() {
            let path = patch["path"].as_str().unwrap();
            if path == "/" {
                *state = patch["value"].clone();
                continue;
            }
            let (parent, name) = path.rsplit_once('/').unwrap();
            let parent = parent.split('/').skip(1).fold(&mut *state, |value, step| match value {
                Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
                members => &mut members[step],
            });
            match (parent, patch["op"].as_str().unwrap()) {
                (Value::Array(items), "add") => items.insert(name.parse().unwrap(), patch["value"].clone()),
                (Value::Array(items), "replace") => items[name.parse::<usize>().unwrap()] = patch["value"].clone(),
                (Value::Array(items), _) => drop(items.remove(name.parse().unwrap())),
                (Value::Object(members), "remove") => drop(members.remove(name)),
                (Value::Object(members), _) => drop(members.insert(name.to_owned(), patch["value"].clone())),
                _ => panic!("{path} leads into a value"),
            }
        }
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(json!(null)), any::<bool>().prop_map(Value::from), (0..4).prop_map(Value::from)];
        let name = prop_oneof!["[abc]", Just("a/b".to_owned()), Just(String::new()), Just("0".to_owned())];
        leaf.prop_recursive(4, 24, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(name.clone(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn patches_always_lead_to_the_new_value(old in json(), new in json()) {
            let mut state = old.clone();
            apply(&mut state, &patches(Some(&old), &new));
            prop_assert_eq!(&state, &new);
            let mut state = Value::Null;
            apply(&mut state, &patches(None, &new));
            prop_assert_eq!(state, new);
        }
    }
}
