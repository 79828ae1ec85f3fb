//! Creating, finding, copying and destroying the items of an app, with undo.

use super::{Answer, Call, Methods, calculate, done, nothing, one, result};
use crate::error::{EngineError, Result, code};
use crate::objects::contents::{Entity, Kind};
use crate::objects::{lists, tree};
use crate::protocol::failure::{LINKED_TO_NOTHING, VARIABLE_EXISTS, VARIABLE_WITHOUT_NAME, failure, invalid_params};
use crate::session::events::Event;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const METHODS: Methods = &[
    ("Doc.CreateObject", |call| create(call, Kind::Object)),
    ("Doc.CreateSessionObject", create_session_object),
    ("Doc.GetOrCreateObject", get_or_create),
    ("Doc.GetObject", |call| get(call, Kind::Object)),
    ("Doc.GetObjects", objects),
    ("Doc.DestroyObject", |call| destroy(call, Kind::Object)),
    ("Doc.DestroySessionObject", |call| {
        let id = call.params.text("qId").to_owned();
        // An object of the app is not one of the session.
        let removed = call.session()?.own.get(&id).is_some() && remove(call, Kind::Object, &id)?;
        one("qSuccess", removed)
    }),
    ("Doc.CloneObject", |call| clone(call, Kind::Object)),
    ("Doc.CreateDimension", |call| create(call, Kind::Dimension)),
    ("Doc.GetDimension", |call| get(call, Kind::Dimension)),
    ("Doc.DestroyDimension", |call| destroy(call, Kind::Dimension)),
    ("Doc.CloneDimension", |call| clone(call, Kind::Dimension)),
    ("Doc.CreateMeasure", |call| create(call, Kind::Measure)),
    ("Doc.GetMeasure", |call| get(call, Kind::Measure)),
    ("Doc.GetMeasureWithLabel", measure_with_label),
    ("Doc.DestroyMeasure", |call| destroy(call, Kind::Measure)),
    ("Doc.CloneMeasure", |call| clone(call, Kind::Measure)),
    ("Doc.CreateVariableEx", |call| create_variable(call, false)),
    ("Doc.CreateSessionVariable", |call| create_variable(call, true)),
    ("Doc.GetVariableById", |call| get(call, Kind::Variable)),
    ("Doc.GetVariableByName", variable_by_name),
    ("Doc.GetVariable", variable_by_name),
    ("Doc.CreateVariable", create_plain_variable),
    ("Doc.RemoveVariable", |call| match find_variable(call)? {
        Some(id) => one("qReturn", remove(call, Kind::Variable, &id)?),
        None => one("qReturn", false),
    }),
    ("Doc.DestroySessionVariable", |call| destroy_variable(call, true)),
    ("Doc.GetVariables", variables),
    ("Doc.DestroyVariableById", |call| destroy_variable(call, false)),
    ("Doc.DestroyVariableByName", |call| destroy_variable(call, false)),
    ("Doc.DestroySessionVariableById", |call| destroy_variable(call, true)),
    ("Doc.DestroySessionVariableByName", |call| destroy_variable(call, true)),
    ("Doc.GetFavoriteVariables", |call| one("qNames", call.doc()?.favorites.clone())),
    ("Doc.SetFavoriteVariables", |call| {
        let names = call.params.value("qNames").clone();
        let document = call.doc()?;
        document.favorites = names;
        document.modified = true;
        done()
    }),
    ("Doc.GetAllInfos", all_infos),
    ("Doc.Undo", |call| step(call, false)),
    ("Doc.Redo", |call| step(call, true)),
    ("Doc.ClearUndoBuffer", clear_undo),
    ("Doc.ClearAllSoftPatches", clear_soft_patches),
];

/// The ID for a new item: the requested one if it is free.
pub(super) fn free_id(call: &mut Call<'_>, properties: &Value) -> Result<String> {
    let wanted = properties["qInfo"]["qId"].as_str().unwrap_or_default().to_owned();
    let (session, document) = call.session_and_doc()?;
    let taken = session.own.get(&wanted).is_some() || document.contents.get(&wanted).is_some();
    if wanted.is_empty() || taken { call.new_id() } else { Ok(wanted) }
}

/// A new item with the requested properties.
pub(super) fn make(call: &mut Call<'_>, kind: Kind, properties: Value) -> Result<Entity> {
    let id = free_id(call, &properties)?;
    if properties["qInfo"]["qType"].as_str().is_none_or(str::is_empty) {
        return Err(invalid_params("Missing parameter: qProp.qInfo.qType"));
    }
    let mut entity = Entity::new(kind, id, Value::Null);
    entity.set_properties(properties);
    if let Some(linked) = &entity.uses.extends
        && call.frame()?.app.get(linked).is_none()
    {
        return Err(failure(LINKED_TO_NOTHING, linked.clone()));
    }
    Ok(entity)
}

