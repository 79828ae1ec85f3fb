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
    properties: Option<Value>,
    /// Soft patches by path: they change the layout, not the properties.
    soft: Vec<(String, Box<RawValue>)>,
}

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "qProp")]
    properties: Value,
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
        recipe.set(params);
        if let (Some(Value::Object(properties)), Some(id)) = (&mut recipe.properties, id) {
            let info = properties.entry("qInfo").or_insert_with(|| json!({}));
            if let Value::Object(info) = info {
                info.insert("qId".to_owned(), id.into());
            }
        }
        recipe
    }

    /// Records a change of the object.
    pub(crate) fn note(&mut self, method: Method, params: &str) {
        if is::<generic_object::SetProperties>(method) {
            self.set(params);
        } else if is::<generic_object::ClearSoftPatches>(method) {
            self.soft.clear();
        } else if is::<generic_object::ApplyPatches>(method)
            && let Ok(patches) = serde_json::from_str::<Patches>(params)
        {
            self.patch(patches);
        }
    }

    fn set(&mut self, params: &str) {
        self.properties = serde_json::from_str(params).ok().map(|Properties { properties }| properties);
    }

    fn patch(&mut self, patches: Patches) {
        for raw in patches.patches {
            let Ok(patch) = serde_json::from_str::<PropertyPatch>(raw.get()) else { continue };
            if patches.soft {
                self.soft.retain(|(path, _)| *path != patch.path);
                self.soft.push((patch.path, raw));
            } else if let Some(properties) = &mut self.properties {
                // If the engine has accepted a patch that does not apply here, it is ignored.
                if patch.apply(properties).is_err() {
                    tracing::debug!(path = patch.path, "a patch of a session object is not remembered");
                }
            }
        }
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
        let patches: Vec<_> = self.soft.iter().map(|(_, raw)| raw.get()).collect();
        (!patches.is_empty()).then(|| format!(r#"{{"qPatches":[{}],"qSoftPatch":true}}"#, patches.join(",")))
    }
}

impl PropertyPatch {
    fn apply(&self, properties: &mut Value) -> Result<(), patch::Misfit> {
        let op = match &self.op {
            // The short names of the schema, its numbers, and omitted members.
            Value::String(op) => op.to_ascii_lowercase(),
            Value::Number(number) if number.as_i64() == Some(1) => "remove".to_owned(),
            Value::Number(number) if number.as_i64() == Some(2) => "replace".to_owned(),
            _ => "add".to_owned(),
        };
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
        recipe.note(generic_object::SetProperties::METHOD, r#"{"qProp":{"title":"c"}}"#);
        assert_eq!(creation(&recipe), json!({ "title": "c" }));
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
