//! Deltas: responses that contain only the changes since the previous one.
//!
//! The engine keeps one base per handle and method, regardless of the parameters. Every delta is therefore applied
//! in order of arrival, even if its caller is gone.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::protocol::patch::{Misfit, Patch, empty, read};

/// Identifies a base: handle and method.
pub(crate) type Key = (i64, &'static str);

/// The bases of a connection.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    bases: HashMap<Key, Base>,
}

#[derive(Debug)]
enum Base {
    /// The values of the last response, by name.
    Known(BTreeMap<String, Document>),
    /// The engine has a base that is unknown here, so deltas cannot be used.
    Lost,
}

/// The current state of a value. The text of a complete value is parsed only when a patch arrives.
#[derive(Clone, Debug)]
enum Document {
    Text(Arc<str>),
    Tree(Arc<Value>),
}

/// A complete response, assembled from a delta.
#[derive(Debug)]
pub(crate) struct Merged(BTreeMap<String, Document>);

impl Deltas {
    /// Whether to request deltas.
    pub(crate) fn useful(&self, key: Key) -> bool {
        !matches!(self.bases.get(&key), Some(Base::Lost))
    }

    /// Applies the result of a response. After a mismatch, later deltas cannot be used.
    pub(crate) fn apply(&mut self, key: Key, result: &str) -> Result<Merged, Misfit> {
        let base = self.bases.entry(key).or_insert_with(|| Base::Known(BTreeMap::new()));
        let Base::Known(documents) = base else { return Err(Misfit) };
        match merge(documents, result) {
            Ok(()) => Ok(Merged(documents.clone())),
            Err(misfit) => {
                *base = Base::Lost;
                Err(misfit)
            }
        }
    }

    /// The engine has closed an object, and dropped its bases.
    pub(crate) fn close(&mut self, handle: i64) {
        self.bases.retain(|key, _| key.0 != handle);
    }

    /// The last handle of an object was dropped; the engine still has its bases.
    pub(crate) fn release(&mut self, handle: i64) {
        for (key, base) in &mut self.bases {
            if key.0 == handle {
                *base = Base::Lost;
            }
        }
    }

    /// Drops all bases, with the connection.
    pub(crate) fn clear(&mut self) {
        self.bases.clear();
    }

    /// The number of bases in memory.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) fn known(&self) -> usize {
        self.bases.values().filter(|base| matches!(base, Base::Known(_))).count()
    }
}

fn merge(documents: &mut BTreeMap<String, Document>, result: &str) -> Result<(), Misfit> {
    let values: BTreeMap<String, &RawValue> = serde_json::from_str(result).map_err(|_| Misfit)?;
    for (name, value) in values {
        if !value.get().starts_with('[') {
            documents.insert(name, Document::text(value));
            continue;
        }
        let patches = Vec::<Patch<'_>>::deserialize(value).map_err(|_| Misfit)?;
        let document = match (&*patches, documents.remove(&name)) {
            ([], None) => return Err(Misfit),
            ([], Some(unchanged)) => unchanged,
            ([first, rest @ ..], document) => match (first.document(), document) {
                (Some(whole), _) => Document::text(whole).patched(rest)?,
                (None, Some(document)) => document.patched(&patches)?,
                (None, None) => {
                    let start = if first.brings_list() { Value::Array(Vec::new()) } else { empty() };
                    Document::Tree(Arc::new(start)).patched(&patches)?
                }
            },
        };
        documents.insert(name, document);
    }
    Ok(())
}

impl Document {
    fn text(value: &RawValue) -> Self {
        Self::Text(value.get().into())
    }

