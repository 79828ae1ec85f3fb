//! Property trees: reading and writing an object with everything below it.

use super::contents::{Contents, Entity, Kind};
use crate::error::{EngineError, Result};
use serde_json::{Value, json};

/// `GenericObjectEntry` of an object.
pub(crate) fn read(contents: &Contents, id: &str) -> Result<Value> {
    let entity = contents.get(id).ok_or_else(|| EngineError::not_found(id))?;
    let children: Result<Vec<_>> = entity.children.iter().map(|child| read(contents, child)).collect();
    let mut entry = json!({ "qProperty": entity.properties, "qChildren": children? });
    if !entity.details.snapshot.is_null() {
        entry["qEmbeddedSnapshotRef"] = entity.details.snapshot.clone();
    }
    Ok(entry)
}

/// Makes an object and everything below it match the entry. Children that are not in it are removed.
/// Returns the IDs that were removed, and those that were created or changed.
pub(crate) fn write(
    contents: &mut Contents,
    id: &str,
    entry: &Value,
    new_id: &dyn Fn() -> String,
) -> Result<(Vec<String>, Vec<String>)> {
    let (mut gone, mut changed) = (Vec::new(), vec![id.to_owned()]);
    let object = contents.get_mut(id).ok_or_else(|| EngineError::not_found(id))?;
    object.set_properties(entry["qProperty"].clone());
    object.details.snapshot = entry["qEmbeddedSnapshotRef"].clone();
    let before = std::mem::take(&mut object.children);
    let mut after = Vec::new();
    for child in entry["qChildren"].as_array().into_iter().flatten() {
        let wanted = child["qProperty"]["qInfo"]["qId"].as_str().filter(|id| !id.is_empty());
        let taken = wanted.filter(|id| contents.get(id).is_some() && !before.iter().any(|b| b == id));
        let child_id = match (wanted, taken) {
            (Some(id), None) => id.to_owned(),
            _ => new_id(),
        };
        if contents.get(&child_id).is_none() {
            let mut made = Entity::new(Kind::Object, &child_id, json!({}));
            made.parent = Some(id.to_owned());
            contents.insert(made);
        }
        let (below_gone, below_changed) = write(contents, &child_id, child, new_id)?;
        gone.extend(below_gone);
        changed.extend(below_changed);
        after.push(child_id);
    }
    for child in before.iter().filter(|child| !after.contains(child)) {
        gone.extend(contents.remove_tree(child));
    }
    if let Some(object) = contents.get_mut(id) {
        object.children = after;
    }
    Ok((gone, changed))
}

/// Copies an object and everything below it under new IDs; the new object's ID comes last.
pub(crate) fn copy(
    contents: &mut Contents,
    id: &str,
    parent: Option<&str>,
    new_id: &dyn Fn() -> String,
) -> Result<Vec<String>> {
    let source = contents.get(id).cloned().ok_or_else(|| EngineError::not_found(id))?;
    let copy_id = new_id();
    let mut made = Entity { id: copy_id.clone(), children: Vec::new(), ..(*source).clone() };
    made.parent = parent.map(str::to_owned);
    made.set_properties(source.properties.clone());
    contents.insert(made);
    let mut ids = Vec::new();
    let mut children = Vec::new();
    for child in &source.children {
        let copied = copy(contents, child, Some(&copy_id), new_id)?;
        children.extend(copied.last().cloned());
        ids.extend(copied);
    }
    if let Some(made) = contents.get_mut(&copy_id) {
        made.children = children;
    }
    ids.push(copy_id);
    Ok(ids)
}
