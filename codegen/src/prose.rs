//! Descriptions of items, by their path: `Doc.GetField`, `Doc.GetField/qFieldName`, `NxCell/qText`, `StateEnumType/L`.

use std::collections::BTreeMap;

/// Descriptions of the items of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prose {
    descriptions: BTreeMap<String, String>,
    see_also: BTreeMap<String, Vec<String>>,
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
        fn moved<T>(texts: &mut BTreeMap<String, T>, item: &str, new: Option<&str>) {
            let is_inside = |rest: &str| rest.is_empty() || rest.starts_with(['/', '#']);
            let inside = |key: &String| key.strip_prefix(item).filter(|rest| is_inside(rest)).map(str::to_owned);
            let (old, kept) = std::mem::take(texts).into_iter().partition(|(key, _)| inside(key).is_some());
            *texts = kept;
            let old: BTreeMap<String, T> = old;
            texts.extend(old.into_iter().filter_map(|(key, text)| Some((format!("{}{}", new?, inside(&key)?), text))));
        }
        moved(&mut self.descriptions, item, new);
        moved(&mut self.see_also, item, new);
    }

    /// Stores a link of an item.
    pub fn see_also(&mut self, item: &str, link: &str) {
        self.see_also.entry(item.to_owned()).or_default().push(link.to_owned());
    }

    /// The description of an item.
    pub fn get(&self, item: &str) -> Option<&str> {
        self.descriptions.get(item).map(String::as_str)
    }

    /// The links of an item.
    pub fn links(&self, item: &str) -> &[String] {
        self.see_also.get(item).map_or(&[], Vec::as_slice)
    }
}
