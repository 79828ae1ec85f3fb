//! Methods of fields.

use super::{Answer, Call, Done, Job, Methods, Results, done, one, result};
use crate::calculate;
use crate::error::{EngineError, Result};
use crate::objects::frame::Frame;
use crate::selection::{Mode, Part, Pick, Selections};
use crate::session::connection::Target;
use crate::session::events::Event;
use crate::session::jobs::Work;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(super) const METHODS: Methods = &[
    ("Field.GetCardinal", cardinal),
    ("Field.GetNxProperties", properties),
    ("Field.SetNxProperties", set_properties),
    // Fields here never combine their values with "and".
    ("Field.GetAndMode", |_| one("qReturn", false)),
    ("Field.Select", |call| search(call, Mode::Replace)),
    ("Field.ToggleSelect", |call| search(call, Mode::Toggle)),
    ("Field.SelectValues", values),
    ("Field.LowLevelSelect", elements),
    ("Field.SelectAll", |call| part(call, Part::All)),
    ("Field.SelectPossible", |call| part(call, Part::Possible)),
    ("Field.SelectExcluded", |call| part(call, Part::Excluded)),
    ("Field.SelectAlternative", |call| part(call, Part::Alternative)),
    ("Field.Clear", |call| {
        change(call, |selections, frame, field, state, _| selections.clear(&frame.data, state, field))
    }),
    ("Field.ClearAllButThis", |call| {
        change(call, |selections, frame, field, state, over_locks| {
            selections.clear_all_but(&frame.data, state, field, over_locks)
        })
    }),
    ("Field.Lock", |call| {
        change(call, |selections, frame, field, state, _| selections.lock(&frame.data, state, field))
    }),
    ("Field.Unlock", |call| {
        change(call, |selections, frame, field, state, _| selections.unlock(&frame.data, state, field))
    }),
];

fn place(call: &Call<'_>) -> Result<(String, String)> {
    match &call.target {
        Target::Field { name, state } => Ok((name.clone(), state.clone())),
        _ => Err(EngineError::not_found("")),
    }
}

fn cardinal(call: &mut Call<'_>) -> Result<Answer> {
    let (field, _) = place(call)?;
    let cardinal = call.frame()?.data.cardinal(&field);
    one("qReturn", cardinal.ok_or_else(|| EngineError::not_found(field))?)
}

fn properties(call: &mut Call<'_>) -> Result<Answer> {
    let (field, _) = place(call)?;
    let single = call.session()?.selections.is_single(&field);
    one("qProperties", if single { json!({ "qOneAndOnlyOne": true }) } else { json!({}) })
}

/// In a saved app, this would be saved too; here it lasts as long as the session has the app open.
fn set_properties(call: &mut Call<'_>) -> Result<Answer> {
    let (field, state) = place(call)?;
    let single = call.params.value("qProperties")["qOneAndOnlyOne"].as_bool().unwrap_or(false);
    let frame = call.frame()?;
    let session = call.session()?;
    Arc::make_mut(&mut session.selections).set_single(&frame.data, &field, single)?;
    session.stale();
    call.announce(&Event::State(call.session, state))?;
    done()
}

type Change = fn(&mut Selections, &Frame, &str, &str, bool) -> Result<bool>;

fn change(call: &mut Call<'_>, change: Change) -> Result<Answer> {
    let (field, state) = place(call)?;
    let over_locks = call.params.flag("qSoftLock");
    call.start_selecting()?;
    let frame = call.frame()?;
    let changed = change(Arc::make_mut(&mut call.session()?.selections), &frame, &field, &state, over_locks)?;
    call.announce(&Event::State(call.session, state))?;
    one("qReturn", changed)
}

fn part(call: &mut Call<'_>, part: Part) -> Result<Answer> {
    let (field, state) = place(call)?;
    let over_locks = call.params.flag("qSoftLock");
    call.start_selecting()?;
    let frame = call.frame()?;
    let selections = Arc::make_mut(&mut call.session()?.selections);
    let changed = selections.select_part(&frame.data, &state, &field, part, over_locks)?;
    call.announce(&Event::State(call.session, state))?;
    one("qReturn", changed)
}

