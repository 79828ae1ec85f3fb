//! The dependencies of an object's layout, found in its properties.

use super::contents::Kind;
use serde_json::Value;
use std::collections::BTreeSet;

/// Reasons why a layout can become stale.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Uses {
    /// Cubes, lists and expressions: they depend on data, selections and variables.
    pub(crate) calculates: bool,
    /// The states of its definitions.
    pub(crate) states: BTreeSet<String>,
    /// Expressions that may refer to other states, in set modifiers and functions.
    expressions: String,
    /// The current selections.
    pub(crate) selections: bool,
    /// The list of fields.
    pub(crate) fields: bool,
    /// The object's children.
    pub(crate) children: bool,
    /// Steps to undo and redo.
    pub(crate) undo: bool,
    /// Lists of items of these kinds.
    pub(crate) lists: Vec<Kind>,
    /// Ids of master items.
    pub(crate) library: Vec<String>,
    /// The object that this one extends.
    pub(crate) extends: Option<String>,
}

impl Uses {
    pub(crate) fn of(properties: &Value) -> Self {
        let mut uses = Self::default();
        uses.look(properties, state_of(properties, "$"));
        let extends = properties["qExtendsId"].as_str().filter(|id| !id.is_empty());
        uses.extends = extends.map(str::to_owned);
        uses
    }

    /// Whether an expression may refer to a state. Expansions are not known here, so they count.
    pub(crate) fn mentions(&self, state: &str) -> bool {
        self.expressions.contains(state) || self.expressions.contains("$(")
    }

    fn look(&mut self, value: &Value, state: &str) {
        match value {
            Value::Object(members) => {
                // Members under `qLayoutExclude` are never in the layout.
                for (name, value) in members.iter().filter(|(name, _)| *name != "qLayoutExclude") {
                    self.note(name, value, state);
                    self.look(value, state);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.look(item, state)),
            Value::String(text) if text.contains(['{', '$', '(']) => {
                self.expressions.push_str(text);
                self.expressions.push('\n');
            }
            _ => {}
        }
    }

    fn note(&mut self, name: &str, value: &Value, state: &str) {
        match name {
            "qHyperCubeDef" | "qListObjectDef" | "qTreeDataDef" | "qSelectionObjectDef" => {
                self.states.insert(state_of(value, state).to_owned());
            }
            "qStringExpression" | "qValueExpression" => {
                self.states.insert(state.to_owned());
            }
            _ => {}
        }
        match name {
            "qHyperCubeDef" | "qListObjectDef" | "qTreeDataDef" | "qStringExpression" | "qValueExpression" => {
                self.calculates = true;
            }
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

/// The state of a definition, or the inherited one.
fn state_of<'a>(definition: &'a Value, usual: &'a str) -> &'a str {
    definition["qStateName"].as_str().filter(|state| !state.is_empty()).unwrap_or(usual)
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
