//! The recipe of a session object, from which it can be created again.

use qix_schema::generic_object;
use qix_schema::rpc::Method;

use crate::protocol::document::Document;
use crate::protocol::parts::{Parts, items, quoted, value};
use crate::protocol::patch::{Misfit, Patch, empty};
use crate::protocol::request::is;

/// The properties of a session object, with all later changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recipe {
    /// Their JSON text; `None` if they are not known.
    properties: Option<String>,
    /// The ID and type of the object, which never change.
    info: Option<Document>,
    /// Soft patches in their order: they change the layout, not the properties.
    soft: Vec<SoftPatch>,
}

#[derive(Clone, Debug)]
struct SoftPatch {
    path: String,
    /// Whether it sets a value, whatever was there before.
    sets: bool,
    text: String,
}

/// The operations of patches.
const OPS: [&str; 3] = ["add", "remove", "replace"];

/// A patch in the parameters of a call.
struct PropertyPatch {
    op: &'static str,
    path: String,
    value: String,
}

impl Recipe {
    /// A session object created by a request, with its ID.
    pub(crate) fn made(params: &str, id: Option<&str>) -> Self {
        let mut recipe = Self::default();
        let properties = properties(params);
        if let (Some(text), Some(id)) = (properties, id)
            && let Document::Object(members) = Document::text(text).divide()
        {
            let info = members.entry("qInfo", empty);
            if let Document::Object(info) = info.divide() {
                info.insert("qId", Document::text(&quoted(id)));
            }
            recipe.info = Some(info.clone());
        }
        recipe.set(properties);
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
            self.set(properties(params));
        } else if is::<generic_object::SetFullPropertyTree>(method) {
            // Children would have to be created as well.
            let entry = Parts::of(params).and_then(|parts| Parts::of(parts.get("qPropEntry")?)).unwrap_or_default();
            let is_alone =
                entry.get("qChildren").is_none_or(|children| items(children).is_some_and(|all| all.is_empty()));
            self.set(entry.get("qProperty").filter(|_| is_alone));
        } else if is::<generic_object::CopyFrom>(method) {
            self.set(None);
        } else if is::<generic_object::ClearSoftPatches>(method) {
            self.soft.clear();
        } else if is::<generic_object::ApplyPatches>(method)
            && let Some(parts) = Parts::of(params)
            && let Some(patches) = parts.get("qPatches").and_then(items)
        {
            self.patch(&patches, parts.is_true("qSoftPatch"));
        }
    }

    fn set(&mut self, properties: Option<&str>) {
        self.properties = properties.map(|text| {
            let mut properties = Document::text(text);
            if let (Some(info), Document::Object(members)) = (&self.info, properties.divide()) {
                members.insert("qInfo", info.clone());
            }
            properties.json()
        });
    }

    fn patch(&mut self, patches: &[&str], soft: bool) {
        for raw in patches {
            let Some(patch) = PropertyPatch::read(raw) else { continue };
            if soft {
                self.patch_softly(patch, raw);
            } else if let Some(properties) = &mut self.properties {
                // What is not there does not have to be removed. Otherwise, the properties are not known if the engine
                // has accepted a patch that does not apply here.
                if patch.apply(properties).is_err() && patch.op != "remove" {
                    tracing::debug!(path = patch.path, "a patch of a session object does not apply to its recipe");
                    self.properties = None;
                }
            }
        }
    }

    /// Adds a soft patch, and drops those whose effect it replaces.
    fn patch_softly(&mut self, patch: PropertyPatch, text: &str) {
        // In a list, adding inserts an item.
        let name = patch.path.rsplit('/').next().unwrap_or_default();
        let is_item = name == "-" || name.bytes().all(|byte| byte.is_ascii_digit());
        let sets = patch.op == "replace" || patch.op == "add" && !is_item;
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
        self.soft.push(SoftPatch { path: patch.path, sets, text: text.to_owned() });
    }

    /// Whether all definitions of the object are in the default state.
    pub(crate) fn is_in_default_state(&self) -> bool {
        // In a string, the quotation marks would have backslashes before them.
        let is_default = |rest: &str| match rest.trim_start().strip_prefix(':').map(str::trim_start) {
            Some(value) => {
                !value.starts_with('"') || [r#""""#, r#""$""#].iter().any(|default| value.starts_with(default))
            }
            None => true,
        };
        let states = |properties: &String| properties.split(r#""qStateName""#).skip(1).all(is_default);
        self.properties.as_ref().is_some_and(states) && self.soft.is_empty()
    }

    /// The parameters for creating the object again.
    pub(crate) fn creation(&self) -> Option<String> {
        Some(format!(r#"{{"qProp":{}}}"#, self.properties.as_ref()?))
    }

    /// The parameters for applying the soft patches of the old object to the new one.
    pub(crate) fn soft_patches(&self) -> Option<String> {
        let patches: Vec<_> = self.soft.iter().map(|patch| &*patch.text).collect();
        (!patches.is_empty()).then(|| format!(r#"{{"qPatches":[{}],"qSoftPatch":true}}"#, patches.join(",")))
    }
}

impl PropertyPatch {
    fn read(json: &str) -> Option<Self> {
        let parts = Parts::of(json)?;
        // A name of the schema, a number, or the default.
        let op = match parts.text("qOp") {
            Some(op) => OPS.into_iter().find(|known| op.eq_ignore_ascii_case(known)).unwrap_or("other"),
            None => match parts.get("qOp") {
                Some("1") => "remove",
                Some("2") => "replace",
                _ => "add",
            },
        };
        Some(Self { op, path: parts.text("qPath")?.into_owned(), value: parts.string("qValue") })
    }

    fn apply(&self, properties: &mut String) -> Result<(), Misfit> {
        let new = match self.op {
            "remove" => None,
            _ => Some(value(&self.value).ok_or(Misfit)?),
        };
        let patch = Patch { op: self.op.into(), path: (&*self.path).into(), from: None, value: new };
        let mut document = Document::text(properties);
        patch.apply(&mut document)?;
        *properties = document.json();
        Ok(())
    }
}

/// The properties in the parameters of a call.
fn properties(params: &str) -> Option<&str> {
    Parts::of(params)?.get("qProp")
}

#[cfg(test)]
mod tests {
    use qix_schema::rpc::Request;
    use serde_json::{Value, json};

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
