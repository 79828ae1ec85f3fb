//! Lists in generic objects: app objects, children, fields, master items, variables, bookmarks,
//! selections, undo steps.

use super::contents::{Contents, Entity, Kind};
use super::document::RESERVED_VARIABLES;
use super::frame::{Frame, state_of};
use super::{layout, patches};
use crate::calculate;
use crate::error::Result;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What owners are allowed to do with their items.
pub(crate) const PRIVILEGES: [&str; 4] = ["read", "update", "delete", "exportdata"];

/// The list of a definition, with its name in the layout; `None` if it does not define a list.
pub(crate) fn layout(
    name: &str,
    definition: &Value,
    frame: &Frame,
    id: &str,
    state: &str,
    cancel: &AtomicBool,
) -> Result<Option<(&'static str, Value)>> {
    let kind = match name {
        "qAppObjectListDef" => Kind::Object,
        "qDimensionListDef" => Kind::Dimension,
        "qMeasureListDef" => Kind::Measure,
        "qBookmarkListDef" => Kind::Bookmark,
        "qVariableListDef" => {
            let items = variables(frame, definition);
            return Ok(Some(("qVariableList", json!({ "qItems": items }))));
        }
        "qFieldListDef" => return Ok(Some(("qFieldList", json!({ "qItems": fields(frame, definition) })))),
        "qChildListDef" => {
            let children = frame.object(id)?.children.iter().filter_map(|child| frame.entity(child));
            let items = entries(frame, children, &definition["qData"], cancel)?;
            return Ok(Some(("qChildList", json!({ "qItems": items }))));
        }
        "qSelectionObjectDef" => {
            let own = definition["qStateName"].as_str().filter(|state| !state.is_empty());
            let context = frame.context(own.unwrap_or(state), cancel);
            return Ok(Some(("qSelectionObject", calculate::current_selections(&context))));
        }
        "qUndoInfoDef" => {
            let (undo, redo) = frame.undo;
            return Ok(Some(("qUndoInfo", json!({ "qUndoCount": undo, "qRedoCount": redo }))));
        }
        // There is no media library, so the list is empty.
        "qMediaListDef" => return Ok(Some(("qMediaList", json!({ "qItems": [] })))),
        // No extensions are installed.
        "qExtensionListDef" => return Ok(Some(("qExtensionList", json!({ "qItems": [] })))),
        _ => return Ok(None),
    };
    let wanted = definition["qType"].as_str().unwrap_or_default();
    // The types of other items are up to the client, except for snapshots, which are bookmarks.
    let by_type = matches!(kind, Kind::Object | Kind::Bookmark) && !wanted.is_empty();
    let items = of_kind(&frame.app, kind).filter(|entity| !by_type || entity.info_type() == wanted);
    let items = entries(frame, items, &definition["qData"], cancel)?;
    let name = match kind {
        Kind::Object => "qAppObjectList",
        Kind::Dimension => "qDimensionList",
        Kind::Measure => "qMeasureList",
        _ => "qBookmarkList",
    };
    Ok(Some((name, json!({ "qItems": items }))))
}

/// Items of a kind; of the objects, only those without a parent.
fn of_kind(contents: &Contents, kind: Kind) -> impl Iterator<Item = &Arc<Entity>> {
    contents.of_kind(kind).filter(|entity| entity.parent.is_none())
}

/// `NxMeta` of an item: its attributes.
pub(crate) fn meta(entity: &Entity) -> Value {
    let mut meta = json!({ "privileges": PRIVILEGES });
    for (name, value) in entity.properties["qMetaDef"].as_object().into_iter().flatten() {
        meta[name] = value.clone();
    }
    for (name, set) in [("published", entity.details.published), ("approved", entity.details.approved)] {
        if set {
            meta[name] = json!(true);
        }
    }
    meta
}

