//! `qDimensionInfo` and `qMeasureInfo`.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Cube;
use super::build::Problem;
use crate::calculate::column::{Dimension, Ground, attribute_infos};
use crate::calculate::definition::{DimensionDef, MeasureDef, Mode};
use crate::calculate::format;
use crate::calculate::group::is_value;
use crate::error::Result;
use crate::selection::describe::state_counts;
use crate::value::{Dual, wire_number};

/// Fills in the infos, and the members of the definition that depend on them.
pub(super) fn fill(
    cube: &mut Cube,
    defined: &[DimensionDef],
    problems: &[Problem],
    measured: &[MeasureDef],
    measure_problems: &[Problem],
    ground: &Ground<'_, '_>,
) -> Result<()> {
    let mut next = 0;
    for (definition, problem) in defined.iter().zip(problems) {
        let mut info = match (cube.dimensions.get(next), problem) {
            (Some(dimension), None) => {
                let present: HashSet<u32> = cube.rows.iter().map(|row| row.key[next]).collect();
                next += 1;
                dimension_info(dimension, Some(&present), ground)
            }
            _ => bare_dimension_info(definition, ground),
        };
        put_problem(&mut info, problem);
        cube.dimension_infos.push(info);
    }
    let mut next = 0;
    for (definition, problem) in measured.iter().zip(measure_problems) {
        let shown = problem.as_ref().is_none_or(|(error, _)| *error != crate::error::code::CONDITION_NOT_MET);
        let mut info = measure_info(cube, definition, shown.then_some(next), ground);
        next += usize::from(shown);
        put_problem(&mut info, problem);
        cube.measure_infos.push(info);
    }
    Ok(())
}

fn put_problem(info: &mut Value, problem: &Problem) {
    if let Some((error, message)) = problem {
        info["qError"] = json!({ "qErrorCode": error });
        if !message.is_empty() {
            let member = if *error == crate::error::code::CONDITION_NOT_MET { "qCalcCondMsg" } else { "qError" };
            if member == "qError" {
                info["qError"]["qExtendedMessage"] = message.as_str().into();
            } else {
                info[member] = message.as_str().into();
            }
        }
    }
}

/// `NxDimensionInfo` of a calculated dimension. `present` are the values in the cube.
pub(crate) fn dimension_info(dimension: &Dimension, present: Option<&HashSet<u32>>, ground: &Ground<'_, '_>) -> Value {
    let settings = &ground.context.settings;
    let definition = &dimension.definition;
    let cardinal = dimension.values.len();
    let shown = |element: usize| present.is_none_or(|present| present.contains(&(element as u32)));
    let glyphs = dimension
        .values
        .iter()
        .enumerate()
        .filter(|(at, _)| shown(*at))
        .map(|(_, shown)| shown.text.chars().count())
        .max();
    let numbers = || dimension.values.iter().filter_map(|shown| shown.value.as_number());
    let numeric = cardinal > 0 && dimension.values.iter().all(|shown| shown.value.as_number().is_some());
    let auto = definition.format.is_none();
    let format = definition
        .format
        .clone()
        .unwrap_or_else(|| format::suggested(dimension.values.iter().map(|shown| &shown.value), settings));
    let tags: Vec<String> = match dimension.field {
        Some(field) => ground.context.data.fields[field].tags.clone(),
        None if numeric => vec!["$numeric".into()],
        None => Vec::new(),
    };
    let time = matches!(format["qType"].as_str(), Some("D" | "TS" | "T"));
    let kind = if time {
        "T"
    } else if numeric {
        "N"
    } else {
        "D"
    };
    let bound = |number: Option<f64>| wire_number(number.filter(|_| numeric).unwrap_or(f64::NAN));
    let mut info = bare_dimension_info(definition, ground);
    let attributes: Vec<Vec<&Dual>> = dimension.attributes.iter().map(|values| values.values().collect()).collect();
    let more = json!({
        "qApprMaxGlyphCount": glyphs.unwrap_or(0),
        "qCardinal": cardinal,
        "qStateCounts": state_counts(&dimension.states),
        "qTags": tags,
        "qDimensionType": kind,
        "qNumFormat": format,
        "qMin": bound(numbers().min_by(f64::total_cmp)),
        "qMax": bound(numbers().max_by(f64::total_cmp)),
        "qAttrExprInfo": attribute_infos(&definition.attributes, &attributes, ground.context),
        "qAttrDimInfo": dimension.attribute_dimensions.iter().map(|attribute| attribute.info.clone()).collect::<Vec<_>>(),
        "qCardinalities": {
            "qCardinal": cardinal,
            "qHypercubeCardinal": present.map_or(0, |present| present.iter().filter(|code| is_value(**code)).count()),
            "qAllValuesCardinal": -1,
        },
    });
    merge(&mut info, more);
    if auto {
        info["qIsAutoFormat"] = true.into();
    }
    if numeric {
        info["qContinuousAxes"] = true.into();
    }
    if dimension.field.is_none() {
        info["qIsCalculated"] = true.into();
    }
    if dimension.target().is_some_and(|field| ground.context.selections.locked(ground.state, field)) {
        info["qLocked"] = true.into();
    }
    if dimension.target().is_some_and(|field| ground.context.selections.is_single(field)) {
        info["qIsOneAndOnlyOne"] = true.into();
    }
    info
}

