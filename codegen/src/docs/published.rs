//! Descriptions of items, by their path: `Doc.GetField`, `Doc.GetField/qFieldName`, `NxCell/qText`, `StateEnumType/L`.

use std::collections::BTreeMap;

/// Descriptions of the items of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prose {
    descriptions: BTreeMap<String, String>,
}

impl Prose {
    /// Stores the description of an item, unless it is empty.
    pub fn describe(&mut self, item: &str, text: &str) {
        if !text.trim().is_empty() {
            self.descriptions.insert(item.to_owned(), text.to_owned());
        }
    }

    /// Removes the description of an item.
    pub fn forget(&mut self, item: &str) {
        self.descriptions.remove(item);
    }

    /// Moves all texts of an item and its parts to another item, or removes them.
    pub fn rename(&mut self, item: &str, new: Option<&str>) {
        let is_inside = |rest: &str| rest.is_empty() || rest.starts_with(['/', '#']);
        let inside = |key: &String| key.strip_prefix(item).filter(|rest| is_inside(rest)).map(str::to_owned);
        let (old, kept): (BTreeMap<_, _>, _) =
            std::mem::take(&mut self.descriptions).into_iter().partition(|(key, _)| inside(key).is_some());
        self.descriptions = kept;
        let moved = old.into_iter().filter_map(|(key, text)| Some((format!("{}{}", new?, inside(&key)?), text)));
        self.descriptions.extend(moved);
    }

    /// The description of an item.
    pub fn get(&self, item: &str) -> Option<&str> {
        self.descriptions.get(item).map(String::as_str)
    }
}