/// `NxContainerEntry` for each item, with the data at the paths of `qData`.
pub(crate) fn entries<'a>(
    frame: &Frame,
    entities: impl Iterator<Item = &'a Arc<Entity>>,
    data: &Value,
    cancel: &AtomicBool,
) -> Result<Vec<Value>> {
    entities
        .map(|entity| {
            let data = item_data(frame, entity, data, cancel)?;
            Ok(json!({ "qInfo": entity.info(), "qMeta": meta(entity), "qData": data }))
        })
        .collect()
}

/// Looks up each path of `qData` in the properties, the layout and the attributes, in this order.
fn item_data(frame: &Frame, entity: &Entity, paths: &Value, cancel: &AtomicBool) -> Result<Value> {
    let mut data = Map::new();
    let properties = match entity.kind {
        Kind::Object => frame.effective_properties(&entity.id).unwrap_or_else(|_| entity.properties.clone()),
        _ => entity.properties.clone(),
    };
    let state = state_of(&properties).to_owned();
    // The layout of an object can be a large calculation; those of other kinds are small.
    let item_layout = match entity.kind {
        Kind::Object => Value::Null,
        _ => layout::of_item(frame, entity, cancel)?,
    };
    for (name, path) in paths.as_object().into_iter().flatten() {
        let Some(path) = path.as_str() else { continue };
        let found = patches::find(&properties, path)
            .or_else(|| patches::find(&item_layout, path))
            .or_else(|| patches::find(&properties["qMetaDef"], path));
        // A missing value is an empty string, not an omitted member.
        let part = match found {
            Some(part) => layout::of_part(frame, &entity.id, &state, part, cancel)?,
            None => json!(""),
        };
        data.insert(name.clone(), part);
    }
    Ok(Value::Object(data))
}

/// `NxFieldDescription` of each field. System fields are hidden, so both must be requested.
fn fields(frame: &Frame, definition: &Value) -> Vec<Value> {
    let wants = |name: &str| definition[name].as_bool().unwrap_or(false);
    let mut names = frame.data.field_names();
    if wants("qShowSystem") && wants("qShowHidden") {
        names.extend(frame.data.system_field_names());
    }
    let mut described: Vec<Value> =
        names.into_iter().filter_map(|name| frame.data.nx_field_description(name)).collect();
    if !wants("qShowSrcTables") {
        for field in described.iter_mut().filter_map(Value::as_object_mut) {
            field.shift_remove("qSrcTables");
        }
    }
    described
}

/// `NxVariableListItem` for each variable that the definition includes.
pub(crate) fn variables(frame: &Frame, definition: &Value) -> Vec<Value> {
    let wants = |name: &str| definition[name].as_bool().unwrap_or(false);
    let own = frame.own.of_kind(Kind::Variable).filter(|_| wants("qShowSession"));
    let all = frame.app.of_kind(Kind::Variable).chain(own);
    all.filter_map(|variable| {
        let properties = &variable.properties;
        let reserved = RESERVED_VARIABLES.contains(&variable.name());
        if reserved && !wants("qShowReserved") {
            return None;
        }
        let mut item = json!({
            "qName": variable.name(), "qInfo": variable.info(), "qMeta": meta(variable), "qData": {},
        });
        for (name, text) in [("qDescription", &properties["qComment"]), ("qDefinition", &properties["qDefinition"])] {
            if let Some(text) = text.as_str().filter(|text| !text.is_empty()) {
                item[name] = json!(text);
            }
        }
        for (name, set) in [("qIsReserved", reserved), ("qIsScriptCreated", variable.details.from_script)] {
            if set {
                item[name] = json!(true);
            }
        }
        for (name, path) in definition["qData"].as_object().into_iter().flatten() {
            let path = path.as_str().unwrap_or_default();
            let found = patches::find(properties, path).or_else(|| patches::find(&properties["qMetaDef"], path));
            item["qData"][name] = found.cloned().unwrap_or_else(|| json!(""));
        }
        Some(item)
    })
    .collect()
}
