//! Selections in objects: lists, cubes, selection mode.

use super::doc_selections::end_modal;
use super::field::select;
use super::{Answer, Call, Done, Job, Methods, Results, done, result};
use crate::error::{EngineError, Result, code};
use crate::objects::frame::{Frame, Modal};
use crate::protocol::failure::{MODAL, failure};
use crate::selection::{Mode, Part, Pick, Selections};
use crate::session::events::Event;
use crate::session::jobs::Work;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

pub(super) const METHODS: Methods = &[
    ("GenericObject.BeginSelections", begin),
    ("GenericObject.EndSelections", end),
    ("GenericObject.ResetMadeSelections", reset),
    ("GenericObject.SelectListObjectValues", |call| {
        let values = call.params.integers("qValues");
        let mode = toggle(call);
        on_path(call, mode, move |frame, id, path, cancel| frame.list(id, path, cancel)?.pick_values(&values))
    }),
    ("GenericObject.SelectListObjectAll", |call| list_part(call, Part::All)),
    ("GenericObject.SelectListObjectPossible", |call| list_part(call, Part::Possible)),
    ("GenericObject.SelectListObjectExcluded", |call| list_part(call, Part::Excluded)),
    ("GenericObject.SelectListObjectAlternative", |call| list_part(call, Part::Alternative)),
    ("GenericObject.SelectListObjectContinuousRange", |call| {
        let ranges = call.params.list("qRanges").to_vec();
        on_path(call, Mode::Replace, move |frame, id, path, cancel| frame.list(id, path, cancel)?.pick_ranges(&ranges))
    }),
    ("GenericObject.SelectHyperCubeValues", |call| {
        let values = call.params.integers("qValues");
        let dimension =
            usize::try_from(call.params.integer("qDimNo")).map_err(|_| failure(code::INVALID_PARAMETERS, "qDimNo"))?;
        let mode = toggle(call);
        on_path(call, mode, move |frame, id, path, cancel| {
            frame.cube(id, path, cancel)?.pick_values(dimension, &values)
        })
    }),
    ("GenericObject.SelectHyperCubeCells", |call| {
        let (rows, columns) = (call.params.integers("qRowIndices"), call.params.integers("qColIndices"));
        on_path(call, Mode::Replace, move |frame, id, path, cancel| {
            frame.cube(id, path, cancel)?.pick_cells(&rows, &columns)
        })
    }),
    ("GenericObject.SelectPivotCells", |call| {
        let cells = call.params.list("qSelections").to_vec();
        on_path(call, Mode::Replace, move |frame, id, path, cancel| {
            frame.cube(id, path, cancel)?.pick_pivot_cells(&cells)
        })
    }),
    ("GenericObject.RangeSelectHyperCubeValues", |call| {
        let ranges = call.params.list("qRanges").to_vec();
        let (columns, or_mode) = (call.params.integers("qColumnsToSelect"), call.params.flag("qOrMode"));
        on_path(call, Mode::Replace, move |frame, id, path, cancel| {
            frame.cube(id, path, cancel)?.pick_ranges(&ranges, &columns, or_mode)
        })
    }),
    ("GenericObject.SelectHyperCubeContinuousRange", |call| {
        let ranges = call.params.list("qRanges").to_vec();
        on_path(call, Mode::Replace, move |frame, id, path, cancel| {
            frame.cube(id, path, cancel)?.pick_continuous(&ranges)
        })
    }),
    ("GenericObject.MultiRangeSelectHyperCubeValues", multi_range),
    ("GenericObject.SearchListObjectFor", search),
    ("GenericObject.AbortListObjectSearch", abort_search),
    ("GenericObject.AcceptListObjectSearch", accept_search),
    ("GenericObject.ClearSelections", |call| {
        on_fields(call, |selections, frame, state, field| selections.clear(&frame.data, state, field).map(drop))
    }),
    ("GenericObject.Lock", |call| {
        on_fields(call, |selections, frame, state, field| selections.lock(&frame.data, state, field).map(drop))
    }),
    ("GenericObject.Unlock", |call| {
        on_fields(call, |selections, frame, state, field| selections.unlock(&frame.data, state, field).map(drop))
    }),
];

