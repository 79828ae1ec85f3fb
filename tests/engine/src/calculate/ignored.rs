//! Members of definitions that change what an engine calculates, and that this engine does not implement. A definition
//! that uses one is refused, because a result that ignores it would be wrong.

use serde_json::Value;

use super::definition::{Mode, enum_name, list, text, truth, whole};
use crate::error::{EngineError, Result};

/// Returns an error that names the first such member of a `HyperCubeDef`.
pub(super) fn in_cube(definition: &Value) -> Result<()> {
    for member in ["qPopulateMissing", "qSuppressMeasureTotals"] {
        refuse_if(truth(definition, member), member)?;
    }
    refuse_if(!list(definition, "qDynamicScript").is_empty(), "qDynamicScript")?;
    refuse_if(!text(definition, "qContextSetExpression").trim().is_empty(), "qContextSetExpression")?;
    // Where the measures are matters only if there are several, and they have a place among the dimensions.
    let pseudo = matches!(Mode::of(definition), Mode::Pivot | Mode::Stacked) && list(definition, "qMeasures").len() > 1;
    refuse_if(pseudo && whole(definition, "qPseudoDimPos", -1) != -1, "qPseudoDimPos")?;
    for (at, dimension) in list(definition, "qDimensions").iter().enumerate() {
        in_dimension(dimension).map_err(|error| below(error, &format!("qDimensions/{at}")))?;
    }
    for (at, measure) in list(definition, "qMeasures").iter().enumerate() {
        let sorts = sorts_rows(definition, at);
        in_measure(measure, sorts).map_err(|error| below(error, &format!("qMeasures/{at}")))?;
    }
    Ok(())
}

/// Whether the sort criteria of a measure have an effect: its column must come before one of the dimensions, because
/// all dimensions together identify a row. Without an order of columns, the dimensions come first.
fn sorts_rows(definition: &Value, measure: usize) -> bool {
    let order: Vec<_> = list(definition, "qInterColumnSortOrder").iter().map(Value::as_u64).collect();
    let dimensions = list(definition, "qDimensions").len() as u64;
    let Some(at) = order.iter().position(|column| *column == Some(dimensions + measure as u64)) else { return false };
    let identified = (0..dimensions).all(|dimension| order[..at].contains(&Some(dimension)));
    Mode::of(definition) == Mode::Straight && !identified
}

/// The same for an `NxDimension` or a `ListObjectDef`.
pub(super) fn in_dimension(definition: &Value) -> Result<()> {
    for member in ["qShowAll", "qIncludeElemValue"] {
        refuse_if(truth(definition, member), member)?;
    }
    let others = definition.get("qOtherTotalSpec").unwrap_or(&Value::Null);
    if !matches!(enum_name(text(others, "qOtherMode")), "" | "OTHER_OFF") {
        for member in ["qForceBadValueKeeping", "qApplyEvenWhenPossiblyWrongResult"] {
            let off = others.get(member).and_then(Value::as_bool) == Some(false);
            refuse_if(off, &format!("qOtherTotalSpec/{member}"))?;
        }
    }
    let inline = definition.get("qDef").unwrap_or(&Value::Null);
    for (at, criteria) in list(inline, "qSortCriterias").iter().enumerate() {
        let member = format!("qDef/qSortCriterias/{at}/qSortByGreyness");
        refuse_if(whole(criteria, "qSortByGreyness", 0) != 0, &member)?;
    }
    Ok(())
}

fn in_measure(definition: &Value, sorts: bool) -> Result<()> {
    let inline = definition.get("qDef").unwrap_or(&Value::Null);
    refuse_if(truth(inline, "qRelative"), "qDef/qRelative")?;
    refuse_if(whole(inline, "qAccumulate", 0) != 0, "qDef/qAccumulate")?;
    let known = matches!(text(inline, "qAggrFunc"), "" | "Expr" | "None" | "Sum" | "Min" | "Max" | "Avg");
    refuse_if(!known, "qDef/qAggrFunc")?;
    let sorting = definition.get("qSortBy").unwrap_or(&Value::Null);
    for member in ["qSortByGreyness", "qSortByExpression", "qSortByFrequency"] {
        refuse_if(sorts && whole(sorting, member, 0) != 0, &format!("qSortBy/{member}"))?;
    }
    for member in ["qTrendLines", "qAttributeDimensions"] {
        refuse_if(!list(definition, member).is_empty(), member)?;
    }
    // Clients leave an empty mini chart behind.
    let chart = definition.get("qMiniChartDef").unwrap_or(&Value::Null);
    let drawn = !text(chart, "qDef").is_empty() || !text(chart, "qLibraryId").is_empty();
    refuse_if(drawn, "qMiniChartDef")
}