/// Adds a new item to the app and returns its interface and its info.
pub(super) fn add(call: &mut Call<'_>, entity: Entity) -> Result<super::Results> {
    let (kind, id, info) = (entity.kind, entity.id.clone(), entity.info());
    call.doc()?.change().insert(entity);
    call.announce(&Event::Entities(kind, vec![id.clone()]))?;
    let mut results = result("qReturn", call.interface(kind, &id)?);
    results.insert("qInfo".into(), info);
    Ok(results)
}

fn create(call: &mut Call<'_>, kind: Kind) -> Result<Answer> {
    let properties = call.params.value("qProp").clone();
    let entity = make(call, kind, properties)?;
    Ok(Answer::Now(add(call, entity)?))
}

fn create_session_object(call: &mut Call<'_>) -> Result<Answer> {
    let properties = call.params.value("qProp").clone();
    let entity = make(call, Kind::Object, properties)?;
    let id = entity.id.clone();
    let session = call.session()?;
    session.stale();
    Arc::make_mut(&mut session.own).insert(entity);
    one("qReturn", call.interface(Kind::Object, &id)?)
}

fn get_or_create(call: &mut Call<'_>) -> Result<Answer> {
    let properties = call.params.value("qProp").clone();
    let id = properties["qInfo"]["qId"].as_str().unwrap_or_default().to_owned();
    let frame = call.frame()?;
    let known = frame.entity(&id);
    let is_other =
        |known: &Entity| known.kind != Kind::Object || properties["qInfo"]["qType"].as_str() != Some(known.info_type());
    if known.is_some_and(|known| is_other(known)) {
        return Err(failure(code::ALREADY_EXISTS, id));
    }
    let found = known.is_some();
    let mut results = if found {
        result("qReturn", call.interface(Kind::Object, &id)?)
    } else {
        let entity = make(call, Kind::Object, properties)?;
        let mut results = add(call, entity)?;
        results.remove("qInfo");
        results
    };
    results.insert("qNewObject".into(), json!(!found));
    Ok(Answer::Now(results))
}

fn get(call: &mut Call<'_>, kind: Kind) -> Result<Answer> {
    let id = call.params.text("qId").to_owned();
    one("qReturn", call.interface(kind, &id)?)
}

/// `NxContainerEntry` for objects of some types, or of all.
fn objects(call: &mut Call<'_>) -> Result<Answer> {
    let options = call.params.value("qOptions").clone();
    calculate(call, "qList", move |frame, tools| {
        let types: Vec<&str> = options["qTypes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let own = options["qIncludeSessionObjects"].as_bool().unwrap_or(false);
        let all = frame.app.of_kind(Kind::Object).chain(frame.own.of_kind(Kind::Object).filter(|_| own));
        let wanted = all.filter(|entity| types.is_empty() || types.contains(&entity.info_type()));
        Ok(Value::Array(lists::entries(frame, wanted, &options["qData"], &tools.abort.flag)?))
    })
}

fn measure_with_label(call: &mut Call<'_>) -> Result<Answer> {
    let label = call.params.text("qLabel").to_owned();
    let frame = call.frame()?;
    let found = frame.app.of_kind(Kind::Measure).find(|m| m.properties["qMeasure"]["qLabel"] == label.as_str());
    match found {
        Some(measure) => one("qReturn", call.interface(Kind::Measure, &measure.id)?),
        None => one("qReturn", nothing()),
    }
}

pub(super) fn destroy(call: &mut Call<'_>, kind: Kind) -> Result<Answer> {
    let id = call.params.text("qId").to_owned();
    one("qSuccess", remove(call, kind, &id)?)
}

/// Destroys an item and everything below it; `false` if it does not exist.
pub(super) fn remove(call: &mut Call<'_>, kind: Kind, id: &str) -> Result<bool> {
    let app = call.app_id()?;
    let (session, document) = call.session_and_doc()?;
    let is = |entity: &Arc<Entity>| entity.kind == kind;
    let removed = if session.own.get(id).is_some_and(is) {
        Arc::make_mut(&mut session.own).remove_tree(id)
    } else if let Some(entity) = document.contents.get(id).filter(|entity| is(entity)) {
        let parent = entity.parent.clone();
        let removed = document.change().remove_tree(id);
        if let Some(parent) = parent {
            call.announce(&Event::Entities(kind, vec![parent]))?;
        }
        removed
    } else {
        return Ok(false);
    };
    call.announce(&Event::Entities(kind, removed.clone()))?;
    if kind == Kind::Variable {
        call.announce(&Event::Data)?;
    }
    call.world.close_entities(&app, &removed);
    Ok(true)
}

pub(super) fn clone(call: &mut Call<'_>, kind: Kind) -> Result<Answer> {
    let id = call.params.text("qId").to_owned();
    let document = call.doc()?;
    let source = document.contents.get(&id).filter(|entity| entity.kind == kind);
    let parent = source.ok_or_else(|| EngineError::not_found(&*id))?.parent.clone();
    let copies = tree::copy(document.change(), &id, parent.as_deref(), &super::unique_id)?;
    let copy = copies.last().cloned().unwrap_or_default();
    if let Some(parent) = parent.as_deref().and_then(|parent| document.change().get_mut(parent)) {
        parent.children.push(copy.clone());
    }
    call.announce(&Event::Entities(kind, copies))?;
    one("qCloneId", copy)
}

fn create_variable(call: &mut Call<'_>, own: bool) -> Result<Answer> {
    let properties = call.params.value("qProp").clone();
    let name = properties["qName"].as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(failure(VARIABLE_WITHOUT_NAME, ""));
    }
    let (session, document) = call.session_and_doc()?;
    if document.contents.variable(&name).is_some() || session.own.variable(&name).is_some() {
        return Err(failure(VARIABLE_EXISTS, name));
    }
    let entity = make(call, Kind::Variable, properties)?;
    let results = if own {
        let id = entity.id.clone();
        Arc::make_mut(&mut call.session()?.own).insert(entity);
        call.session()?.stale();
        result("qReturn", call.interface(Kind::Variable, &id)?)
    } else {
        add(call, entity)?
    };
    call.announce(&Event::Data)?;
    Ok(Answer::Now(results))
}