fn toggle(call: &Call<'_>) -> Mode {
    if call.params.flag("qToggleMode") { Mode::Toggle } else { Mode::Replace }
}

fn begin(call: &mut Call<'_>) -> Result<Answer> {
    let id = call.target_id()?;
    call.entity()?;
    let frame = call.frame()?;
    for path in call.params.list("qPaths") {
        frame.definition(&id, path.as_str().unwrap_or_default())?;
    }
    let session = call.session()?;
    if let Some(modal) = &session.modal {
        return Err(failure(MODAL, modal.id.clone()));
    }
    session.modal = Some(Modal { id: id.clone(), made: false, before: Arc::clone(&session.selections) });
    call.announce(&Event::Object(call.session, id))?;
    done()
}

/// Returns an error unless this object is in selection mode.
fn check_modal(call: &mut Call<'_>) -> Result<()> {
    let id = call.target_id()?;
    let modal = call.session()?.modal.as_ref().map(|modal| modal.id.clone());
    if modal.as_ref() == Some(&id) { Ok(()) } else { Err(failure(MODAL, modal.unwrap_or(id))) }
}

fn end(call: &mut Call<'_>) -> Result<Answer> {
    check_modal(call)?;
    let accept = call.params.flag("qAccept");
    end_modal(call, accept)?;
    done()
}

fn reset(call: &mut Call<'_>) -> Result<Answer> {
    check_modal(call)?;
    let id = call.target_id()?;
    call.world.abort_calculations(call.session);
    let session = call.session()?;
    if let Some(modal) = &mut session.modal {
        modal.made = false;
        session.selections = Arc::clone(&modal.before);
    }
    call.announce(&Event::Selections(call.session))?;
    call.announce(&Event::Object(call.session, id))?;
    done()
}

/// The alternate state of the definition at a path.
fn state_at(frame: &Frame, id: &str, path: &str) -> Result<String> {
    let (_, definition, object_state) = frame.definition(id, path)?;
    let own = definition["qStateName"].as_str().filter(|state| !state.is_empty());
    let state = own.unwrap_or(&object_state);
    Ok(if state.is_empty() { "$".to_owned() } else { state.to_owned() })
}

/// Selects what is picked from the cube or list at the request's path.
fn on_path(
    call: &mut Call<'_>,
    mode: Mode,
    pick: impl FnOnce(&Frame, &str, &str, &AtomicBool) -> Result<Vec<Pick>> + Send + 'static,
) -> Result<Answer> {
    let (id, path) = (call.target_id()?, call.params.text("qPath").to_owned());
    let state = state_at(&*call.frame()?, &id, &path)?;
    select(call, state, mode, "qSuccess", move |frame, cancel| pick(frame, &id, &path, cancel))
}

/// Each set of ranges picks values on its own; the picked values are combined.
fn multi_range(call: &mut Call<'_>) -> Result<Answer> {
    let sets = call.params.list("qRanges").to_vec();
    let or_mode = call.params.flag("qOrMode");
    on_path(call, Mode::Replace, move |frame, id, path, cancel| {
        let cube = frame.cube(id, path, cancel)?;
        let mut picks: Vec<Pick> = Vec::new();
        for set in &sets {
            let ranges = set["qRanges"].as_array().map_or(&[][..], Vec::as_slice);
            let columns: Vec<i64> =
                set["qColumnsToSelect"].as_array().into_iter().flatten().filter_map(|c| c.as_i64()).collect();
            for pick in cube.pick_ranges(ranges, &columns, or_mode)? {
                match picks.iter_mut().find(|known| known.field == pick.field) {
                    Some(known) => known.elements.extend(pick.elements),
                    None => picks.push(pick),
                }
            }
        }
        for pick in &mut picks {
            pick.elements.sort_unstable();
            pick.elements.dedup();
        }
        Ok(picks)
    })
}

fn list_part(call: &mut Call<'_>, part: Part) -> Result<Answer> {
    on_path(call, Mode::Replace, move |frame, id, path, cancel| frame.list(id, path, cancel)?.pick_part(part))
}

