//! Selections of the whole app: fields, clearing, locking, back and forward, alternate states.

use super::{Answer, Call, Methods, done, nothing, one};
use crate::error::{EngineError, Result, code};
use crate::protocol::failure::failure;
use crate::selection::Selections;
use crate::session::connection::Target;
use crate::session::events::Event;
use serde_json::json;
use std::sync::Arc;

pub(super) const METHODS: Methods = &[
    ("Doc.GetField", field),
    ("Doc.ClearAll", |call| {
        let (over_locks, state) = (call.params.flag("qLockedAlso"), state(call));
        change(call, Some(state), |selections, state| selections.clear_all(state, over_locks).map(drop))
    }),
    ("Doc.LockAll", |call| {
        let state = state(call);
        change(call, Some(state), |selections, state| selections.lock_all(state))
    }),
    ("Doc.UnlockAll", |call| {
        let state = state(call);
        change(call, Some(state), |selections, state| selections.unlock_all(state))
    }),
    ("Doc.Back", |call| {
        change(call, None, |selections, _| {
            selections.back();
            Ok(())
        })
    }),
    ("Doc.Forward", |call| {
        change(call, None, |selections, _| {
            selections.forward();
            Ok(())
        })
    }),
    ("Doc.BackCount", |call| call.app_id().and_then(|_| one("qReturn", call.session()?.selections.steps().0))),
    ("Doc.ForwardCount", |call| call.app_id().and_then(|_| one("qReturn", call.session()?.selections.steps().1))),
    ("Doc.AddAlternateState", add_state),
    ("Doc.RemoveAlternateState", remove_state),
    ("Doc.AddSessionAlternateState", add_session_state),
    ("Doc.RemoveSessionAlternateState", remove_session_state),
    ("Doc.AbortModal", abort_modal),
];

/// The alternate state in a request, or the default state.
fn state(call: &Call<'_>) -> String {
    match call.params.text("qStateName") {
        "" => "$".to_owned(),
        state => state.to_owned(),
    }
}

fn field(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qFieldName").to_owned();
    let state = state(call);
    let frame = call.frame()?;
    if frame.data.cardinal(&name).is_none() {
        return one("qReturn", nothing());
    }
    if !frame.selections.has_state(&state) {
        return Err(EngineError::not_found(state));
    }
    let handle = call.socket()?.handle(Target::Field { name: name.clone(), state });
    one("qReturn", json!({ "qType": "Field", "qHandle": handle, "qGenericId": name }))
}

/// Changes the selections and announces the change; without a state, in all states.
fn change(
    call: &mut Call<'_>,
    state: Option<String>,
    change: impl FnOnce(&mut Selections, &str) -> Result<()>,
) -> Result<Answer> {
    call.app_id()?;
    call.start_selecting()?;
    change(Arc::make_mut(&mut call.session()?.selections), state.as_deref().unwrap_or_default())?;
    call.announce(&match state {
        Some(state) => Event::State(call.session, state),
        None => Event::Selections(call.session),
    })?;
    done()
}

fn add_state(call: &mut Call<'_>) -> Result<Answer> {
    let state = call.params.text("qStateName").to_owned();
    let app = call.app_id()?;
    if state.is_empty() || call.session()?.selections.has_state(&state) || call.doc()?.states.contains(&state) {
        return Err(failure(code::ALREADY_EXISTS, state));
    }
    call.doc()?.states.push(state.clone());
    for session in call.world.sessions.values_mut().filter(|session| session.app.as_ref() == Some(&app)) {
        Arc::make_mut(&mut session.selections).add_state(&state)?;
    }
    call.announce(&Event::App)?;
    call.announce(&Event::Data)?;
    done()
}

fn remove_state(call: &mut Call<'_>) -> Result<Answer> {
    let state = call.params.text("qStateName").to_owned();
    let app = call.app_id()?;
    if !call.doc()?.states.contains(&state) {
        return Err(EngineError::not_found(state));
    }
    call.doc()?.states.retain(|other| other != &state);
    for session in call.world.sessions.values_mut().filter(|session| session.app.as_ref() == Some(&app)) {
        Arc::make_mut(&mut session.selections).remove_state(&state)?;
    }
    call.announce(&Event::App)?;
    call.announce(&Event::Data)?;
    done()
}

fn add_session_state(call: &mut Call<'_>) -> Result<Answer> {
    let state = call.params.text("qStateName").to_owned();
    let source = call.params.text("qSourceStateName").to_owned();
    call.app_id()?;
    let session = call.session()?;
    let selections = Arc::make_mut(&mut session.selections);
    match source.as_str() {
        "" => selections.add_state(&state)?,
        source => selections.add_state_like(&state, source)?,
    }
    session.own_states.push(state.clone());
    call.announce(&Event::State(call.session, state))?;
    call.announce(&Event::App)?;
    done()
}

fn remove_session_state(call: &mut Call<'_>) -> Result<Answer> {
    let state = call.params.text("qStateName").to_owned();
    call.app_id()?;
    let session = call.session()?;
    let known = session.own_states.contains(&state);
    if known {
        session.own_states.retain(|other| other != &state);
        Arc::make_mut(&mut session.selections).remove_state(&state)?;
        call.announce(&Event::State(call.session, state))?;
        call.announce(&Event::App)?;
    }
    one("qSuccess", known)
}

fn abort_modal(call: &mut Call<'_>) -> Result<Answer> {
    let accept = call.params.flag("qAccept");
    call.app_id()?;
    end_modal(call, accept)?;
    done()
}

/// Ends the selection mode; the selections made in it are kept only if they are accepted.
pub(super) fn end_modal(call: &mut Call<'_>, accept: bool) -> Result<()> {
    let session = call.session()?;
    let Some(modal) = session.modal.take() else { return Ok(()) };
    if !accept && modal.made {
        session.selections = modal.before;
        call.world.abort_calculations(call.session);
        call.announce(&Event::Selections(call.session))?;
    }
    call.announce(&Event::Object(call.session, modal.id))
}
