//! Data of cubes and lists: pages, opening and closing of nodes, export.

use super::object::{finished, later};
use super::{Answer, Call, Done, Job, Methods, Results, calculate, result, unique_id};
use crate::calculate::Side;
use crate::error::{EngineError, Result};
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
    ("GenericObject.ExportData", export),
];

/// Opens or closes nodes; the cube is needed to know which.
fn expand(call: &mut Call<'_>, side: Side, open: bool) -> Result<Answer> {
    let (id, params, frame) = (call.target_id()?, call.params.clone(), call.frame()?);
    let job: Job = Box::new(move |tools| {
        let path = params.text("qPath");
        let (place, _, _) = frame.definition(&id, path)?;
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

/// A CSV file under an address of the engine's own.
fn export(call: &mut Call<'_>) -> Result<Answer> {
    let (id, params, frame) = (call.target_id()?, call.params.clone(), call.frame()?);
    let kind = params.text("qFileType");
    if !matches!(kind, "CSV_C" | "EXPORT_CSV_C") {
        return Err(EngineError::not_implemented(format!("GenericObject.ExportData as {kind}")));
    }
    let job: Job = Box::new(move |tools| {
        let path = match params.text("qPath") {
            "" => "/qHyperCubeDef",
            path => path,
        };
        let text = frame.cube(&id, path, &tools.abort.flag)?.csv()?;
        let name = match params.text("qFileName") {
            "" => "export",
            name => name.rsplit(['/', '\\']).next().unwrap_or("export"),
        };
        let url = format!("/tempcontent/{}/{}.csv", unique_id(), name.trim_end_matches(".csv"));
        tools.shared.world().downloads.insert(url.clone(), text.into_bytes());
        let mut results = result("qUrl", url);
        results.insert("qWarnings".into(), json!([]));
        finished(results)
    });
    Ok(later(job))
}