/// `NxDimensionInfo` of a dimension that was not calculated.
pub(crate) fn bare_dimension_info(definition: &DimensionDef, ground: &Ground<'_, '_>) -> Value {
    let titles: Vec<String> =
        (0..definition.fields.len()).map(|at| definition.group_title(at, ground.context)).collect();
    let mut info = json!({
        "qFallbackTitle": definition.fallback_title(ground.context),
        "qApprMaxGlyphCount": 0,
        "qCardinal": 0,
        "qSortIndicator": definition.sorting.indicator(),
        "qGroupFallbackTitles": titles,
        "qGroupPos": definition.active,
        "qStateCounts": state_counts(&[]),
        "qTags": [],
        "qDimensionType": "D",
        "qGrouping": definition.grouping,
        "qNumFormat": { "qType": "U", "qnDec": 0, "qUseThou": 0 },
        "qGroupFieldDefs": definition.fields,
        "qMin": "NaN",
        "qMax": "NaN",
        "qAttrExprInfo": [],
        "qAttrDimInfo": [],
        "qCardinalities": { "qCardinal": 0, "qHypercubeCardinal": 0, "qAllValuesCardinal": -1 },
    });
    if definition.reverse {
        info["qReverseSort"] = true.into();
    }
    if !definition.library_id.is_empty() {
        info["qLibraryId"] = definition.library_id.as_str().into();
    }
    for (name, value) in &definition.extra {
        info[name] = value.clone();
    }
    info
}

fn merge(info: &mut Value, more: Value) {
    if let (Value::Object(info), Value::Object(more)) = (info, more) {
        info.extend(more);
    }
}

fn measure_info(cube: &Cube, definition: &MeasureDef, shown: Option<usize>, ground: &Ground<'_, '_>) -> Value {
    let settings = &ground.context.settings;
    let shown_rows = match cube.mode {
        Mode::Straight => cube.rows.iter().collect(),
        _ => cube.cells_without_totals(),
    };
    let rows = || shown_rows.iter().copied();
    let values = || rows().filter_map(move |row| row.values.get(shown?));
    let numbers = || values().filter_map(Dual::as_number);
    let bound =
        |number: Option<f64>| wire_number(number.unwrap_or(if values().next().is_none() { 0.0 } else { f64::NAN }));
    let glyphs = values().map(|value| format::shown(value, definition.format.as_ref(), settings).chars().count()).max();
    let attributes: Vec<Vec<&Dual>> = (0..definition.attributes.len())
        .map(|number| rows().filter_map(|row| row.attributes.get(shown?)?.get(number)).collect())
        .collect();
    let mut info = json!({
        "qFallbackTitle": definition.fallback_title(ground.context),
        "qApprMaxGlyphCount": glyphs.unwrap_or(0),
        "qCardinal": 0,
        "qSortIndicator": definition.sorting.indicator(),
        "qNumFormat": definition.format.clone().unwrap_or_else(|| format::suggested(values(), settings)),
        "qMin": bound(numbers().min_by(f64::total_cmp)),
        "qMax": bound(numbers().max_by(f64::total_cmp)),
        "qAttrExprInfo": attribute_infos(&definition.attributes, &attributes, ground.context),
        "qAttrDimInfo": [],
        "qTrendLines": [],
    });
    if definition.format.is_none() {
        info["qIsAutoFormat"] = true.into();
    }
    if definition.reverse {
        info["qReverseSort"] = true.into();
    }
    if !definition.library_id.is_empty() {
        info["qLibraryId"] = definition.library_id.as_str().into();
    }
    for (name, value) in &definition.extra {
        info[name] = value.clone();
    }
    info
}
