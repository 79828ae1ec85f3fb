//! The object that a response returns, complete or as a delta.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::redact;

/// What a response says about the object that it returns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Returned {
    /// `None` if the object does not exist.
    pub(crate) handle: Option<i64>,
    pub(crate) class: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) id: Option<String>,
}

#[derive(Deserialize)]
struct Results<'a> {
    #[serde(borrow, rename = "qReturn")]
    returned: Option<&'a RawValue>,
    #[serde(borrow, rename = "qInfo")]
    info: Option<&'a RawValue>,
    #[serde(borrow, rename = "qSessionAppId")]
    app: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Patch<'a> {
    op: String,
    path: String,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// Reads returned objects. Stores the last one of each handle and method, which deltas build on.
#[derive(Debug, Default)]
pub(crate) struct Returns {
    last: HashMap<(i64, String, &'static str), Map<String, Value>>,
}

impl Returns {
    /// The object in a result, if any.
    pub(crate) fn read(&mut self, handle: i64, method: &str, result: &str, delta: bool) -> Option<Returned> {
        if !result.contains("\"qReturn\"") {
            return None;
        }
        let results: Results<'_> = serde_json::from_str(result).ok()?;
        let key = |member| (handle, method.to_owned(), member);
        let object = self.value(key("qReturn"), results.returned?.get(), delta)?;
        if !object.contains_key("qHandle") {
            return None;
        }
        let info = results.info.and_then(|info| self.value(key("qInfo"), info.get(), delta)).unwrap_or_default();
        let app = results.app.and_then(|app| serde_json::from_str::<String>(app.get()).ok());
        Some(Returned {
            handle: object.get("qHandle").and_then(Value::as_i64),
            class: text(&object, "qType"),
            kind: text(&object, "qGenericType").or_else(|| text(&info, "qType")),
            id: text(&object, "qGenericId").or_else(|| text(&info, "qId")).or(app),
        })
    }

    /// Removes the state of a closed handle.
    pub(crate) fn forget(&mut self, handle: i64) {
        self.last.retain(|(known, _, _), _| *known != handle);
    }

    fn value(&mut self, key: (i64, String, &'static str), raw: &str, delta: bool) -> Option<Map<String, Value>> {
        let patches = if delta { serde_json::from_str::<Vec<Patch<'_>>>(raw).ok() } else { None };
        let Some(patches) = patches else {
            let whole: Map<String, Value> = serde_json::from_str(raw).ok()?;
            self.last.insert(key, whole.clone());
            return Some(whole);
        };
        let object = self.last.entry(key).or_default();
        for patch in patches {
            let value = patch.value.and_then(|value| serde_json::from_str(value.get()).ok()).unwrap_or(Value::Null);
            match (patch.path.strip_prefix('/').unwrap_or_default(), value) {
                ("", Value::Object(whole)) => *object = whole,
                ("", _) => object.clear(),
                (member, _) if patch.op == "remove" => _ = object.remove(member),
                (member, value) => _ = object.insert(member.to_owned(), value),
            }
        }
        Some(object.clone())
    }
}

fn text(object: &Map<String, Value>, member: &str) -> Option<String> {
    let text = object.get(member)?.as_str().filter(|text| !text.is_empty())?;
    Some(redact::hidden_in_text(text).into_owned())
}

/// The ID and type in a layout or in properties.
pub(crate) fn described(result: &str) -> Option<(String, String)> {
    #[derive(Deserialize)]
    struct Described {
        #[serde(alias = "qLayout", alias = "qProp")]
        of: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        #[serde(rename = "qInfo")]
        info: Map<String, Value>,
    }
    let info = serde_json::from_str::<Described>(result).ok()?.of.info;
    Some((text(&info, "qId")?, text(&info, "qType").unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::{Returned, Returns, described};

    fn object(handle: i64, kind: Option<&str>, id: &str) -> Option<Returned> {
        let class = Some("GenericObject".to_owned());
        Some(Returned { handle: Some(handle), class, kind: kind.map(Into::into), id: Some(id.to_owned()) })
    }

    #[test]
    fn names_are_found_anywhere_in_the_response() {
        let result =
            r#"{"qReturn": {"qType": "GenericObject", "qHandle": 2, "qGenericType": "table", "qGenericId": "a"}}"#;
        assert_eq!(Returns::default().read(1, "GetObject", result, false), object(2, Some("table"), "a"));
        let result =
            r#"{"qReturn": {"qType": "GenericObject", "qHandle": 2}, "qInfo": {"qId": "a", "qType": "sheet"}}"#;
        assert_eq!(Returns::default().read(1, "CreateObject", result, false), object(2, Some("sheet"), "a"));
        let result = r#"{"qReturn": {"qType": "Doc", "qHandle": 1, "qGenericId": ""}, "qSessionAppId": "s"}"#;
        assert_eq!(Returns::default().read(-1, "CreateSessionApp", result, false).unwrap().id.unwrap(), "s");
    }

    #[test]
    fn patches_build_on_the_last_object_of_the_handle_and_method() {
        let mut returns = Returns::default();
        let first = r#"{"qReturn": [{"op": "add", "path": "/", "value":
            {"qType": "GenericObject", "qHandle": 2, "qGenericId": "a"}}]}"#;
        assert_eq!(returns.read(1, "GetObject", first, true), object(2, None, "a"));
        let second = r#"{"qReturn": [{"op": "replace", "path": "/qHandle", "value": 3},
            {"op": "replace", "path": "/qGenericId", "value": "b"}]}"#;
        assert_eq!(returns.read(1, "GetObject", second, true), object(3, None, "b"));
        assert_eq!(returns.read(1, "GetObject", r#"{"qReturn": []}"#, true), object(3, None, "b"));
        returns.forget(1);
        assert_eq!(returns.read(1, "GetObject", r#"{"qReturn": []}"#, true), None);
    }

    #[test]
    fn an_answer_without_an_object_returns_none() {
        let mut returns = Returns::default();
        assert_eq!(returns.read(1, "M", r#"{"qReturn": true}"#, false), None);
        assert_eq!(returns.read(1, "M", r#"{"qReturn": [{"op": "add", "path": "/", "value": true}]}"#, true), None);
        let none = returns.read(1, "GetObject", r#"{"qReturn": {"qType": null, "qHandle": null}}"#, false);
        assert_eq!(none, Some(Returned::default()));
    }

    #[test]
    fn a_layout_names_its_object() {
        let layout = r#"{"qLayout": {"qMeta": {}, "qInfo": {"qId": "a", "qType": "table"}}}"#;
        assert_eq!(described(layout), Some(("a".to_owned(), "table".to_owned())));
        assert_eq!(described(r#"{"qLayout": [{"op": "add"}]}"#), None);
    }
}
