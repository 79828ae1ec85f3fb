//! Records the state that calls set in the session.

use qix_schema::rpc::{Class as _, Effect, RawCall};
use qix_schema::{Doc, Field, Global};

use super::books::{CalledObject, Entry, Recipe, Reply, Sets, is_refusal};
use super::core::{Object, Shared};
use super::resume;
use crate::protocol::answer::named_object;
use crate::protocol::parts::Parts;

/// A recorded call, until its caller knows the outcome.
pub(super) struct Noted<'a>(Option<(&'a Object, i64, &'a RawCall)>);

/// The entry of a call in the journal; `None` if it sets no state.
pub(super) fn entry(object: &Object, call: &RawCall) -> Option<Entry> {
    let sets = match call.method.effect {
        Effect::Read => Sets::Nothing,
        Effect::Write if object.recipe().is_some() && Recipe::is_changed_by(call.method) => Sets::Definition,
        Effect::Write => Sets::of(call.method),
    };
    (sets != Sets::Nothing).then(|| Entry::new(call.method, sets, &call.params, target(object)))
}

/// The engine has answered a call. Its caller may be gone, or learn of it only after the connection is lost.
pub(super) fn answered(shared: &Shared, id: i64, reply: &Reply) {
    let Some(sets) = shared.journal().awaited(id) else { return };
    let result = match reply {
        Reply::Result(text, range) => &text.as_ref()[range.clone()],
        Reply::Error(..) => return shared.journal().refused(id),
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

impl<'a> Noted<'a> {
    /// A call that was sent.
    pub(super) fn new(object: &'a Object, id: i64, call: &'a RawCall) -> Self {
        Self((call.method.effect == Effect::Write).then_some((object, id, call)))
    }

    /// The engine has answered without an error.
    pub(super) fn answered(mut self) {
        if let Some((object, id, call)) = self.0.take() {
            change_recipe(object, id, call);
        }
    }

    /// The engine has answered with an error, or the call was not sent.
    pub(super) fn refused(mut self) {
        if let Some((object, id, _)) = self.0.take() {
            object.session().journal().refused(id);
        }
    }

    /// The connection was lost. The effect of the call is known after reconnecting.
    pub(super) fn cut_off(mut self) {
        self.0 = None;
    }
}

fn change_recipe(object: &Object, id: i64, call: &RawCall) {
    if let Some(recipe) = &mut *object.recipe() {
        recipe.note(call.method, &call.params);
    }
    object.session().journal().in_recipe(id);
}

impl Drop for Noted<'_> {
    fn drop(&mut self) {
        let Some((object, id, call)) = self.0 else { return };
        if object.session().journal().is_done(id) {
            change_recipe(object, id, call);
        } else {
            object.session().journal().given_up(id);
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
