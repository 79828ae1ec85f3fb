//! Bookmarks: named selections.

use super::doc_items::{clone, destroy, make};
use super::object::{apply_patches, get_layout, info, properties, set_detail, set_properties};
use super::{Answer, Call, Methods, Results, calculate, one, result, unique_id};
use crate::error::{EngineError, Result};
use crate::objects::contents::{Contents, Entity, Kind};
use crate::objects::document::RESERVED_VARIABLES;
use crate::objects::lists;
use crate::selection::{DEFAULT_STATE, Snapshot};
use crate::session::events::Event;
use serde_json::{Value, json};
use std::sync::Arc;

pub(super) const METHODS: Methods = &[
    ("Doc.CreateBookmark", create),
    ("Doc.CreateBookmarkEx", create),
    ("Doc.GetBookmark", |call| {
        let id = call.params.text("qId").to_owned();
        one("qReturn", call.interface(Kind::Bookmark, &id)?)
    }),
    ("Doc.GetBookmarks", list),
    ("Doc.ReplaceBookmark", replace),
    ("Doc.DestroyBookmark", |call| destroy(call, Kind::Bookmark)),
    ("Doc.CloneBookmark", |call| clone(call, Kind::Bookmark)),
    ("Doc.ApplyBookmark", |call| {
        let id = call.params.text("qId").to_owned();
        one("qSuccess", apply(call, &id)?)
    }),
    ("Doc.GetSetAnalysis", set_analysis),
    ("Doc.CreateTemporaryBookmark", create_temporary),
    ("Doc.ApplyTemporaryBookmark", restore_temporary),
    ("Doc.StoreTempSelectionState", |call| {
        call.app_id()?;
        store(call)
    }),
    ("Doc.RestoreTempSelectionState", restore_temporary),
    ("GenericBookmark.Apply", |call| {
        let id = call.target_id()?;
        one("qSuccess", apply(call, &id)?)
    }),
    ("GenericBookmark.GetSetAnalysis", |call| {
        let id = call.target_id()?;
        bookmark_set(call, &id)
    }),
    ("GenericBookmark.GetLayout", get_layout),
    ("GenericBookmark.GetProperties", properties),
    ("GenericBookmark.SetProperties", set_properties),
    ("GenericBookmark.ApplyPatches", apply_patches),
    ("GenericBookmark.GetInfo", info),
    ("GenericBookmark.Publish", |call| set_detail(call, |entity| entity.details.published = true)),
    ("GenericBookmark.UnPublish", |call| set_detail(call, |entity| entity.details.published = false)),
    ("GenericBookmark.Approve", |call| set_detail(call, |entity| entity.details.approved = true)),
    ("GenericBookmark.UnApprove", |call| set_detail(call, |entity| entity.details.approved = false)),
];

fn create(call: &mut Call<'_>) -> Result<Answer> {
    refuse_patches(call)?;
    let properties = call.params.value("qProp").clone();
    let mut bookmark = make(call, Kind::Bookmark, properties)?;
    take_selections(call, &mut bookmark)?;
    Ok(Answer::Now(super::doc_items::add(call, bookmark)?))
}

/// Bookmarks here do not keep soft patches; an error is better than losing them.
fn refuse_patches(call: &Call<'_>) -> Result<()> {
    if call.params.list("qObjectIdsToPatch").is_empty() {
        return Ok(());
    }
    Err(EngineError::not_implemented("bookmarks with qObjectIdsToPatch"))
}

fn take_selections(call: &mut Call<'_>, bookmark: &mut Entity) -> Result<()> {
    let frame = call.frame()?;
    remember_selections(bookmark, frame.selections.snapshot(&frame.data), &frame.app);
    Ok(())
}

/// Stores selections in a bookmark, and the app's variables to restore with them.
pub(crate) fn remember_selections(bookmark: &mut Entity, snapshot: Snapshot, app: &Contents) {
    let all = bookmark.properties["qIncludeVariables"].as_bool().unwrap_or(false);
    let included = |variable: &&Arc<Entity>| {
        let asked = variable.properties["qIncludeInBookmark"].as_bool().unwrap_or(false);
        (all || asked) && !RESERVED_VARIABLES.contains(&variable.name())
    };
    let variables: Vec<_> = app.of_kind(Kind::Variable).filter(included).collect();
    let items = variables
        .iter()
        .map(|variable| json!({ "qName": variable.name(), "qDefinition": variable.properties["qDefinition"] }));
    bookmark.details.layout = json!({
        "qFieldInfos": snapshot.field_infos(),
        "qBookmark": { "qStateData": snapshot.state_data(), "qVariableItems": items.collect::<Value>() },
    });
    let definition = |variable: &&Arc<Entity>| (variable.id.clone(), variable.properties["qDefinition"].clone());
    bookmark.details.variables = variables.iter().map(definition).collect();
    bookmark.details.selections = Some(snapshot);
}