/// A variable without a definition.
fn create_plain_variable(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qName").to_owned();
    if name.is_empty() || call.doc()?.contents.variable(&name).is_some() {
        return one("qReturn", false);
    }
    let entity = make(call, Kind::Variable, json!({ "qInfo": { "qType": "variable" }, "qName": name }))?;
    let id = entity.id.clone();
    call.doc()?.change().insert(entity);
    call.announce(&Event::Entities(Kind::Variable, vec![id]))?;
    one("qReturn", true)
}

fn find_variable(call: &mut Call<'_>) -> Result<Option<String>> {
    let name = call.params.text("qName").to_owned();
    let (session, document) = call.session_and_doc()?;
    let found = session.own.variable(&name).or_else(|| document.contents.variable(&name));
    Ok(found.map(|variable| variable.id.clone()))
}

fn variable_by_name(call: &mut Call<'_>) -> Result<Answer> {
    match find_variable(call)? {
        Some(id) => one("qReturn", call.interface(Kind::Variable, &id)?),
        None => one("qReturn", nothing()),
    }
}

fn variables(call: &mut Call<'_>) -> Result<Answer> {
    let definition = call.params.value("qListDef").clone();
    calculate(call, "qList", move |frame, _| Ok(Value::Array(lists::variables(frame, &definition))))
}

/// Destroys a variable by its ID or name: one of the session, or one of the app that the script did not create.
fn destroy_variable(call: &mut Call<'_>, own: bool) -> Result<Answer> {
    let id = match call.params.text("qId") {
        "" => find_variable(call)?.unwrap_or_default(),
        id => id.to_owned(),
    };
    let (session, document) = call.session_and_doc()?;
    let found = if own { session.own.get(&id) } else { document.contents.get(&id) };
    let destroys = found.is_some_and(|variable| own || !variable.details.from_script);
    one("qSuccess", destroys && remove(call, Kind::Variable, &id)?)
}

fn all_infos(call: &mut Call<'_>) -> Result<Answer> {
    let frame = call.frame()?;
    // Variables created by the script are not items of the app.
    let all = frame.app.iter().chain(frame.own.iter()).filter(|entity| !entity.details.from_script);
    let infos = all.map(|entity| entity.info());
    one("qInfos", infos.collect::<Value>())
}

/// One step back or forward in the app's undo history.
fn step(call: &mut Call<'_>, forward: bool) -> Result<Answer> {
    let app = call.app_id()?;
    let document = call.doc()?;
    let Some(changed) = document.step(forward) else { return one("qSuccess", false) };
    let contents = Arc::clone(&document.contents);
    let (there, gone): (Vec<_>, Vec<_>) = changed.into_iter().partition(|id| contents.get(id).is_some());
    for kind in [Kind::Object, Kind::Dimension, Kind::Measure, Kind::Variable, Kind::Bookmark] {
        call.announce(&Event::Entities(kind, there.clone()))?;
    }
    call.announce(&Event::Data)?;
    call.world.close_entities(&app, &gone);
    one("qSuccess", true)
}

fn clear_undo(call: &mut Call<'_>) -> Result<Answer> {
    call.doc()?.clear_undo();
    call.announce(&Event::App)?;
    done()
}

fn clear_soft_patches(call: &mut Call<'_>) -> Result<Answer> {
    call.app_id()?;
    let patched: Vec<String> = std::mem::take(&mut call.session()?.soft_patches).into_keys().collect();
    for id in patched {
        call.announce(&Event::Object(call.session, id))?;
    }
    done()
}