fn refuse_if(used: bool, member: &str) -> Result<()> {
    if used { Err(EngineError::not_implemented(member)) } else { Ok(()) }
}

fn below(mut error: EngineError, path: &str) -> EngineError {
    error.parameter = format!("{path}/{}", error.parameter);
    error
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn members_that_would_be_ignored_are_refused_by_name() {
        let plain = json!({
            "qMode": "P", "qPopulateMissing": false, "qDynamicScript": [], "qPseudoDimPos": -1, "qMaxStackedCells": 5000,
            "qDimensions": [{ "qDef": { "qFieldDefs": ["a"], "qSortCriterias": [{ "qSortByGreyness": 0 }] },
                "qOtherTotalSpec": { "qOtherMode": "OTHER_COUNTED", "qForceBadValueKeeping": true } }],
            "qMeasures": [{ "qDef": { "qDef": "1", "qAccumulate": 0, "qAggrFunc": "Expr" }, "qTrendLines": [],
                "qSortBy": { "qSortByNumeric": -1, "qSortByLoadOrder": 1 }, "qMiniChartDef": { "qSortBy": {} } },
                { "qDef": { "qDef": "2" } }],
        });
        assert!(in_cube(&plain).is_ok());
        for (path, value) in [
            ("/qPopulateMissing", json!(true)),
            ("/qSuppressMeasureTotals", json!(true)),
            ("/qDynamicScript", json!(["LOAD 1 AS x AUTOGENERATE 1"])),
            ("/qContextSetExpression", json!("{<a={1}>}")),
            ("/qPseudoDimPos", json!(0)),
            ("/qDimensions/0/qShowAll", json!(true)),
            ("/qDimensions/0/qIncludeElemValue", json!(true)),
            ("/qDimensions/0/qOtherTotalSpec/qForceBadValueKeeping", json!(false)),
            ("/qDimensions/0/qOtherTotalSpec/qApplyEvenWhenPossiblyWrongResult", json!(false)),
            ("/qDimensions/0/qDef/qSortCriterias/0/qSortByGreyness", json!(1)),
            ("/qMeasures/0/qDef/qRelative", json!(true)),
            ("/qMeasures/0/qDef/qAccumulate", json!(1)),
            ("/qMeasures/0/qDef/qAggrFunc", json!("Stdev")),
            ("/qMeasures/0/qTrendLines", json!([{ "qType": "LINEAR" }])),
            ("/qMeasures/0/qAttributeDimensions", json!([{ "qDef": "a" }])),
            ("/qMeasures/1/qMiniChartDef", json!({ "qDef": "a" })),
        ] {
            let mut definition = plain.clone();
            let (parent, member) = path.rsplit_once('/').unwrap();
            definition.pointer_mut(parent).unwrap()[member] = value;
            let error = in_cube(&definition).unwrap_err();
            assert_eq!((error.code, error.parameter.as_str()), (crate::error::code::NOT_IMPLEMENTED, &path[1..]));
        }
    }

    // Engine 12.1050 accepts such a measure and sorts by the dimension, as the integration tests of corectl recorded.
    #[test]
    fn criteria_of_a_measure_are_refused_only_if_it_sorts_the_rows() {
        let definition = |mode: &str, order: Value, criterion: &str| {
            json!({
                "qMode": mode, "qInterColumnSortOrder": order,
                "qDimensions": [{ "qDef": { "qFieldDefs": ["a"] } }, { "qDef": { "qFieldDefs": ["b"] } }],
                "qMeasures": [{ "qDef": { "qDef": "1" } }, { "qDef": { "qDef": "2" }, "qSortBy": { criterion: 1 } }],
            })
        };
        for criterion in ["qSortByGreyness", "qSortByExpression", "qSortByFrequency"] {
            for order in [json!([]), json!([1, 0, 3]), json!([2, 0, 1, 3]), json!([1, 2, 0, 3]), json!([0])] {
                assert!(in_cube(&definition("S", order, criterion)).is_ok());
            }
            assert!(in_cube(&definition("P", json!([3, 0, 1]), criterion)).is_ok());
            for order in [json!([3, 0, 1]), json!([0, 3, 1]), json!([0, 0, 3, 1]), json!([0, 3])] {
                let error = in_cube(&definition("S", order, criterion)).unwrap_err();
                assert_eq!(error.parameter, format!("qMeasures/1/qSortBy/{criterion}"));
            }
        }
    }
}
