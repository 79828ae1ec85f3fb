//! Data of cubes and lists: pages, opening and closing of nodes, export.

use super::object::{finished, later};
use super::{Answer, Call, Done, Job, Methods, Results, calculate, done, one, result, unique_id};
use crate::calculate::Side;
use crate::error::{EngineError, Result, code};
use crate::objects::contents::Kind;
use crate::objects::frame::{MASTER_DIMENSION, Place};
use crate::protocol::failure::failure;
use crate::session::events::Event;
use crate::session::jobs::Work;
use serde_json::json;

pub(super) const METHODS: Methods = &[
    ("GenericObject.GetHyperCubeData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qDataPages", move |frame, tools| {
            frame.cube(&id, params.text("qPath"), &tools.abort.flag)?.data_pages(params.list("qPages"))
        })
    }),
    ("GenericObject.GetHyperCubePivotData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qDataPages", move |frame, tools| {
            frame.cube(&id, params.text("qPath"), &tools.abort.flag)?.pivot_pages(params.list("qPages"))
        })
    }),
    ("GenericObject.GetHyperCubeStackData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qDataPages", move |frame, tools| {
            let most = Some(params.integer("qMaxNbrCells")).filter(|most| *most > 0);
            frame.cube(&id, params.text("qPath"), &tools.abort.flag)?.stack_pages(params.list("qPages"), most)
        })
    }),
    ("GenericObject.GetHyperCubeReducedData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qDataPages", move |frame, tools| {
            let (zoom, how) = (params.integer("qZoomFactor"), params.text("qReductionMode"));
            frame.cube(&id, params.text("qPath"), &tools.abort.flag)?.reduced_pages(params.list("qPages"), zoom, how)
        })
    }),
    ("GenericObject.GetHyperCubeBinnedData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qDataPages", move |frame, tools| {
            let (most, level) = (params.integer("qMaxNbrCells"), params.integer("qQueryLevel"));
            let cube = frame.cube(&id, params.text("qPath"), &tools.abort.flag)?;
            cube.binned_pages(params.list("qPages"), params.list("qDataRanges"), most, level)
        })
    }),
    ("GenericObject.GetHyperCubeContinuousData", continuous),
    ("GenericObject.GetHyperCubeTreeData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qNodes", move |frame, tools| {
            frame.cube(&id, params.text("qPath"), &tools.abort.flag)?.tree_nodes(params.value("qNodeOptions"))
        })
    }),
    ("GenericObject.GetListObjectData", |call| {
        let (id, params) = (call.target_id()?, call.params.clone());
        calculate(call, "qDataPages", move |frame, tools| {
            frame.list(&id, params.text("qPath"), &tools.abort.flag)?.data_pages(params.list("qPages"))
        })
    }),
    ("GenericObject.ExpandLeft", |call| expand(call, Side::Left, true)),
    ("GenericObject.ExpandTop", |call| expand(call, Side::Top, true)),
    ("GenericObject.CollapseLeft", |call| expand(call, Side::Left, false)),
    ("GenericObject.CollapseTop", |call| expand(call, Side::Top, false)),
    ("GenericObject.SetActiveField", |call| {
        let wanted = call.params.integer("qNewIndex");
        activate(call, |_, _| wanted)
    }),
    ("GenericObject.StepCycle", |call| {
        let steps = call.params.integer("qNbrSteps");
        activate(call, |now, count| (now + steps).rem_euclid(count))
    }),
    ("GenericObject.ExportData", export),
    ("GenericDimension.GetActiveField", |call| {
        let (_, active, _) = active_of_dimension(call)?;
        one("qReturn", active)
    }),
    ("GenericDimension.SetActiveField", |call| {
        let wanted = call.params.integer("qIx");
        activate_dimension(call, |_, _| wanted)
    }),
    ("GenericDimension.StepCycle", |call| {
        let steps = call.params.integer("qStep");
        activate_dimension(call, |now, count| (now + steps).rem_euclid(count))
    }),
];

fn continuous(call: &mut Call<'_>) -> Result<Answer> {
    let (id, params, frame) = (call.target_id()?, call.params.clone(), call.frame()?);
    let job: Job = Box::new(move |tools| {
        let cube = frame.cube(&id, params.text("qPath"), &tools.abort.flag)?;
        let (pages, axis) = cube.continuous(params.value("qOptions"), params.flag("qReverseSort"))?;
        let mut results = result("qDataPages", pages);
        results.insert("qAxisData".into(), axis);
        finished(results)
    });
    Ok(later(job))
}

