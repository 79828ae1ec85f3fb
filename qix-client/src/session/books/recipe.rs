//! The recipe of a session object, from which it can be created again.

use qix_schema::generic_object;
use qix_schema::rpc::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::protocol::document::Document;
use crate::protocol::patch;
use crate::protocol::request::is;

/// The properties of a session object, with all later changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recipe {
    /// `None` if they are not known.
    properties: Option<Value>,
    /// The ID and type of the object, which never change.
    info: Option<Value>,
    /// Soft patches in their order: they change the layout, not the properties.
    soft: Vec<SoftPatch>,
}

#[derive(Clone, Debug)]
struct SoftPatch {
    path: String,
    /// Whether it sets a value, whatever was there before.
    sets: bool,
    text: Box<RawValue>,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "qProp")]
    properties: Value,
}

#[derive(Deserialize)]
struct PropertyTree {
    #[serde(rename = "qPropEntry")]
    entry: TreeEntry,
}

#[derive(Deserialize)]
struct TreeEntry {
    #[serde(rename = "qProperty")]
    property: Value,
    #[serde(rename = "qChildren", default)]
    children: Vec<Value>,
}

#[derive(Deserialize)]
struct Patches {
    #[serde(rename = "qPatches")]
    patches: Vec<Box<RawValue>>,
    #[serde(rename = "qSoftPatch", default)]
    soft: bool,
}

#[derive(Deserialize)]
struct PropertyPatch {
    #[serde(rename = "qOp", default)]
    op: Value,
    #[serde(rename = "qPath")]
    path: String,
    #[serde(rename = "qValue", default)]
    value: String,
}

impl Recipe {
    /// A session object created by a request, with its ID.
    pub(crate) fn made(params: &str, id: Option<&str>) -> Self {
        let mut recipe = Self::default();
        recipe.set(serde_json::from_str(params).ok().map(|Properties { properties }| properties));
        if let (Some(Value::Object(properties)), Some(id)) = (&mut recipe.properties, id) {
            let info = properties.entry("qInfo").or_insert_with(|| json!({}));
            if let Value::Object(info) = info {
                info.insert("qId".to_owned(), id.into());
            }
            recipe.info = Some(info.clone());
        }
        recipe
    }

    /// Whether a method changes the definition of its object.
    pub(crate) fn is_changed_by(method: Method) -> bool {
        is::<generic_object::SetProperties>(method)
            || is::<generic_object::SetFullPropertyTree>(method)
            || is::<generic_object::CopyFrom>(method)
            || is::<generic_object::ClearSoftPatches>(method)
            || is::<generic_object::ApplyPatches>(method)
    }

    /// Records a change of the object.
    pub(crate) fn note(&mut self, method: Method, params: &str) {
        if is::<generic_object::SetProperties>(method) {
            self.set(serde_json::from_str(params).ok().map(|Properties { properties }| properties));
        } else if is::<generic_object::SetFullPropertyTree>(method) {
            // Children would have to be created as well.
            let tree = serde_json::from_str(params).ok().filter(|tree: &PropertyTree| tree.entry.children.is_empty());
            self.set(tree.map(|tree| tree.entry.property));
        } else if is::<generic_object::CopyFrom>(method) {
            self.set(None);
        } else if is::<generic_object::ClearSoftPatches>(method) {
            self.soft.clear();
        } else if is::<generic_object::ApplyPatches>(method)
            && let Ok(patches) = serde_json::from_str::<Patches>(params)
        {
            self.patch(patches);
        }
    }

    fn set(&mut self, properties: Option<Value>) {
        self.properties = properties;
        if let (Some(Value::Object(properties)), Some(info)) = (&mut self.properties, &self.info) {
            properties.insert("qInfo".to_owned(), info.clone());
        }
    }

    fn patch(&mut self, patches: Patches) {
        for raw in patches.patches {
            let Ok(patch) = serde_json::from_str::<PropertyPatch>(raw.get()) else { continue };
            if patches.soft {
                self.patch_softly(patch, raw);
            } else if let Some(properties) = &mut self.properties {
                // What is not there does not have to be removed. Otherwise, the properties are not known if the engine
                // has accepted a patch that does not apply here.
                if patch.apply(properties).is_err() && patch.op() != "remove" {
                    tracing::debug!(path = patch.path, "a patch of a session object does not apply to its recipe");
                    self.properties = None;
                }
            }
        }
    }

