//! A snapshot of a session: everything that a layout or a page of data depends on. Calculations read a frame
//! while the session continues; a frame caches its cubes and lists for the next page.

use super::contents::{Contents, Entity, Kind};
use super::patches;
use crate::calculate::{Context, Cube, Expansion, Library, List, Variables};
use crate::data::Data;
use crate::error::{EngineError, Result, code};
use crate::protocol::failure::{LINKED_TO_NOTHING, failure};
use crate::selection::Selections;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

/// The path under which the active field of a master dimension is stored.
pub(crate) const MASTER_DIMENSION: &str = "qDim";

/// The location of a definition: the object's ID and the path in its properties.
pub(crate) type Place = (String, String);

/// An object in selection mode.
#[derive(Clone, Debug)]
pub(crate) struct Modal {
    pub(crate) id: String,
    pub(crate) made: bool,
    /// The selections to restore if the new ones are not accepted.
    pub(crate) before: Arc<Selections>,
}

#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(crate) data: Arc<Data>,
    pub(crate) selections: Arc<Selections>,
    pub(crate) variables: Variables,
    pub(crate) app: Arc<Contents>,
    /// Session objects and session variables.
    pub(crate) own: Arc<Contents>,
    pub(crate) soft_patches: BTreeMap<String, Vec<Value>>,
    pub(crate) modal: Option<Modal>,
    pub(crate) searches: BTreeMap<Place, String>,
    pub(crate) expansions: BTreeMap<Place, Expansion>,
    /// Active fields of groups, by dimension, if they were changed.
    pub(crate) active_fields: BTreeMap<Place, BTreeMap<usize, usize>>,
    pub(crate) undo: (usize, usize),
    pub(crate) cubes: Mutex<HashMap<Place, Arc<Cube>>>,
    pub(crate) lists: Mutex<HashMap<Place, Arc<List>>>,
}

impl Frame {
    pub(crate) fn entity(&self, id: &str) -> Option<&Arc<Entity>> {
        self.own.get(id).or_else(|| self.app.get(id))
    }

    pub(crate) fn object(&self, id: &str) -> Result<&Arc<Entity>> {
        self.entity(id).ok_or_else(|| EngineError::not_found(id))
    }

