//! Profiles of the fields of a table, and the active fields of master dimensions.

use super::{Answer, Call, Methods, calculate, one};
use crate::data::{Column, Data, NULL};
use crate::error::{EngineError, Result};
use crate::objects::contents::Kind;
use crate::objects::frame::MASTER_DIMENSION;
use crate::session::events::Event;
use crate::value::{Dual, compare, wire_number};
use serde_json::{Value, json};

pub(super) const METHODS: Methods = &[
    ("Doc.GetTableProfileData", profile),
    ("Doc.GetGroupStates", group_states),
    ("Doc.ApplyGroupStates", apply_group_states),
];

fn profile(call: &mut Call<'_>) -> Result<Answer> {
    let name = call.params.text("qTableName").to_owned();
    calculate(call, "qProfiling", move |frame, _| {
        let data = &*frame.data;
        let table =
            data.source.iter().find(|table| table.name == name).ok_or_else(|| EngineError::not_found(&*name))?;
        let fields: Vec<Value> = table.columns.iter().map(|column| field_profile(data, column)).collect();
        Ok(json!({ "qNoOfRows": table.rows, "qFieldProfiling": fields }))
    })
}

/// Maximum number of values in `qMostFrequent`.
const MOST_FREQUENT: usize = 10;

fn field_profile(data: &Data, column: &Column) -> Value {
    let field = &data.fields[column.field];
    let mut counts = vec![0_usize; field.symbols.len()];
    for code in column.codes.iter() {
        if let Some(count) = counts.get_mut(*code as usize) {
            *count += 1;
        }
    }
    let values: Vec<(&Dual, usize)> =
        field.symbols.values().iter().zip(counts).filter(|(_, count)| *count > 0).collect();
    let nulls = column.codes.iter().filter(|code| **code == NULL).count();
    let of = |wanted: &dyn Fn(&Dual) -> bool| -> usize {
        values.iter().filter(|(value, _)| wanted(value)).map(|(_, count)| count).sum()
    };
    let number = |value: &Dual| value.as_number();
    let mut numbers: Vec<f64> = values
        .iter()
        .filter_map(|(value, count)| Some(std::iter::repeat_n(number(value)?, *count)))
        .flatten()
        .collect();
    numbers.sort_by(f64::total_cmp);
    let statistics = Statistics::of(&numbers);
    let lengths = || values.iter().map(|(value, count)| (value.as_text().chars().count(), *count));
    let (length, rows) = lengths().fold((0, 0), |(sum, rows), (length, count)| (sum + length * count, rows + count));
    let mut sorted: Vec<&Dual> = values.iter().map(|(value, _)| *value).collect();
    sorted.sort_by(|a, b| compare(a, b));
    let text = |value: Option<&&Dual>| value.map(|value| value.as_text().into_owned()).unwrap_or_default();
    let mut frequent = values.clone();
    frequent.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let frequent = frequent.iter().take(MOST_FREQUENT).map(|(value, count)| {
        json!({ "qSymbol": { "qText": value.as_text(), "qNumber": value.wire_number() }, "qFrequency": count })
    });
    json!({
        "qName": &*field.name, "qFieldTags": field.tags,
        "qNumberFormat": { "qType": "U", "qnDec": 0, "qUseThou": 0 },
        "qDistinctValues": values.len(),
        "qDistinctNumericValues": values.iter().filter(|(value, _)| number(value).is_some()).count(),
        "qDistinctTextValues": values.iter().filter(|(value, _)| number(value).is_none()).count(),
        "qNumericValues": numbers.len(), "qNullValues": nulls,
        "qTextValues": of(&|value| number(value).is_none()),
        "qNegValues": of(&|value| number(value).is_some_and(|n| n < 0.0)),
        "qPosValues": of(&|value| number(value).is_some_and(|n| n > 0.0)),
        "qZeroValues": of(&|value| number(value) == Some(0.0)),
        "qSum": wire_number(statistics.sum), "qSum2": wire_number(statistics.squares),
        "qAverage": wire_number(statistics.average), "qMedian": wire_number(statistics.median),
        "qStd": wire_number(statistics.deviation),
        "qMin": wire_number(numbers.first().copied().unwrap_or(f64::NAN)),
        "qMax": wire_number(numbers.last().copied().unwrap_or(f64::NAN)),
        "qFractiles": [],
        "qEmptyStrings": of(&|value| value.as_text().is_empty()),
        "qMaxStringLen": lengths().map(|(length, _)| length).max().unwrap_or(0),
        "qMinStringLen": lengths().map(|(length, _)| length).min().unwrap_or(0),
        "qSumStringLen": length, "qAvgStringLen": if rows == 0 { 0.0 } else { length as f64 / rows as f64 },
        "qFirstSorted": text(sorted.first()), "qLastSorted": text(sorted.last()),
        "qMostFrequent": frequent.collect::<Value>(),
    })
}

