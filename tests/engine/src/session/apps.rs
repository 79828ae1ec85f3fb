//! The apps, saved and open.

use crate::objects::document::Document;
use crate::objects::lists::PRIVILEGES;
use crate::protocol::failure::{APP_NOT_FOUND, Failure, failure};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// `StaticContentUrl` of an app: layouts and lists return the value in the properties.
pub(crate) fn thumbnail(document: &Document) -> Value {
    match &document.properties["qThumbnail"] {
        Value::Null => json!({}),
        thumbnail => thumbnail.clone(),
    }
}

/// Saved apps by ID, and open ones. Unsaved changes are lost when the last session leaves the app.
#[derive(Debug, Default)]
pub(crate) struct Apps {
    saved: BTreeMap<String, Document>,
    open: BTreeMap<String, Document>,
}

impl Apps {
    /// Adds an app as a saved one.
    pub(crate) fn add(&mut self, document: Document) {
        self.saved.insert(document.id.clone(), document);
    }

    /// The ID of an app, given its ID or title, with or without its extension or folder.
    pub(crate) fn resolve(&self, name: &str) -> Option<String> {
        let known = |id: &str| self.saved.contains_key(id) || self.open.contains_key(id);
        if known(name) {
            return Some(name.to_owned());
        }
        let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let plain = file.strip_suffix(".qvf").unwrap_or(file);
        let with_ending = format!("{plain}.qvf");
        if let Some(id) = [file, plain, &with_ending].into_iter().find(|id| known(id)) {
            return Some(id.to_owned());
        }
        self.saved.values().find(|document| document.title() == name).map(|document| document.id.clone())
    }

    /// Opens an app, which may be open already.
    pub(crate) fn open(&mut self, id: &str) -> Result<&mut Document, Failure> {
        if !self.open.contains_key(id) {
            let document = self.saved.get(id).ok_or_else(|| failure(APP_NOT_FOUND, id))?.clone();
            self.open.insert(id.to_owned(), document);
        }
        self.open.get_mut(id).ok_or_else(|| failure(APP_NOT_FOUND, id))
    }

    /// Opens an app that is not saved: a session app, or a new one.
    pub(crate) fn open_new(&mut self, document: Document) {
        self.open.insert(document.id.clone(), document);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Document> {
        self.open.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Document> {
        self.open.get_mut(id)
    }

    /// The app for other sessions: open or saved.
    pub(crate) fn find(&self, id: &str) -> Option<&Document> {
        self.open.get(id).or_else(|| self.saved.get(id))
    }

    /// Closes an app that no session has open anymore.
    pub(crate) fn close(&mut self, id: &str) {
        self.open.remove(id);
    }

    /// Saves an open app, in memory.
    pub(crate) fn save(&mut self, id: &str) {
        if let Some(document) = self.open.get_mut(id) {
            document.modified = false;
            document.saved = SystemTime::now();
            let copy = document.copy_as(id);
            self.saved.insert(id.to_owned(), copy);
        }
    }

    pub(crate) fn delete(&mut self, id: &str) -> bool {
        self.open.remove(id);
        self.saved.remove(id).is_some()
    }

    /// `[DocListEntry]`: the saved apps.
    pub(crate) fn list(&self) -> Value {
        self.saved
            .values()
            .map(|document| {
                let mut entry = json!({
                    "qDocName": document.title(), "qConnectedUsers": 0, "qFileTime": document.file_time(),
                    "qFileSize": 0, "qDocId": document.id, "qMeta": { "privileges": PRIVILEGES },
                });
                if !document.last_reload.is_empty() {
                    entry["qLastReloadTime"] = json!(document.last_reload);
                }
                entry["qTitle"] = json!(document.title());
                entry["qThumbnail"] = thumbnail(document);
                entry
            })
            .collect()
    }
}
