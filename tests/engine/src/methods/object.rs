//! Generic objects, dimensions, measures: properties, patches, children, layouts.

use super::doc_items::{make, remove};
use super::{Answer, Call, Done, Job, Methods, calculate, done, nothing, one, result};
use crate::error::{EngineError, Result, code};
use crate::objects::contents::{Entity, Kind};
use crate::objects::{layout, patches, tree, written};
use crate::protocol::check;
use crate::protocol::failure::failure;
use crate::protocol::schema::snapshot;
use crate::session::events::Event;
use crate::session::jobs::Work;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const METHODS: Methods = &[
    ("GenericObject.GetLayout", get_layout),
    ("GenericDimension.GetLayout", get_layout),
    ("GenericMeasure.GetLayout", get_layout),
    ("GenericObject.GetProperties", properties),
    ("GenericDimension.GetProperties", properties),
    ("GenericMeasure.GetProperties", properties),
    ("GenericObject.SetProperties", set_properties),
    ("GenericDimension.SetProperties", set_properties),
    ("GenericMeasure.SetProperties", set_properties),
    ("GenericObject.ApplyPatches", apply_patches),
    ("GenericDimension.ApplyPatches", apply_patches),
    ("GenericMeasure.ApplyPatches", apply_patches),
    ("GenericObject.GetInfo", info),
    ("GenericDimension.GetInfo", info),
    ("GenericMeasure.GetInfo", info),
    ("GenericObject.GetLinkedObjects", linked_objects),
    ("GenericDimension.GetLinkedObjects", linked_objects),
    ("GenericMeasure.GetLinkedObjects", linked_objects),
    ("GenericObject.Publish", |call| set_detail(call, |entity| entity.details.published = true)),
    ("GenericObject.UnPublish", |call| set_detail(call, |entity| entity.details.published = false)),
    ("GenericObject.Approve", |call| set_detail(call, |entity| entity.details.approved = true)),
    ("GenericObject.UnApprove", |call| set_detail(call, |entity| entity.details.approved = false)),
    ("GenericDimension.Publish", |call| set_detail(call, |entity| entity.details.published = true)),
    ("GenericDimension.UnPublish", |call| set_detail(call, |entity| entity.details.published = false)),
    ("GenericDimension.Approve", |call| set_detail(call, |entity| entity.details.approved = true)),
    ("GenericDimension.UnApprove", |call| set_detail(call, |entity| entity.details.approved = false)),
    ("GenericMeasure.Approve", |call| set_detail(call, |entity| entity.details.approved = true)),
    ("GenericMeasure.UnApprove", |call| set_detail(call, |entity| entity.details.approved = false)),
    ("GenericMeasure.Publish", |call| set_detail(call, |entity| entity.details.published = true)),
    ("GenericMeasure.UnPublish", |call| set_detail(call, |entity| entity.details.published = false)),
    ("GenericDimension.GetDimension", |call| one("qDim", call.entity()?.properties["qDim"].clone())),
    ("GenericMeasure.GetMeasure", |call| one("qMeasure", call.entity()?.properties["qMeasure"].clone())),
    ("GenericObject.GetEffectiveProperties", effective_properties),
    ("GenericObject.ClearSoftPatches", clear_soft_patches),
    ("GenericObject.GetFullPropertyTree", property_tree),
    ("GenericObject.SetFullPropertyTree", set_property_tree),
    ("GenericObject.CreateChild", create_child),
    ("GenericObject.GetChild", child),
    ("GenericObject.GetChildInfos", child_infos),
    ("GenericObject.GetParent", parent),
    ("GenericObject.DestroyChild", destroy_child),
    ("GenericObject.DestroyAllChildren", destroy_all_children),
    ("GenericObject.SetChildArrayOrder", order_children),
    ("GenericObject.CopyFrom", copy_from),
];

/// Layouts are calculated in the background.
pub(super) fn get_layout(call: &mut Call<'_>) -> Result<Answer> {
    let entity = call.entity()?;
    calculate(call, "qLayout", move |frame, tools| layout::of_item(frame, &entity, &tools.abort.flag))
}

