//! Records the state that calls set in the session.

use std::sync::Arc;

use qix_schema::rpc::{Class as _, Effect, RawCall};
use qix_schema::{Doc, Field, Global};

use super::books::{CalledObject, Entry, Reply, Sets, is_refusal};
use super::core::{Object, Shared};
use super::resume;
use crate::protocol::answer::named_object;
use crate::protocol::parts::Parts;

/// A recorded call, until its outcome is known.
pub(super) struct Noted<'a>(Option<(&'a Arc<Shared>, i64, Sets)>);

/// Records a call that is being sent.
pub(super) fn note<'a>(object: &'a Object, id: i64, call: &RawCall) -> Noted<'a> {
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
    if !is_remembered {
        return Noted(None);
    }
    let entry = Entry::new(call.method, sets, &call.params, target(object));
    object.session().journal().sent(id, entry);
    Noted(Some((object.session(), id, sets)))
}

impl Noted<'_> {
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
    let class = object.handle().class;
    if class == Global::NAME || class == Doc::NAME {
        return CalledObject { name: String::new(), state: None, found_by: None };
    }
    let names = object.origin().and_then(|origin| Parts::of(&origin.params)).unwrap_or_default();
    let id = object.handle().id.clone().unwrap_or_default();
    let of_origin = ["qFieldName", "qReadableName", "qName"];
    let of_origin = of_origin.into_iter().map(|name| names.string(name)).find(|name| !name.is_empty());
    let (name, state) = if class == Field::NAME {
        let state = Some(names.string("qStateName")).filter(|state| !state.is_empty());
        (of_origin.unwrap_or(id), Some(state.unwrap_or_else(|| "$".to_owned())))
    } else {
        let state = object.recipe().as_ref().filter(|recipe| recipe.is_in_default_state()).map(|_| "$".to_owned());
        (if id.is_empty() { of_origin.unwrap_or_default() } else { id }, state)
    };
    CalledObject { name, state, found_by: resume::found_by(object) }
}