    /// Adds a soft patch, and drops those whose effect it replaces.
    fn patch_softly(&mut self, patch: PropertyPatch, text: Box<RawValue>) {
        // In a list, adding inserts an item.
        let name = patch.path.rsplit('/').next().unwrap_or_default();
        let is_item = name == "-" || name.bytes().all(|byte| byte.is_ascii_digit());
        let sets = patch.op() == "replace" || patch.op() == "add" && !is_item;
        let is_below = |path: &str| {
            path.strip_prefix(patch.path.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if sets {
            // The effect of other patches can depend on those before them.
            let first = self.soft.iter().rposition(|old| !old.sets).map_or(0, |last| last + 1);
            let mut at = 0;
            self.soft.retain(|old| {
                at += 1;
                at <= first || !is_below(&old.path)
            });
        }
        self.soft.push(SoftPatch { path: patch.path, sets, text });
    }

    /// Whether all definitions of the object are in the default state.
    pub(crate) fn is_in_default_state(&self) -> bool {
        fn is_default(value: &Value) -> bool {
            match value {
                Value::Object(members) => members.iter().all(|(name, value)| match (name.as_str(), value) {
                    ("qStateName", Value::String(state)) => state.is_empty() || state == "$",
                    (_, value) => is_default(value),
                }),
                Value::Array(items) => items.iter().all(is_default),
                _ => true,
            }
        }
        self.properties.as_ref().is_some_and(is_default) && self.soft.is_empty()
    }

    /// The parameters for creating the object again.
    pub(crate) fn creation(&self) -> Option<String> {
        Some(json!({ "qProp": self.properties.as_ref()? }).to_string())
    }

    /// The parameters for applying the soft patches of the old object to the new one.
    pub(crate) fn soft_patches(&self) -> Option<String> {
        let patches: Vec<_> = self.soft.iter().map(|patch| patch.text.get()).collect();
        (!patches.is_empty()).then(|| format!(r#"{{"qPatches":[{}],"qSoftPatch":true}}"#, patches.join(",")))
    }
}

impl PropertyPatch {
    /// The operation: a name of the schema, a number, or the default.
    fn op(&self) -> String {
        match &self.op {
            Value::String(op) => op.to_ascii_lowercase(),
            Value::Number(number) if number.as_i64() == Some(1) => "remove".to_owned(),
            Value::Number(number) if number.as_i64() == Some(2) => "replace".to_owned(),
            _ => "add".to_owned(),
        }
    }

    fn apply(&self, properties: &mut Value) -> Result<(), patch::Misfit> {
        let op = self.op();
        let text = json!({ "op": op, "path": self.path }).to_string();
        let value = (op != "remove").then(|| RawValue::from_string(self.value.clone()));
        let value = value.transpose().map_err(|_| patch::Misfit)?;
        let mut patch: patch::Patch<'_> = serde_json::from_str(&text).map_err(|_| patch::Misfit)?;
        patch.set_value(value.as_deref());
        let before = serde_json::value::to_raw_value(properties).map_err(|_| patch::Misfit)?;
        let mut document = Document::text(&before);
        patch.apply(&mut document)?;
        let mut after = String::new();
        document.write(&mut after);
        *properties = serde_json::from_str(&after).map_err(|_| patch::Misfit)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use qix_schema::rpc::Request;

    use super::*;

    fn creation(recipe: &Recipe) -> Value {
        serde_json::from_str::<Value>(&recipe.creation().unwrap()).unwrap()["qProp"].take()
    }

    #[test]
    fn later_changes_of_the_properties_are_remembered() {
        let mut recipe = Recipe::made(r#"{"qProp":{"qInfo":{"qType":"table"},"title":"a"}}"#, Some("x"));
        assert_eq!(creation(&recipe), json!({ "qInfo": { "qType": "table", "qId": "x" }, "title": "a" }));
        let patches = json!({ "qPatches": [
            { "qOp": "replace", "qPath": "/title", "qValue": "\"b\"" },
            { "qPath": "/color", "qValue": "{\"index\":3}" },
            { "qOp": "Remove", "qPath": "/nothing" },
        ] });
        recipe.note(generic_object::ApplyPatches::METHOD, &patches.to_string());
        assert_eq!(creation(&recipe)["title"], "b");
        assert_eq!(creation(&recipe)["color"], json!({ "index": 3 }));
        let info = json!({ "qType": "table", "qId": "x" });
        recipe.note(generic_object::SetProperties::METHOD, r#"{"qProp":{"title":"c"}}"#);
        assert_eq!(creation(&recipe), json!({ "title": "c", "qInfo": info }), "the object keeps its ID");
        let tree = r#"{"qPropEntry":{"qProperty":{"qInfo":{"qType":"x"},"title":"d"},"qChildren":[]}}"#;
        recipe.note(generic_object::SetFullPropertyTree::METHOD, tree);
        assert_eq!(creation(&recipe), json!({ "title": "d", "qInfo": info }));
    }

    #[test]
    fn an_object_is_not_created_again_with_other_properties() {
        let made = || Recipe::made(r#"{"qProp":{"title":"a"}}"#, Some("x"));
        let patch = json!({ "qPatches": [{ "qOp": "replace", "qPath": "/title/part", "qValue": "1" }] }).to_string();
        let tree = r#"{"qPropEntry":{"qProperty":{"title":"d"},"qChildren":[{"qProperty":{}}]}}"#;
        for (method, params) in [
            (generic_object::ApplyPatches::METHOD, &*patch),
            (generic_object::SetFullPropertyTree::METHOD, tree),
            (generic_object::CopyFrom::METHOD, r#"{"qFromId":"y"}"#),
        ] {
            let mut recipe = made();
            recipe.note(method, params);
            assert_eq!(recipe.creation(), None, "{method}");
            recipe.note(generic_object::SetProperties::METHOD, r#"{"qProp":{"title":"c"}}"#);
            assert!(recipe.creation().is_some());
        }
    }

    #[test]
    fn soft_patches_keep_their_order() {
        let paths = |patches: &[(&str, &str)]| {
            let mut recipe = Recipe::default();
            for (op, path) in patches {
                let patch = json!({ "qPatches": [{ "qOp": op, "qPath": path, "qValue": "1" }], "qSoftPatch": true });
                recipe.note(generic_object::ApplyPatches::METHOD, &patch.to_string());
            }
            recipe.soft.into_iter().map(|patch| patch.path).collect::<Vec<_>>()
        };
        assert_eq!(paths(&[("replace", "/a/b"), ("replace", "/a")]), ["/a"], "it contains the other");
        assert_eq!(paths(&[("replace", "/a"), ("replace", "/a/b"), ("replace", "/ab")]), ["/a", "/a/b", "/ab"]);
        assert_eq!(paths(&[("add", "/z"), ("replace", "/a"), ("add", "/z")]), ["/a", "/z"]);
        assert_eq!(paths(&[("add", "/list/0"), ("add", "/list/0")]), ["/list/0", "/list/0"], "both are inserted");
        assert_eq!(paths(&[("replace", "/a"), ("remove", "/a"), ("replace", "/a")]), ["/a", "/a", "/a"]);
    }

    #[test]
    fn soft_patches_are_separate() {
        let mut recipe = Recipe::made(r#"{"qProp":{"title":"a"}}"#, None);
        for value in ["1", "2"] {
            let patches = json!({ "qPatches": [{ "qPath": "/title", "qValue": value }], "qSoftPatch": true });
            recipe.note(generic_object::ApplyPatches::METHOD, &patches.to_string());
        }
        assert_eq!(creation(&recipe)["title"], "a");
        let soft: Value = serde_json::from_str(&recipe.soft_patches().unwrap()).unwrap();
        assert_eq!(soft, json!({ "qPatches": [{ "qPath": "/title", "qValue": "2" }], "qSoftPatch": true }));
        recipe.note(generic_object::ClearSoftPatches::METHOD, "{}");
        assert_eq!(recipe.soft_patches(), None);
    }
}
