//! Records the state that calls set in the session.

use std::sync::Arc;

use qix_schema::rpc::{Class as _, Effect, RawCall};
use qix_schema::{Doc, Field, Global};
use serde::Deserialize;

use super::books::{CalledObject, Entry, Reply, Sets, is_refusal};
use super::core::{Object, Shared};
use super::resume;
use crate::protocol::answer::named_object;

/// A recorded call, until its outcome is known.
pub(super) struct Noted<'a>(Option<(&'a Arc<Shared>, i64, Sets)>);

/// The entry of a call in the journal, and what it sets; `None` if it sets no state.
pub(super) fn entry(object: &Object, call: &RawCall) -> Option<(Entry, Sets)> {
    let sets = match call.method.effect {
        Effect::Read => Sets::Nothing,
        Effect::Write => Sets::of(call.method),
    };
    let is_remembered = match sets {
        Sets::Nothing => false,
        // The recipe of a session object contains its soft patches.
        Sets::Patches | Sets::NoPatches => object.recipe().is_none(),
        _ => true,
    };
    is_remembered.then(|| (Entry::new(call.method, sets, &call.params, target(object)), sets))
}

impl<'a> Noted<'a> {
    /// A call that was sent, with what it sets.
    pub(super) fn new(shared: &'a Arc<Shared>, id: i64, sets: Option<Sets>) -> Self {
        Self(sets.map(|sets| (shared, id, sets)))
    }

    /// The engine has answered.
    pub(super) fn answered(mut self, reply: &Reply) {
        let Some((shared, id, sets)) = self.0.take() else { return };
        let result = match reply {
            Reply::Result(text, range) => &text.as_ref()[range.clone()],
            _ => "",
        };
        if is_refusal(result) {
            return shared.journal().refused(id);
        }
        let made = (sets == Sets::NewVariable).then(|| named_object(result)).flatten();
        shared.journal().answered(id, made.and_then(|object| object.id));
        if sets == Sets::NoPatchesAnywhere {
            shared.objects().iter().for_each(|object| object.forget_soft_patches());
        }
    }

    /// The engine has answered with an error, or the call was not sent.
    pub(super) fn refused(mut self) {
        if let Some((shared, id, _)) = self.0.take() {
            shared.journal().refused(id);
        }
    }

    /// The connection was lost. The effect of the call is known after reconnecting.
    pub(super) fn cut_off(mut self) {
        self.0 = None;
    }
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        if let Some((shared, id, _)) = self.0 {
            shared.journal().given_up(id);
        }
    }
}

/// The object of a call, for finding it in another session.
fn target(object: &Object) -> CalledObject {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Names {
        #[serde(rename = "qFieldName")]
        field: String,
        #[serde(rename = "qReadableName")]
        on_the_fly: String,
        #[serde(rename = "qStateName")]
        state: String,
        #[serde(rename = "qName")]
        name: String,
    }
    let class = object.handle().class;
    if class == Global::NAME || class == Doc::NAME {
        return CalledObject { name: String::new(), state: None, found_by: None };
    }
    let names =
        object.origin().and_then(|origin| serde_json::from_str::<Names>(&origin.params).ok()).unwrap_or_default();
    let id = object.handle().id.clone().unwrap_or_default();
    let of_origin = [names.field, names.on_the_fly, names.name].into_iter().find(|name| !name.is_empty());
    let (name, state) = if class == Field::NAME {
        let state = if names.state.is_empty() { "$".to_owned() } else { names.state };
        (of_origin.unwrap_or(id), Some(state))
    } else {
        let state = object.recipe().as_ref().filter(|recipe| recipe.is_in_default_state()).map(|_| "$".to_owned());
        (if id.is_empty() { of_origin.unwrap_or_default() } else { id }, state)
    };
    CalledObject { name, state, found_by: resume::found_by(object) }
}