fn search(call: &mut Call<'_>, mode: Mode) -> Result<Answer> {
    let (field, state) = place(call)?;
    if call.params.integer("qExcludedValuesMode") != 0 {
        return Err(EngineError::not_implemented("qExcludedValuesMode"));
    }
    let text = call.params.text("qMatch").to_owned();
    let wanted = state.clone();
    select(call, state, mode, "qReturn", move |frame, cancel| {
        Ok(vec![calculate::search(&field, &text, &frame.context(&wanted, cancel))?])
    })
}

fn values(call: &mut Call<'_>) -> Result<Answer> {
    let (field, state) = place(call)?;
    let mode = if call.params.flag("qToggleMode") { Mode::Toggle } else { Mode::Replace };
    let values = call.params.list("qFieldValues").to_vec();
    let wanted = state.clone();
    // For texts that do not exist, as in a field of numbers, the engine returns `true` and selects nothing.
    let texts = values.iter().all(|value| !value["qIsNumeric"].as_bool().unwrap_or(false));
    select_picks(call, state, mode, Some(("qReturn", texts)), move |frame, cancel| {
        Ok(vec![calculate::find_values(&field, &values, &frame.context(&wanted, cancel))?])
    })
}

fn elements(call: &mut Call<'_>) -> Result<Answer> {
    let (field, state) = place(call)?;
    let mode = if call.params.flag("qToggleMode") { Mode::Toggle } else { Mode::Replace };
    let elements = call.params.integers("qValues").into_iter().filter_map(|n| usize::try_from(n).ok()).collect();
    select(call, state, mode, "qReturn", move |_, _| Ok(vec![Pick { field, elements }]))
}

/// Calculates what to select, then selects it: a step that later requests wait for.
pub(super) fn select(
    call: &mut Call<'_>,
    state: String,
    mode: Mode,
    answer: &'static str,
    pick: impl FnOnce(&Frame, &AtomicBool) -> Result<Vec<Pick>> + Send + 'static,
) -> Result<Answer> {
    select_picks(call, state, mode, Some((answer, false)), pick)
}

/// The same for methods without a result, or with another result if there is nothing to select.
pub(super) fn select_picks(
    call: &mut Call<'_>,
    state: String,
    mode: Mode,
    answer: Option<(&'static str, bool)>,
    pick: impl FnOnce(&Frame, &AtomicBool) -> Result<Vec<Pick>> + Send + 'static,
) -> Result<Answer> {
    call.start_selecting()?;
    let over_locks = call.params.flag("qSoftLock");
    let clears_last = call.params.flag("qDeselectOnlyOneSelected");
    let frame = call.frame()?;
    let job: Job = Box::new(move |tools| {
        let picks = pick(&frame, &tools.abort.flag)?;
        Ok(Done::Then(Box::new(move |call| {
            let session = call.session()?;
            let selections = Arc::make_mut(&mut session.selections);
            // Selecting the only selected value again clears it.
            let is_selected = |pick: &Pick| selections.is_only(&state, pick);
            let mode = if clears_last && picks.iter().all(is_selected) { Mode::Toggle } else { mode };
            let changed = selections.select(&frame.data, &state, &picks, mode, over_locks)?;
            if let Some(modal) = &mut session.modal {
                modal.made = true;
            }
            // Calculations that started in the meantime use the earlier selections.
            call.world.abort_calculations(call.session);
            call.announce(&Event::State(call.session, state.clone()))?;
            let Some((name, if_nothing)) = answer else { return Ok(Results::new()) };
            let selections = &call.session()?.selections;
            let nothing = |pick: &Pick| pick.elements.is_empty() && !selections.locked(&state, &pick.field);
            Ok(result(name, changed || (if_nothing && picks.iter().all(nothing))))
        })))
    });
    Ok(Answer::Later(Work::Step, job))
}