    fn patched(self, patches: &[Patch<'_>]) -> Result<Self, Misfit> {
        if patches.is_empty() {
            return Ok(self);
        }
        let mut tree = match self {
            Self::Tree(tree) => tree,
            Self::Text(text) => Arc::new(read(&text)?),
        };
        // Copied only if the previous response is still being read.
        let document = Arc::make_mut(&mut tree);
        patches.iter().try_for_each(|patch| patch.apply(document))?;
        Ok(Self::Tree(tree))
    }
}

impl Merged {
    /// The text of the complete result; takes long for a large one.
    pub(crate) fn text(&self) -> String {
        let mut text = String::from("{");
        for (index, (name, document)) in self.0.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&Value::from(&**name).to_string());
            text.push(':');
            match document {
                Document::Text(whole) => text.push_str(whole),
                Document::Tree(tree) => text.push_str(&tree.to_string()),
            }
        }
        text.push('}');
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const KEY: Key = (2, "GetLayout");

    fn apply(deltas: &mut Deltas, patches: Value) -> Result<Value, Misfit> {
        let merged = deltas.apply(KEY, &json!({ "qLayout": patches }).to_string())?;
        let mut whole: Value = serde_json::from_str(&merged.text()).unwrap();
        Ok(whole["qLayout"].take())
    }

    #[test]
    fn a_base_is_patched_in_order() {
        let mut deltas = Deltas::default();
        let whole = json!({ "a": 1, "list": [1, 2] });
        let patches = json!([{ "op": "add", "path": "/", "value": whole }]);
        assert_eq!(apply(&mut deltas, patches), Ok(whole.clone()));
        assert_eq!(apply(&mut deltas, json!([])), Ok(whole), "unchanged");
        let patches = json!([{ "op": "replace", "path": "/a", "value": 2 }, { "op": "remove", "path": "/list/0" }]);
        assert_eq!(apply(&mut deltas, patches), Ok(json!({ "a": 2, "list": [2] })));
        assert_eq!(apply(&mut deltas, json!({ "no": "list" })), Ok(json!({ "no": "list" })), "the full value");
        for scalar in [json!(0), json!(""), json!(false), json!("x")] {
            let patches = json!([{ "op": "replace", "path": "/", "value": scalar }]);
            assert_eq!(apply(&mut deltas, patches), Ok(scalar));
        }
    }

    #[test]
    fn without_a_base_the_first_patch_determines_the_start() {
        let mut deltas = Deltas::default();
        let patches = json!([{ "op": "add", "path": "/a", "value": 1 }]);
        assert_eq!(apply(&mut deltas, patches), Ok(json!({ "a": 1 })));
        let mut deltas = Deltas::default();
        let patches = json!([{ "op": "add", "path": "/0", "value": [1] }]);
        assert_eq!(apply(&mut deltas, patches), Ok(json!([[1]])));
    }

    #[test]
    fn an_invalid_patch_disables_deltas_until_the_object_is_closed() {
        let mut deltas = Deltas::default();
        assert!(deltas.useful(KEY));
        assert_eq!(apply(&mut deltas, json!([{ "op": "remove", "path": "/a" }])), Err(Misfit));
        assert!(!deltas.useful(KEY));
        let whole = json!([{ "op": "add", "path": "/", "value": {} }]);
        assert_eq!(apply(&mut deltas, whole), Err(Misfit), "a response to a pending call");
        deltas.close(KEY.0);
        assert!(deltas.useful(KEY));
        for result in ["[]", "{\"qLayout\":[1]}", "{\"qLayout\":[]}", "nonsense"] {
            let mut deltas = Deltas::default();
            assert!(matches!(deltas.apply(KEY, result), Err(Misfit)), "{result}");
        }
    }

    #[test]
    fn a_base_is_dropped_with_its_object() {
        let mut deltas = Deltas::default();
        let whole = json!([{ "op": "add", "path": "/", "value": { "a": 1 } }]);
        apply(&mut deltas, whole).unwrap();
        assert_eq!(deltas.known(), 1);
        deltas.release(KEY.0);
        assert_eq!(deltas.known(), 0);
        assert!(!deltas.useful(KEY), "the engine has a base that is no longer known here");
        deltas.clear();
        assert!(deltas.useful(KEY));
    }
}
