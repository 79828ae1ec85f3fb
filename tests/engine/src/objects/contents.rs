//! The named items of an app or a session, in order of creation.

use super::uses::Uses;
use super::written;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Object,
    Dimension,
    Measure,
    Variable,
    Bookmark,
}

impl Kind {
    /// The class of its methods.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Object => "GenericObject",
            Self::Dimension => "GenericDimension",
            Self::Measure => "GenericMeasure",
            Self::Variable => "GenericVariable",
            Self::Bookmark => "GenericBookmark",
        }
    }

    /// The type of an item if the description of an app does not set one.
    pub(crate) fn usual_type(self) -> &'static str {
        match self {
            Self::Object => "",
            Self::Dimension => "dimension",
            Self::Measure => "measure",
            Self::Variable => "variable",
            Self::Bookmark => "bookmark",
        }
    }
}

/// An object, a dimension, a measure, a variable or a bookmark.
#[derive(Clone, Debug)]
pub(crate) struct Entity {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    /// The properties set by the client, including custom members, as an engine writes them.
    pub(crate) properties: Value,
    pub(crate) parent: Option<String>,
    pub(crate) children: Vec<String>,
    /// The dependencies of the layout, found in the properties.
    pub(crate) uses: Uses,
    pub(crate) details: Details,
}

/// Data that only some kinds have.
#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    /// A bookmark's selections.
    pub(crate) selections: Option<crate::selection::Snapshot>,
    /// Selections as text and fields, for a bookmark's layout.
    pub(crate) layout: Value,
    /// Definitions of the variables that a bookmark restores, by their IDs.
    pub(crate) variables: Vec<(String, Value)>,
    /// Whether the script created the variable.
    pub(crate) from_script: bool,
    /// A variable's number if it was set together with a text.
    pub(crate) number: Option<f64>,
    /// The snapshot embedded in an object, unchanged.
    pub(crate) snapshot: Value,
    pub(crate) published: bool,
    pub(crate) approved: bool,
}

impl Entity {
    pub(crate) fn new(kind: Kind, id: impl Into<String>, properties: Value) -> Self {
        let mut entity = Self {
            kind,
            id: id.into(),
            properties: Value::Null,
            parent: None,
            children: Vec::new(),
            uses: Uses::default(),
            details: Details::default(),
        };
        entity.set_properties(properties);
        entity
    }

    /// Replaces the properties; the ID does not change.
    pub(crate) fn set_properties(&mut self, mut properties: Value) {
        if !properties.is_object() {
            properties = json!({});
        }
        if !properties["qInfo"].is_object() {
            properties["qInfo"] = json!({ "qType": self.info_type() });
        }
        properties["qInfo"]["qId"] = json!(self.id);
        self.properties = written::properties(self.kind, &properties);
        self.uses = Uses::of(&self.properties);
    }

    /// The type set by the client: `sheet`, `table`, …
    pub(crate) fn info_type(&self) -> &str {
        self.properties["qInfo"]["qType"].as_str().unwrap_or_default()
    }

    /// `NxInfo`.
    pub(crate) fn info(&self) -> Value {
        let mut info = self.properties["qInfo"].clone();
        if !info.is_object() {
            info = json!({});
        }
        info["qId"] = json!(self.id);
        info
    }

    /// A variable's name.
    pub(crate) fn name(&self) -> &str {
        self.properties["qName"].as_str().unwrap_or_default()
    }
}

/// The items of an app or session. Cheap to copy because entities are shared; a copy is a snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contents {
    entities: BTreeMap<Arc<str>, Arc<Entity>>,
    order: Vec<Arc<str>>,
}

impl Contents {
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Entity>> {
        self.entities.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Entity> {
        self.entities.get_mut(id).map(Arc::make_mut)
    }

    pub(crate) fn insert(&mut self, entity: Entity) {
        let id: Arc<str> = entity.id.as_str().into();
        if self.entities.insert(Arc::clone(&id), Arc::new(entity)).is_none() {
            self.order.push(id);
        }
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<Arc<Entity>> {
        self.order.retain(|other| &**other != id);
        self.entities.remove(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<Entity>> {
        self.order.iter().filter_map(|id| self.entities.get(id))
    }

    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Arc<Entity>> {
        self.iter().filter(move |entity| entity.kind == kind)
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&Arc<Entity>> {
        self.of_kind(Kind::Variable).find(|variable| variable.name() == name)
    }

    /// Removes an object and everything below it, children first.
    pub(crate) fn remove_tree(&mut self, id: &str) -> Vec<String> {
        let Some(entity) = self.get(id).cloned() else { return Vec::new() };
        let mut removed = Vec::new();
        for child in &entity.children {
            removed.extend(self.remove_tree(child));
        }
        if let Some(parent) = entity.parent.as_deref().and_then(|parent| self.get_mut(parent)) {
            parent.children.retain(|child| child != id);
        }
        self.remove(id);
        removed.push(id.to_owned());
        removed
    }

    /// IDs of items that differ between the two or exist in only one of them.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let changed = |(id, entity): (&Arc<str>, &Arc<Entity>)| {
            let same = other.entities.get(id).is_some_and(|there| Arc::ptr_eq(there, entity));
            (!same).then(|| id.to_string())
        };
        let mut ids: Vec<_> = self.entities.iter().filter_map(changed).collect();
        ids.extend(other.entities.keys().filter(|id| !self.entities.contains_key(*id)).map(|id| id.to_string()));
        ids
    }
}
