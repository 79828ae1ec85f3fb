//! Session objects that this program has made, and has to destroy.

use std::collections::HashMap;

use serde::Deserialize;

/// A session object: the document that it belongs to, and its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SessionObject {
    pub(crate) doc: i64,
    pub(crate) id: String,
}

/// Session objects of a connection, by their handles.
#[derive(Debug, Default)]
pub(crate) struct Owned(HashMap<i64, SessionObject>);

impl SessionObject {
    /// The object that an answer to `CreateSessionObject` names, with its handle.
    pub(crate) fn read(doc: i64, result: &str) -> Option<(i64, Self)> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "qReturn")]
            object: Interface,
        }
        #[derive(Deserialize)]
        struct Interface {
            #[serde(rename = "qHandle")]
            handle: i64,
            #[serde(rename = "qGenericId")]
            id: String,
        }
        let Answer { object } = serde_json::from_str(result).ok()?;
        Some((object.handle, Self { doc, id: object.id }))
    }
}

impl Owned {
    pub(crate) fn insert(&mut self, handle: i64, object: SessionObject) {
        self.0.insert(handle, object);
    }

    /// An object that is not owned any more.
    pub(crate) fn remove(&mut self, handle: i64) -> Option<SessionObject> {
        self.0.remove(&handle)
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