/// Activates another field of a group, given the active one and the number of fields.
fn activate(call: &mut Call<'_>, choose: impl FnOnce(i64, i64) -> i64) -> Result<Answer> {
    let (id, params, frame) = (call.target_id()?, call.params.clone(), call.frame()?);
    let (place, definition, _) = frame.definition(&id, params.text("qPath"))?;
    let invalid = || failure(code::INVALID_PARAMETERS, "qDimNo");
    let dimension = usize::try_from(params.integer("qDimNo")).map_err(|_| invalid())?;
    let count = i64::try_from(frame.group_fields(&definition, dimension)).map_err(|_| invalid())?;
    if count == 0 {
        return Err(invalid());
    }
    let at_first = match definition["qDimensions"].as_array() {
        Some(dimensions) => dimensions.get(dimension).map(|dimension| &dimension["qDef"]["qActiveField"]),
        None => Some(&definition["qDef"]["qActiveField"]),
    };
    let stepped = frame.active_fields.get(&place).and_then(|active| active.get(&dimension)).copied();
    let now = stepped.and_then(|field| i64::try_from(field).ok());
    let now = now.or_else(|| at_first.and_then(serde_json::Value::as_i64)).unwrap_or(0);
    let wanted = choose(now, count);
    if !(0..count).contains(&wanted) {
        return Err(failure(code::INVALID_PARAMETERS, "qNewIndex"));
    }
    let wanted = usize::try_from(wanted).map_err(|_| invalid())?;
    call.session()?.active_fields.entry(place).or_default().insert(dimension, wanted);
    call.announce(&Event::Object(call.session, id))?;
    done()
}

/// Where the active field of a master dimension is stored, the active field, and the number of fields.
fn active_of_dimension(call: &mut Call<'_>) -> Result<(Place, i64, i64)> {
    let entity = call.entity()?;
    let place = (entity.id.clone(), MASTER_DIMENSION.to_owned());
    let count = entity.properties["qDim"]["qFieldDefs"].as_array().map_or(0, Vec::len);
    let active = call.session()?.active_fields.get(&place).and_then(|active| active.get(&0)).copied().unwrap_or(0);
    Ok((place, i64::try_from(active).unwrap_or(0), i64::try_from(count).unwrap_or(0)))
}

/// Activates another field of a master dimension for this session.
fn activate_dimension(call: &mut Call<'_>, choose: impl FnOnce(i64, i64) -> i64) -> Result<Answer> {
    let (place, now, count) = active_of_dimension(call)?;
    let wanted = if count == 0 { -1 } else { choose(now, count) };
    let wanted = usize::try_from(wanted).ok().filter(|_| wanted < count);
    let wanted = wanted.ok_or_else(|| failure(code::INVALID_PARAMETERS, "qIx"))?;
    let id = place.0.clone();
    call.session()?.active_fields.entry(place).or_default().insert(0, wanted);
    call.announce(&Event::Entities(Kind::Dimension, vec![id]))?;
    done()
}

/// Opens or closes nodes; the cube determines which.
fn expand(call: &mut Call<'_>, side: Side, open: bool) -> Result<Answer> {
    let (id, params, frame) = (call.target_id()?, call.params.clone(), call.frame()?);
    let job: Job = Box::new(move |tools| {
        let path = params.text("qPath");
        let (place, definition, _) = frame.definition(&id, path)?;
        if definition["qAlwaysFullyExpanded"] == true {
            return Err(EngineError::invalid_parameter("qHyperCubeDef/qAlwaysFullyExpanded"));
        }
        let cube = frame.cube(&id, path, &tools.abort.flag)?;
        let mut expansion = frame.expansions.get(&place).cloned().unwrap_or_default();
        let (row, column) = (params.integer("qRow"), params.integer("qCol"));
        cube.expand(&mut expansion, side, row, column, params.flag("qAll"), open)?;
        Ok(Done::Then(Box::new(move |call| {
            call.session()?.expansions.insert(place, expansion);
            call.announce(&Event::Object(call.session, id))?;
            Ok(Results::new())
        })))
    });
    Ok(Answer::Later(Work::Step, job))
}

/// The format of an export.
#[derive(Clone, Copy)]
enum Export {
    Separated(u8),
    Workbook,
}

/// Writes a file to an address of the engine.
fn export(call: &mut Call<'_>) -> Result<Answer> {
    let (id, params, frame) = (call.target_id()?, call.params.clone(), call.frame()?);
    let kind = match params.text("qFileType").trim_start_matches("EXPORT_") {
        "CSV_C" => Export::Separated(b','),
        "CSV_T" => Export::Separated(b'\t'),
        "OOXML" => Export::Workbook,
        kind => return Err(EngineError::not_implemented(format!("GenericObject.ExportData as {kind}"))),
    };
    if !matches!(params.text("qExportState"), "" | "P" | "EXPORT_POSSIBLE") {
        return Err(EngineError::not_implemented("qExportState"));
    }
    let job: Job = Box::new(move |tools| {
        let path = match params.text("qPath") {
            "" => "/qHyperCubeDef",
            path => path,
        };
        let cube = frame.cube(&id, path, &tools.abort.flag)?;
        let (file, ending) = match kind {
            Export::Separated(delimiter) => (cube.separated(delimiter)?.into_bytes(), "csv"),
            Export::Workbook => (cube.workbook()?, "xlsx"),
        };
        let name = match params.text("qFileName") {
            "" => "export",
            name => name.rsplit(['/', '\\']).next().unwrap_or("export"),
        };
        let name = name.strip_suffix(ending).and_then(|name| name.strip_suffix('.')).unwrap_or(name);
        let url = format!("/tempcontent/{}/{name}.{ending}", unique_id());
        tools.shared.world().downloads.insert(url.clone(), file);
        let mut results = result("qUrl", url);
        results.insert("qWarnings".into(), json!([]));
        finished(results)
    });
    Ok(later(job))
}
