//! What the layout of an object depends on, found by one look through its properties.

use super::contents::Kind;
use serde_json::Value;

/// Reasons for which a layout becomes stale.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Uses {
    /// Cubes, lists and expressions: they depend on data, selections and variables.
    pub(crate) calculates: bool,
    /// The current selections.
    pub(crate) selections: bool,
    /// The list of fields.
    pub(crate) fields: bool,
    /// The object's children.
    pub(crate) children: bool,
    /// Steps to undo and redo.
    pub(crate) undo: bool,
    /// Lists of things of these kinds.
    pub(crate) lists: Vec<Kind>,
    /// Ids of master items.
    pub(crate) library: Vec<String>,
    /// The object that this one is linked to.
    pub(crate) extends: Option<String>,
}

impl Uses {
    pub(crate) fn of(properties: &Value) -> Self {
        let mut uses = Self::default();
        uses.look(properties);
        let extends = properties["qExtendsId"].as_str().filter(|id| !id.is_empty());
        uses.extends = extends.map(str::to_owned);
        uses
    }

    fn look(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                // What a client parks under `qLayoutExclude` never reaches the layout.
                for (name, value) in members.iter().filter(|(name, _)| *name != "qLayoutExclude") {
                    self.note(name, value);
                    self.look(value);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.look(item)),
            _ => {}
        }
    }

    fn note(&mut self, name: &str, value: &Value) {
        match name {
            "qHyperCubeDef" | "qListObjectDef" | "qStringExpression" | "qValueExpression" => self.calculates = true,
            "qSelectionObjectDef" => self.selections = true,
            "qFieldListDef" => self.fields = true,
            "qChildListDef" => self.children = true,
            "qUndoInfoDef" => self.undo = true,
            "qAppObjectListDef" => self.lists.push(Kind::Object),
            "qDimensionListDef" => self.lists.push(Kind::Dimension),
            "qMeasureListDef" => self.lists.push(Kind::Measure),
            "qVariableListDef" => self.lists.push(Kind::Variable),
            "qBookmarkListDef" => self.lists.push(Kind::Bookmark),
            "qLibraryId" => {
                let id = value.as_str().filter(|id| !id.is_empty());
                self.library.extend(id.map(str::to_owned));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn definitions_are_found_at_any_depth() {
        let cube = json!({ "gaLayers": [{ "qHyperCubeDef": { "qMeasures": [{ "qLibraryId": "m1" }] } }] });
        let uses = Uses::of(&cube);
        assert!(uses.calculates && !uses.fields);
        assert_eq!(uses.library, ["m1"]);
        assert_eq!(Uses::of(&json!({ "qMeasureListDef": {} })).lists, [Kind::Measure]);
        assert_eq!(Uses::of(&json!({ "qExtendsId": "a" })).extends.as_deref(), Some("a"));
    }
}
