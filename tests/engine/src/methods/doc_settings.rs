//! Settings that an app stores for tools and owners: script breakpoints, table viewer positions, drafts, owner.

use super::{Answer, Call, Methods, done, one};
use crate::error::{EngineError, Result, code};
use crate::objects::contents::Kind;
use crate::objects::lists::PRIVILEGES;
use crate::objects::tree;
use crate::protocol::failure::failure;
use crate::session::events::Event;
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("Doc.GetScriptBreakpoints", |call| one("qBreakpoints", call.doc()?.tools.breakpoints.clone())),
    ("Doc.SetScriptBreakpoints", |call| {
        let breakpoints = Value::Array(call.params.list("qBreakpoints").to_vec());
        call.doc()?.tools.breakpoints = breakpoints;
        done()
    }),
    ("Doc.GetViewDlgSaveInfo", |call| one("qReturn", call.doc()?.tools.table_viewer.clone())),
    ("Doc.SetViewDlgSaveInfo", |call| {
        let info = call.params.value("qInfo").clone();
        call.doc()?.tools.table_viewer = info;
        done()
    }),
    ("Doc.GetScriptMeta", |call| {
        call.app_id()?;
        one("qMeta", json!({ "qMeta": { "privileges": PRIVILEGES } }))
    }),
    // Texts are returned as they are: macros cannot be defined here.
    ("Doc.GetTextMacros", |call| call.app_id().and_then(|_| one("qMacros", json!([])))),
    ("Doc.GetLibraryContent", library_content),
    ("Doc.SetProhibitBinaryLoad", |call| {
        let prohibit = call.params.flag("qProhibit");
        let document = call.doc()?;
        document.tools.prohibit_binary_load = prohibit;
        document.modified = true;
        call.announce(&Event::App)?;
        done()
    }),
    ("Doc.ChangeSessionAppOwner", |call| {
        let owner = call.params.text("qNewOwnerId").to_owned();
        change_session_app(call, "qNewOwnerId", owner, |meta, owner| meta["ownerId"] = json!(owner))
    }),
    ("Doc.ChangeSessionAppSpace", |call| {
        let space = call.params.text("qSpaceId").to_owned();
        change_session_app(call, "qSpaceId", space, |meta, space| meta["spaceId"] = json!(space))
    }),
    ("Doc.CreateDraft", create_draft),
    ("Doc.CommitDraft", commit_draft),
    ("Doc.DestroyDraft", destroy_draft),
];

/// There is no content except for apps, so every library is empty.
fn library_content(call: &mut Call<'_>) -> Result<Answer> {
    call.app_id()?;
    one("qList", json!({ "qItems": [] }))
}

/// Changes the owner or space of a session app; other apps do not support this.
fn change_session_app(
    call: &mut Call<'_>,
    parameter: &str,
    wanted: String,
    change: fn(&mut Value, String),
) -> Result<Answer> {
    let document = call.doc()?;
    if !document.is_session_app {
        return Err(failure(code::ACCESS_DENIED, document.id.clone()));
    }
    if wanted.is_empty() {
        return Err(failure(code::INVALID_PARAMETERS, parameter));
    }
    change(&mut document.tools.meta, wanted);
    call.announce(&Event::App)?;
    one("qSuccess", true)
}

/// A draft is a copy of an object with its own ID and a reference to the original.
fn create_draft(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.params.text("qId").to_owned();
    let document = call.doc()?;
    if document.contents.get(&id).is_none_or(|object| object.kind != Kind::Object) {
        return Err(EngineError::not_found(id));
    }
    let copies = tree::copy(document.change(), &id, None, &super::unique_id)?;
    let draft = copies.last().cloned().unwrap_or_default();
    document.tools.drafts.insert(draft.clone(), id);
    call.announce(&Event::Entities(Kind::Object, copies))?;
    one("qDraftId", draft)
}

/// Replaces the object with its draft and removes the draft.
fn commit_draft(call: &mut Call<'_>) -> Result<Answer> {
    let draft = call.params.text("qId").to_owned();
    let document = call.doc()?;
    let source = document.tools.drafts.get(&draft).cloned().ok_or_else(|| EngineError::not_found(&*draft))?;
    let entry = tree::read(&document.contents, &draft)?;
    let (mut gone, changed) = tree::write(document.change(), &source, &entry, &super::unique_id)?;
    document.tools.drafts.remove(&draft);
    gone.extend(document.change().remove_tree(&draft));
    finish(call, changed, &gone)?;
    done()
}

fn destroy_draft(call: &mut Call<'_>) -> Result<Answer> {
    let (draft, source) = (call.params.text("qId").to_owned(), call.params.text("qSourceId").to_owned());
    let document = call.doc()?;
    if document.tools.drafts.get(&draft) != Some(&source) {
        return one("qSuccess", false);
    }
    document.tools.drafts.remove(&draft);
    let gone = document.change().remove_tree(&draft);
    finish(call, Vec::new(), &gone)?;
    one("qSuccess", true)
}

fn finish(call: &mut Call<'_>, mut changed: Vec<String>, gone: &[String]) -> Result<()> {
    let app = call.app_id()?;
    changed.extend(gone.iter().cloned());
    call.announce(&Event::Entities(Kind::Object, changed))?;
    call.world.close_entities(&app, gone);
    Ok(())
}