fn search(call: &mut Call<'_>) -> Result<Answer> {
    let (id, params) = (call.target_id()?, call.params.clone());
    let (place, _, _) = call.frame()?.definition(&id, params.text("qPath"))?;
    call.session()?.searches.insert(place, params.text("qMatch").to_owned());
    call.announce(&Event::Object(call.session, id.clone()))?;
    let frame = call.frame()?;
    let job: Job = Box::new(move |tools| {
        frame.list(&id, params.text("qPath"), &tools.abort.flag)?;
        // The size of the list shows whether anything was found.
        Ok(Done::Result(result("qSuccess", true)))
    });
    Ok(Answer::Later(Work::Step, job))
}

fn abort_search(call: &mut Call<'_>) -> Result<Answer> {
    let (id, path) = (call.target_id()?, call.params.text("qPath").to_owned());
    let (place, _, _) = call.frame()?.definition(&id, &path)?;
    call.session()?.searches.remove(&place);
    call.announce(&Event::Object(call.session, id))?;
    done()
}

/// Selects the search results, and ends the search.
fn accept_search(call: &mut Call<'_>) -> Result<Answer> {
    let (id, path) = (call.target_id()?, call.params.text("qPath").to_owned());
    let (place, _, _) = call.frame()?.definition(&id, &path)?;
    let mode = toggle(call);
    let answer = on_path(call, mode, |frame, id, path, cancel| frame.list(id, path, cancel)?.pick_part(Part::All))?;
    call.session()?.searches.remove(&place);
    call.announce(&Event::Object(call.session, id))?;
    // The method has no result.
    let Answer::Later(work, job) = answer else { return Ok(answer) };
    let job: Job = Box::new(move |tools| match job(tools)? {
        Done::Then(last_step) => Ok(Done::Then(Box::new(move |call| last_step(call).map(|_| Results::new())))),
        Done::Result(_) => Ok(Done::Result(Results::new())),
    });
    Ok(Answer::Later(work, job))
}

type FieldChange = fn(&mut Selections, &Frame, &str, &str) -> Result<()>;

/// Changes the fields of the list or of the cube's columns at the request's path.
fn on_fields(call: &mut Call<'_>, change: FieldChange) -> Result<Answer> {
    let (id, path) = (call.target_id()?, call.params.text("qPath").to_owned());
    let columns = call.params.integers("qColIndices");
    let frame = call.frame()?;
    let state = state_at(&frame, &id, &path)?;
    call.start_selecting()?;
    let job: Job = Box::new(move |tools| {
        let fields = fields_at(&frame, &id, &path, &columns, &tools.abort.flag)?;
        Ok(Done::Then(Box::new(move |call| {
            let session = call.session()?;
            for field in &fields {
                change(Arc::make_mut(&mut session.selections), &frame, &state, field)?;
            }
            if let Some(modal) = &mut session.modal {
                modal.made = true;
            }
            call.announce(&Event::State(call.session, state))?;
            Ok(Results::new())
        })))
    });
    Ok(Answer::Later(Work::Step, job))
}

fn fields_at(frame: &Frame, id: &str, path: &str, columns: &[i64], cancel: &AtomicBool) -> Result<Vec<String>> {
    let ((_, place), definition, _) = frame.definition(id, path)?;
    if place.ends_with("qListObjectDef") {
        return Ok(vec![frame.list(id, path, cancel)?.field().to_owned()]);
    }
    let cube = frame.cube(id, path, cancel)?;
    let count = definition["qDimensions"].as_array().map_or(0, Vec::len);
    let wanted =
        |dimension: &usize| columns.is_empty() || columns.iter().any(|c| usize::try_from(*c) == Ok(*dimension));
    let mut fields = Vec::new();
    for dimension in (0..count).filter(wanted) {
        let picks: Vec<Pick> = cube.pick_values(dimension, &[])?;
        fields.extend(picks.into_iter().map(|pick| pick.field));
    }
    if fields.is_empty() {
        return Err(EngineError::not_found(place));
    }
    Ok(fields)
}