/// Statistics of the numbers in a column; each number counts as often as it occurs.
struct Statistics {
    sum: f64,
    squares: f64,
    average: f64,
    median: f64,
    deviation: f64,
}

impl Statistics {
    fn of(sorted: &[f64]) -> Self {
        let count = sorted.len() as f64;
        let sum: f64 = sorted.iter().sum();
        let squares: f64 = sorted.iter().map(|number| number * number).sum();
        let average = if sorted.is_empty() { f64::NAN } else { sum / count };
        let middle = sorted.len() / 2;
        let median = match sorted {
            [] => f64::NAN,
            _ if sorted.len() % 2 == 1 => sorted[middle],
            _ => f64::midpoint(sorted[middle - 1], sorted[middle]),
        };
        let spread: f64 = sorted.iter().map(|number| (number - average).powi(2)).sum();
        let deviation = if sorted.len() < 2 { f64::NAN } else { (spread / (count - 1.0)).sqrt() };
        Self { sum, squares, average, median, deviation }
    }
}

/// The active field of each master dimension that has several.
fn group_states(call: &mut Call<'_>) -> Result<Answer> {
    let frame = call.frame()?;
    let states = frame.app.of_kind(Kind::Dimension).filter(|d| d.properties["qDim"]["qGrouping"] == "C").map(|d| {
        let place = (d.id.clone(), MASTER_DIMENSION.to_owned());
        let active = frame.active_fields.get(&place).and_then(|active| active.get(&0)).copied().unwrap_or(0);
        json!({ "qInfo": d.info(), "qActiveFieldDef": d.properties["qDim"]["qFieldDefs"][active] })
    });
    one("qGroupStates", states.collect::<Value>())
}

/// Activates the fields in the states. An invalid state is a warning.
fn apply_group_states(call: &mut Call<'_>) -> Result<Answer> {
    let wanted = call.params.list("qGroupStates").to_vec();
    let frame = call.frame()?;
    let (mut ids, mut warnings) = (Vec::new(), Vec::new());
    for state in wanted {
        let id = state["qInfo"]["qId"].as_str().unwrap_or_default().to_owned();
        let found = match frame.entity(&id).filter(|entity| entity.kind == Kind::Dimension) {
            None => Err("group_missing"),
            Some(dimension) if dimension.properties["qDim"]["qGrouping"] != "C" => Err("group_not_applicable"),
            Some(dimension) => {
                let mut fields = dimension.properties["qDim"]["qFieldDefs"].as_array().into_iter().flatten();
                fields.position(|field| *field == state["qActiveFieldDef"]).ok_or("fielddef_missing")
            }
        };
        match found {
            Ok(index) => {
                let place = (id.clone(), MASTER_DIMENSION.to_owned());
                call.session()?.active_fields.entry(place).or_default().insert(0, index);
                ids.push(id);
            }
            Err(kind) => warnings.push(json!({ "qState": state, "qType": kind })),
        }
    }
    call.announce(&Event::Entities(Kind::Dimension, ids))?;
    one("qResult", json!({ "qApplySuccess": warnings.is_empty(), "qWarnings": warnings }))
}