pub(super) fn properties(call: &mut Call<'_>) -> Result<Answer> {
    one("qProp", call.entity()?.properties.clone())
}

pub(super) fn set_properties(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let properties = call.params.value("qProp").clone();
    call.change_entity(&id, |entity| {
        entity.set_properties(properties);
        Ok(())
    })?;
    done()
}

pub(super) fn info(call: &mut Call<'_>) -> Result<Answer> {
    one("qInfo", call.entity()?.info())
}

pub(super) fn set_detail(call: &mut Call<'_>, change: fn(&mut Entity)) -> Result<Answer> {
    let id = call.target_id()?;
    call.change_entity(&id, |entity| {
        change(entity);
        Ok(())
    })?;
    done()
}

/// Applies patches to the properties, or soft patches that only this session sees.
pub(super) fn apply_patches(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let list = call.params.list("qPatches").to_vec();
    if !call.params.flag("qSoftPatch") {
        call.change_entity(&id, |entity| {
            let mut properties = entity.properties.clone();
            patches::apply(&mut properties, &list)?;
            check::properties(snapshot(), &format!("{}Properties", entity.kind.class()), &properties)?;
            entity.set_properties(properties);
            Ok(())
        })?;
        return done();
    }
    // A soft patch that does not apply is an error now, not when the layout is requested.
    let mut effective = call.frame()?.effective_properties(&id)?;
    patches::apply(&mut effective, &list)?;
    check::properties(snapshot(), "GenericObjectProperties", &effective)?;
    call.session()?.soft_patches.entry(id.clone()).or_default().extend(list);
    call.announce(&Event::Object(call.session, id))?;
    done()
}

fn clear_soft_patches(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    if call.session()?.soft_patches.remove(&id).is_some() {
        call.announce(&Event::Object(call.session, id))?;
    }
    done()
}

fn effective_properties(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    one("qProp", written::properties(Kind::Object, &call.frame()?.effective_properties(&id)?))
}

fn property_tree(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let frame = call.frame()?;
    let contents = if frame.own.get(&id).is_some() { &frame.own } else { &frame.app };
    one("qPropEntry", tree::read(contents, &id)?)
}

fn set_property_tree(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let entry = call.params.value("qPropEntry").clone();
    let app = call.app_id()?;
    let own = call.is_own(&id)?;
    let (session, document) = call.session_and_doc()?;
    let contents = if own { Arc::make_mut(&mut session.own) } else { document.change() };
    let (gone, changed) = tree::write(contents, &id, &entry, &super::unique_id)?;
    call.announce(&Event::Entities(Kind::Object, changed))?;
    call.world.close_entities(&app, &gone);
    done()
}

/// `NxLinkedObjectInfo` of each object that is linked to this one or uses this item.
pub(super) fn linked_objects(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let frame = call.frame()?;
    let linked = frame
        .app
        .iter()
        .chain(frame.own.iter())
        .filter(|entity| entity.uses.extends.as_ref() == Some(&id) || entity.uses.library.contains(&id));
    let items = linked.map(|entity| json!({ "qRootId": root_of(&frame.app, entity), "qInfo": entity.info() }));
    one("qItems", items.collect::<Value>())
}

fn root_of(contents: &crate::objects::contents::Contents, entity: &Entity) -> String {
    let mut root = entity;
    while let Some(parent) = root.parent.as_deref().and_then(|parent| contents.get(parent)) {
        root = parent;
    }
    root.id.clone()
}

/// Some requests change the properties of the parent as well as its children.
fn set_own_properties(call: &mut Call<'_>, id: &str) -> Result<()> {
    let properties = call.params.value("qPropForThis").clone();
    if properties.as_object().is_none_or(serde_json::Map::is_empty) {
        return Ok(());
    }
    call.change_entity(id, |entity| {
        entity.set_properties(properties);
        Ok(())
    })
}