fn list(call: &mut Call<'_>) -> Result<Answer> {
    let options = call.params.value("qOptions").clone();
    calculate(call, "qList", move |frame, tools| {
        let types: Vec<&str> = options["qTypes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let all = frame.app.of_kind(Kind::Bookmark);
        let wanted = all.filter(|bookmark| types.is_empty() || types.contains(&bookmark.info_type()));
        Ok(Value::Array(lists::entries(frame, wanted, &options["qData"], &tools.abort.flag)?))
    })
}

fn replace(call: &mut Call<'_>) -> Result<Answer> {
    refuse_patches(call)?;
    if !call.params.flag("qIgnorePatches") && !call.frame()?.soft_patches.is_empty() {
        return Err(EngineError::not_implemented("bookmarks with soft patches"));
    }
    let id = call.params.text("qId").to_owned();
    let found = call.doc()?.contents.get(&id).filter(|entity| entity.kind == Kind::Bookmark).cloned();
    let Some(found) = found else { return Err(EngineError::not_found(id)) };
    let mut bookmark = (*found).clone();
    take_selections(call, &mut bookmark)?;
    let info = bookmark.info();
    call.change_entity(&id, |entity| {
        *entity = bookmark;
        Ok(())
    })?;
    let mut results: Results = result("qReturn", call.interface(Kind::Bookmark, &id)?);
    results.insert("qInfo".into(), info);
    Ok(Answer::Now(results))
}

/// Restores the selections of a bookmark; `false` if it does not exist.
pub(super) fn apply(call: &mut Call<'_>, id: &str) -> Result<bool> {
    let frame = call.frame()?;
    let Some(bookmark) = frame.entity(id).filter(|entity| entity.kind == Kind::Bookmark) else { return Ok(false) };
    let Some(snapshot) = bookmark.details.selections.clone() else { return Ok(false) };
    call.start_selecting()?;
    for (id, definition) in &bookmark.details.variables {
        // A variable that was deleted is not restored.
        if frame.app.get(id).is_some_and(|variable| &variable.properties["qDefinition"] != definition) {
            call.change_entity(id, |variable| {
                variable.properties["qDefinition"] = definition.clone();
                Ok(())
            })?;
        }
    }
    let session = call.session()?;
    Arc::make_mut(&mut session.selections).restore(&frame.data, &snapshot);
    call.announce(&Event::Selections(call.session))?;
    Ok(true)
}

/// The selections of a bookmark, or the current ones, as a set expression.
fn set_analysis(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.params.text("qBookmarkId").to_owned();
    if !id.is_empty() {
        return bookmark_set(call, &id);
    }
    let frame = call.frame()?;
    set_expression(call, &frame.selections.snapshot(&frame.data))
}

/// The selections of a bookmark as a set expression.
fn bookmark_set(call: &mut Call<'_>, id: &str) -> Result<Answer> {
    let frame = call.frame()?;
    let bookmark = frame.entity(id).filter(|entity| entity.kind == Kind::Bookmark);
    let bookmark = bookmark.ok_or_else(|| EngineError::not_found(id))?;
    set_expression(call, &bookmark.details.selections.clone().unwrap_or_default())
}

fn set_expression(call: &Call<'_>, snapshot: &Snapshot) -> Result<Answer> {
    let state = match call.params.text("qStateName") {
        "" => DEFAULT_STATE,
        state => state,
    };
    one("qSetExpression", snapshot.set_text(state).ok_or_else(|| EngineError::not_found(state))?)
}

/// Temporary bookmarks keep selections only; variables and patches are not supported.
fn create_temporary(call: &mut Call<'_>) -> Result<Answer> {
    refuse_patches(call)?;
    let options = call.params.value("qOptions");
    for option in ["qIncludeVariables", "qIncludeAllPatches"] {
        if options[option].as_bool().unwrap_or(false) {
            return Err(EngineError::not_implemented(format!("temporary bookmarks with {option}")));
        }
    }
    store(call)
}

/// Keeps a snapshot of the selections in the session.
fn store(call: &mut Call<'_>) -> Result<Answer> {
    let frame = call.frame()?;
    let id = unique_id();
    call.session()?.temporary.insert(id.clone(), frame.selections.snapshot(&frame.data));
    let mut results = result("qReturn", true);
    results.insert("qId".into(), json!(id));
    Ok(Answer::Now(results))
}

fn restore_temporary(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.params.text("qId").to_owned();
    call.start_selecting()?;
    let frame = call.frame()?;
    let session = call.session()?;
    let Some(snapshot) = session.temporary.get(&id).cloned() else { return one("qReturn", false) };
    Arc::make_mut(&mut session.selections).restore(&frame.data, &snapshot);
    call.announce(&Event::Selections(call.session))?;
    one("qReturn", true)
}