    pub(crate) fn context<'a>(&'a self, state: &'a str, cancel: &'a AtomicBool) -> Context<'a> {
        let context = Context::new(&self.data, &self.selections, &self.variables, self, cancel);
        if state.is_empty() { context } else { context.in_state(state) }
    }

    /// An object's properties, merged over those of the object that it extends, with its soft patches applied.
    pub(crate) fn effective_properties(&self, id: &str) -> Result<Value> {
        self.effective(id, 0)
    }

    fn effective(&self, id: &str, depth: usize) -> Result<Value> {
        let entity = self.object(id)?;
        let mut properties = entity.properties.clone();
        if let Some(linked) = &entity.uses.extends {
            if depth > 8 || self.entity(linked).is_none() {
                return Err(failure(LINKED_TO_NOTHING, linked.clone()));
            }
            properties = merge(self.effective(linked, depth + 1)?, properties);
        }
        if let Some(soft) = self.soft_patches.get(id) {
            patches::apply(&mut properties, soft)?;
        }
        Ok(properties)
    }

    /// The definition at a path. The path can also use the name in the layout, without `Def`.
    pub(crate) fn definition(&self, id: &str, path: &str) -> Result<(Place, Value, String)> {
        let properties = self.effective_properties(id)?;
        let path = path.trim_matches('/');
        let as_definition = format!("{path}Def");
        let found = [path, &as_definition]
            .into_iter()
            .filter(|path| path.ends_with("Def"))
            .find_map(|path| Some((path, patches::find(&properties, path)?)));
        let (path, definition) = found.ok_or_else(|| failure(code::INVALID_PATH, path))?;
        Ok(((id.to_owned(), path.to_owned()), definition.clone(), state_of(&properties).to_owned()))
    }

    /// The cube at a path of an object's properties.
    pub(crate) fn cube(&self, id: &str, path: &str, cancel: &AtomicBool) -> Result<Arc<Cube>> {
        let (place, definition, state) = self.definition(id, path)?;
        self.cube_of(place, &definition, &state, cancel)
    }

    pub(crate) fn cube_of(
        &self,
        place: Place,
        definition: &Value,
        state: &str,
        cancel: &AtomicBool,
    ) -> Result<Arc<Cube>> {
        let known = self.cubes.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(cube) = known {
            return Ok(cube);
        }
        let closed = Expansion::default();
        let expansion = self.expansions.get(&place).unwrap_or(&closed);
        let definition = known_mode(definition);
        let definition = self.with_active_fields(&place, definition);
        let cube = Arc::new(Cube::new(&definition, expansion, &self.context(state, cancel))?);
        self.cubes.lock().unwrap_or_else(PoisonError::into_inner).insert(place, Arc::clone(&cube));
        Ok(cube)
    }

    fn with_active_fields<'a>(&self, place: &Place, definition: Cow<'a, Value>) -> Cow<'a, Value> {
        if self.active_fields.is_empty() {
            return definition;
        }
        // The active field of a master dimension applies unless the object has changed its own.
        let mut active: BTreeMap<usize, usize> = BTreeMap::new();
        let dimensions = definition["qDimensions"].as_array().map_or(std::slice::from_ref(&*definition), Vec::as_slice);
        for (index, dimension) in dimensions.iter().enumerate() {
            let id = dimension["qLibraryId"].as_str().unwrap_or_default().to_owned();
            let of_master = self.active_fields.get(&(id, MASTER_DIMENSION.to_owned()));
            active.extend(of_master.and_then(|active| active.get(&0)).map(|field| (index, *field)));
        }
        active.extend(self.active_fields.get(place).into_iter().flatten());
        let mut definition = definition.into_owned();
        for (dimension, field) in &active {
            let of = match definition.get_mut("qDimensions") {
                // The definition may have lost the dimension in the meantime.
                Some(dimensions) => dimensions.get_mut(*dimension),
                None => Some(&mut definition),
            };
            if let Some(of) = of {
                of["qDef"]["qActiveField"] = (*field).into();
            }
        }
        Cow::Owned(definition)
    }

    /// The number of fields of a dimension of a cube or list, which may be a master item.
    pub(crate) fn group_fields(&self, definition: &Value, dimension: usize) -> usize {
        let of = match definition["qDimensions"].as_array() {
            Some(dimensions) => dimensions.get(dimension).unwrap_or(&Value::Null),
            None => definition,
        };
        let library = of["qLibraryId"].as_str().filter(|id| !id.is_empty()).and_then(|id| self.dimension(id));
        let fields = match &library {
            Some(master) => &master["qDim"]["qFieldDefs"],
            None => &of["qDef"]["qFieldDefs"],
        };
        fields.as_array().map_or(0, Vec::len)
    }

    /// The list object at a path of an object's properties.
    pub(crate) fn list(&self, id: &str, path: &str, cancel: &AtomicBool) -> Result<Arc<List>> {
        let (place, definition, state) = self.definition(id, path)?;
        self.list_of(place, &definition, &state, cancel)
    }

    pub(crate) fn list_of(
        &self,
        place: Place,
        definition: &Value,
        state: &str,
        cancel: &AtomicBool,
    ) -> Result<Arc<List>> {
        let known = self.lists.lock().unwrap_or_else(PoisonError::into_inner).get(&place).cloned();
        if let Some(list) = known {
            return Ok(list);
        }
        let search = self.searches.get(&place).map(String::as_str);
        let definition = self.with_active_fields(&place, Cow::Borrowed(definition));
        let context = self.context(state, cancel);
        let list = match self.modal.as_ref().filter(|modal| modal.id == place.0) {
            None => List::new(&definition, search, &context)?,
            Some(modal) => {
                let before = Context::new(&self.data, &modal.before, &self.variables, self, cancel);
                let before = if state.is_empty() { before } else { before.in_state(state) };
                List::ordered_as_in(&definition, search, &context, &before)?
            }
        };
        let list = Arc::new(list);
        self.lists.lock().unwrap_or_else(PoisonError::into_inner).insert(place, Arc::clone(&list));
        Ok(list)
    }
}

impl Library for Frame {
    fn dimension(&self, id: &str) -> Option<Value> {
        self.entity(id).filter(|e| e.kind == Kind::Dimension).map(|e| e.properties.clone())
    }

    fn measure(&self, id: &str) -> Option<Value> {
        self.entity(id).filter(|e| e.kind == Kind::Measure).map(|e| e.properties.clone())
    }
}

/// Clients also write modes with a prefix of older engines: `EQ_DATA_MODE_PIVOT`.
fn known_mode(definition: &Value) -> Cow<'_, Value> {
    let Some(mode) = definition["qMode"].as_str().and_then(|mode| mode.strip_prefix("EQ_")) else {
        return Cow::Borrowed(definition);
    };
    let mut known = definition.clone();
    known["qMode"] = mode.into();
    Cow::Owned(known)
}

/// The alternate state in an object's properties; empty if there is none.
pub(crate) fn state_of(properties: &Value) -> &str {
    properties["qStateName"].as_str().unwrap_or_default()
}

/// Merges the members of `over` recursively over those of `base`. Lists are replaced as a whole.
fn merge(base: Value, over: Value) -> Value {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            let mut merged: Map<String, Value> = base;
            for (name, value) in over {
                let below = merged.entry(name).or_insert(Value::Null);
                *below = merge(below.take(), value);
            }
            Value::Object(merged)
        }
        (_, over) => over,
    }
}