fn create_child(call: &mut Call<'_>) -> Result<Answer> {
    let parent = call.target_id()?;
    let properties = call.params.value("qProp").clone();
    let mut child = make(call, Kind::Object, properties)?;
    child.parent = Some(parent.clone());
    set_own_properties(call, &parent)?;
    let (id, info) = (child.id.clone(), child.info());
    let own = call.is_own(&parent)?;
    let (session, document) = call.session_and_doc()?;
    let contents = if own { Arc::make_mut(&mut session.own) } else { document.change() };
    contents.insert(child);
    let parent_entity = contents.get_mut(&parent).ok_or_else(|| EngineError::not_found(&*parent))?;
    parent_entity.children.push(id.clone());
    let lists_children = parent_entity.uses.children;
    call.announce(&Event::Entities(Kind::Object, vec![id.clone()]))?;
    if lists_children {
        call.announce(&Event::Entities(Kind::Object, vec![parent]))?;
    }
    let mut results = result("qReturn", call.interface(Kind::Object, &id)?);
    results.insert("qInfo".into(), info);
    Ok(Answer::Now(results))
}

fn child(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.params.text("qId").to_owned();
    let is_child = call.entity()?.children.contains(&id);
    one("qReturn", if is_child { call.interface(Kind::Object, &id)? } else { nothing() })
}

fn child_infos(call: &mut Call<'_>) -> Result<Answer> {
    let entity = call.entity()?;
    let frame = call.frame()?;
    let infos = entity.children.iter().filter_map(|id| frame.entity(id)).map(|child| child.info());
    one("qInfos", infos.collect::<Value>())
}

fn parent(call: &mut Call<'_>) -> Result<Answer> {
    match call.entity()?.parent.clone() {
        Some(parent) => one("qReturn", call.interface(Kind::Object, &parent)?),
        None => one("qReturn", nothing()),
    }
}

fn destroy_child(call: &mut Call<'_>) -> Result<Answer> {
    let parent = call.target_id()?;
    let id = call.params.text("qId").to_owned();
    let is_child = call.entity()?.children.contains(&id);
    if is_child {
        set_own_properties(call, &parent)?;
    }
    one("qSuccess", is_child && remove(call, Kind::Object, &id)?)
}

fn destroy_all_children(call: &mut Call<'_>) -> Result<Answer> {
    let parent = call.target_id()?;
    set_own_properties(call, &parent)?;
    for child in call.entity()?.children.clone() {
        remove(call, Kind::Object, &child)?;
    }
    done()
}

fn order_children(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let wanted: Vec<String> = call.params.list("qIds").iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
    call.change_entity(&id, |entity| {
        let (mut sorted, mut known) = (wanted.clone(), entity.children.clone());
        sorted.sort();
        known.sort();
        if sorted != known {
            return Err(failure(code::INVALID_PARAMETERS, "qIds"));
        }
        entity.children = wanted;
        Ok(())
    })?;
    done()
}

/// Replaces the properties and the children with those of another object.
fn copy_from(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    let from = call.params.text("qFromId").to_owned();
    let app = call.app_id()?;
    let own = call.is_own(&id)?;
    let frame = call.frame()?;
    let source = Arc::clone(frame.object(&from)?);
    let before = call.entity()?;
    let (session, document) = call.session_and_doc()?;
    let contents = if own { Arc::make_mut(&mut session.own) } else { document.change() };
    let gone: Vec<String> = before.children.iter().flat_map(|child| contents.remove_tree(child)).collect();
    let mut children = Vec::new();
    if contents.get(&from).is_some() {
        for child in &source.children {
            children.extend(tree::copy(contents, child, Some(&id), &super::unique_id)?.last().cloned());
        }
    }
    let entity = contents.get_mut(&id).ok_or_else(|| EngineError::not_found(&*id))?;
    let kind = before.info_type().to_owned();
    entity.set_properties(source.properties.clone());
    entity.properties["qInfo"]["qType"] = json!(kind);
    entity.children = children;
    call.announce(&Event::Entities(Kind::Object, vec![id]))?;
    call.world.close_entities(&app, &gone);
    done()
}

/// A response that is calculated from a frame and has more than one value.
pub(super) fn later(job: Job) -> Answer {
    Answer::Later(Work::Calculation, job)
}

/// The results of a job, without a last step.
pub(super) fn finished(results: super::Results) -> Result<Done> {
    Ok(Done::Result(results))
}
