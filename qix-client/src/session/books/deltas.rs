//! Deltas: responses that contain only the changes since the previous one.
//!
//! The engine keeps one base per handle and method, regardless of the parameters. Every delta is therefore applied
//! in order of arrival, even if its caller is gone.

use std::collections::HashMap;
use std::sync::Arc;

use crate::protocol::document::Document;
use crate::protocol::parts::{members, quoted};
use crate::protocol::patch::{Misfit, Patch, empty};

/// Identifies a base: handle and method.
pub(crate) type Key = (i64, &'static str);

/// The bases of a connection.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    bases: HashMap<Key, Base>,
}

#[derive(Debug)]
enum Base {
    Known(Known),
    /// The engine has a base that is unknown here, so deltas cannot be used.
    Lost,
}

#[derive(Debug, Default)]
struct Known {
    /// The values of the last response, by name. They are copied only if the response before is still being read.
    documents: Documents,
    /// The size of the last complete response.
    complete: usize,
    /// The number of consecutive deltas that were not worth it.
    losses: usize,
}

type Documents = Vec<(String, Arc<Document>)>;

/// After this many large deltas in a row, an object's complete responses are requested, because they are faster.
const MOST_LOSSES: usize = 3;

/// Deltas up to this size are worth it anyway.
const SMALL: usize = 1024;

/// A complete response, assembled from a delta.
#[derive(Debug)]
pub(crate) struct Merged {
    documents: Documents,
    complete: usize,
}

impl Deltas {
    /// Whether to request deltas.
    pub(crate) fn useful(&self, key: Key) -> bool {
        match self.bases.get(&key) {
            None => true,
            Some(Base::Known(known)) => known.losses < MOST_LOSSES,
            Some(Base::Lost) => false,
        }
    }

    /// Applies the result of a response. After a mismatch, later deltas cannot be used.
    pub(crate) fn apply(&mut self, key: Key, result: &str) -> Result<Merged, Misfit> {
        let base = self.bases.entry(key).or_insert_with(|| Base::Known(Known::default()));
        let Base::Known(known) = base else { return Err(Misfit) };
        match merge(&mut known.documents, result) {
            Ok(()) => {
                known.count(result.len());
                Ok(Merged { documents: known.documents.clone(), complete: known.complete })
            }
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

impl Known {
    /// A delta of more than half the size of a complete response takes longer than the response itself.
    fn count(&mut self, size: usize) {
        let first = self.complete == 0;
        if !first && size > SMALL && size > self.complete / 2 {
            self.losses += 1;
        } else {
            self.losses = 0;
        }
        if first || size > self.complete {
            self.complete = size;
        }
    }
}

fn merge(documents: &mut Documents, result: &str) -> Result<(), Misfit> {
    let mut values = members(result).ok_or(Misfit)?;
    // Of members with the same name, the last one counts, as in other parsers.
    while let Some((name, value)) = values.pop() {
        values.retain(|(of, _)| *of != name);
        let known = documents.iter().position(|(of, _)| *of == name).map(|at| documents.remove(at).1);
        let name = name.into_owned();
        if !value.starts_with('[') {
            documents.push((name, Arc::new(Document::text(value))));
            continue;
        }
        let patches = Patch::list(value).ok_or(Misfit)?;
        let document = match (&*patches, known) {
            ([], None) => return Err(Misfit),
            ([], Some(unchanged)) => unchanged,
            ([first, rest @ ..], document) => match (first.document(), document) {
                (Some(whole), _) => patched(Arc::new(Document::text(whole)), rest)?,
                (None, Some(document)) => patched(document, &patches)?,
                (None, None) => {
                    let start = if first.brings_list() { Document::List(Vec::new()) } else { empty() };
                    patched(Arc::new(start), &patches)?
                }
            },
        };
        documents.push((name, document));
    }
    Ok(())
}

fn patched(mut document: Arc<Document>, patches: &[Patch<'_>]) -> Result<Arc<Document>, Misfit> {
    if !patches.is_empty() {
        let document = Arc::make_mut(&mut document);
        patches.iter().try_for_each(|patch| patch.apply(document))?;
    }
    Ok(document)
}

impl Merged {
    /// The text of the complete result.
    pub(crate) fn text(&self) -> String {
        let mut text = String::with_capacity(self.complete + self.complete / 8);
        text.push('{');
        for (index, (name, document)) in self.documents.iter().enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&quoted(name));
            text.push(':');
            document.write(&mut text);
        }
        text.push('}');
        text
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

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
    fn deltas_are_given_up_if_they_are_large() {
        let mut deltas = Deltas::default();
        let whole = json!({ "a": "x".repeat(2_000), "b": 1 });
        let large = json!([{ "op": "replace", "path": "/a", "value": "y".repeat(2_000) }]);
        let small = json!([{ "op": "replace", "path": "/b", "value": 2 }]);
        apply(&mut deltas, json!([{ "op": "add", "path": "/", "value": whole }])).unwrap();
        for patches in [&large, &large, &small, &large, &large] {
            apply(&mut deltas, patches.clone()).unwrap();
            assert!(deltas.useful(KEY));
        }
        apply(&mut deltas, large).unwrap();
        assert!(!deltas.useful(KEY), "three in a row");
        let patched = apply(&mut deltas, small).unwrap();
        assert_eq!(patched["b"], 2, "the response of a call that was sent before");
        deltas.close(KEY.0);
        assert!(deltas.useful(KEY));
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
