//! A calculated list object.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::column::{Dimension, Ground, Shown, by_value, frequencies, grouping};
use super::cube::{Page, dimension_info, in_range};
use super::definition::{DimensionDef, enum_name, list, own_members, text, truth, whole};
use super::group::{Grouping, Keys};
use super::join::Walk;
use super::search::{self, Search};
use super::{Context, ignored, sort};
use crate::error::{EngineError, Result, code};
use crate::selection::{Part, Pick, ValueState};
use crate::value::Dual;

/// A calculated list object.
#[derive(Debug)]
pub struct List {
    state_name: String,
    extra: Map<String, Value>,
    initial: Vec<Value>,
    error: Option<i32>,
    info: Value,
    dimension: Option<Dimension>,
    /// Values in the order of the list.
    rows: Vec<u32>,
    frequencies: Option<Vec<String>>,
    expressions: Vec<(Value, HashMap<u32, Dual>)>,
    show_alternatives: bool,
    settings: crate::value::Settings,
}

impl List {
    /// Calculates a list from a `ListObjectDef`; with a search text, it contains only the matching values.
    pub fn new(definition: &Value, search: Option<&str>, context: &Context<'_>) -> Result<Self> {
        Self::ordered_as_in(definition, search, context, context)
    }

    /// The same, with the values in the order of another context: while an object is in selection mode, its list keeps
    /// its earlier order.
    pub fn ordered_as_in(
        definition: &Value,
        search: Option<&str>,
        context: &Context<'_>,
        order: &Context<'_>,
    ) -> Result<Self> {
        ignored::in_dimension(definition)?;
        let own_state = text(definition, "qStateName");
        let state =
            if own_state.is_empty() || !context.selections.has_state(own_state) { context.state } else { own_state };
        let live = context.live(state);
        let ground = Ground { context, state, live: &live };
        let defined = DimensionDef::of(definition, context);
        let mut list_object = Self {
            state_name: own_state.to_owned(),
            extra: own_members(Some(definition)),
            initial: list(definition, "qInitialDataFetch").to_vec(),
            error: None,
            info: Value::Null,
            dimension: None,
            rows: Vec::new(),
            frequencies: None,
            expressions: Vec::new(),
            show_alternatives: truth(definition, "qShowAlternatives"),
            settings: context.settings.clone(),
        };
        let grouping = match grouping(&defined, context) {
            Ok(grouping) => grouping,
            Err(error) => {
                list_object.error = Some(error);
                list_object.info = super::cube::bare_dimension_info(&defined, &ground);
                return Ok(list_object);
            }
        };
        if let Grouping::Computed { .. } = &grouping {
            number_all(&grouping, &ground)?;
        }
        let dimension = Dimension::new(defined, &grouping, &ground)?;
        list_object.info = dimension_info(&dimension, None, &ground);
        // A list is never drawn along an axis: it has neither bounds nor the cardinal of a cube.
        list_object.info["qCardinalities"]["qHypercubeCardinal"] = 0.into();
        list_object.info["qMin"] = 0.into();
        list_object.info["qMax"] = 0.into();
        let live_before = order.live(state);
        let before = Ground { context: order, state, live: &live_before };
        let before = match std::ptr::eq(context, order) {
            true => None,
            false => Some(Dimension::new(dimension.definition.clone(), &grouping, &before)?),
        };
        let ordered = before.as_ref().unwrap_or(&dimension);
        let mut rows: Vec<u32> = (0..dimension.values.len() as u32).collect();
        rows.sort_by_key(|element| ordered.rank(*element));
        // If the list is longer than the displayed part, selected values come first.
        let shown = definition.get("qAutoSortByState").map_or(0, |auto| whole(auto, "qDisplayNumberOfRows", 0));
        if shown > 0 && rows.len() as i64 > shown {
            rows.sort_by_key(|element| sort::state_rank(ordered.states[*element as usize]));
        }
        if let Some(text) = search {
            let found = found(&dimension, &grouping, text, &ground)?;
            rows.retain(|element| found[*element as usize]);
        }
        list_object.frequencies = counted(definition, &dimension, &grouping, &ground)?;
        for expression in list(definition, "qExpressions") {
            let text = match text(expression, "qLibraryId") {
                "" => text(expression, "qExpr").to_owned(),
                _ => super::column::attribute_expression(expression, context),
            };
            list_object.expressions.push((expression.clone(), by_value(&text, &grouping, &ground)?));
        }
        list_object.rows = rows;
        list_object.dimension = Some(dimension);
        Ok(list_object)
    }

    /// The `ListObject` for a layout, with the initial pages of the definition.
    pub fn layout(&self) -> Value {
        let mut layout = Map::new();
        let mut put = |name: &str, value: Value| layout.insert(name.to_owned(), value);
        if !self.state_name.is_empty() {
            put("qStateName", self.state_name.as_str().into());
        }
        put("qSize", json!({ "qcx": if self.error.is_some() { 0 } else { self.width() }, "qcy": self.rows.len() }));
        let pages = if self.error.is_some() { Ok(json!([])) } else { self.data_pages(&self.initial) };
        if let Some(error) = self.error.or_else(|| pages.as_ref().err().map(|error| error.code)) {
            put("qError", json!({ "qErrorCode": error }));
        }
        put("qDimensionInfo", self.info.clone());
        let expressions: Vec<Value> =
            self.expressions.iter().map(|(definition, _)| json!({ "qExpr": text(definition, "qExpr") })).collect();
        put("qExpressions", expressions.into());
        put("qDataPages", pages.unwrap_or_else(|_| json!([])));
        for (name, value) in &self.extra {
            put(name, value.clone());
        }
        layout.into()
    }

    fn width(&self) -> usize {
        1 + self.expressions.len()
    }

    fn ready(&self) -> Result<&Dimension> {
        self.dimension.as_ref().ok_or_else(|| {
            EngineError::new(
                self.error.unwrap_or(code::INVALID_DEFINITION),
                "qListObjectDef",
                "The list could not be calculated",
            )
        })
    }

    /// Pages, `[NxDataPage]`.
    pub fn data_pages(&self, pages: &[Value]) -> Result<Value> {
        let dimension = self.ready()?;
        let pages = Page::read(pages)?;
        let one = |page: Page| {
            let (columns, rows) = page.within(self.width(), self.rows.len());
            let matrix: Vec<Vec<Value>> = self.rows[rows.clone()]
                .iter()
                .map(|element| {
                    columns.clone().map(|column| super::format::cell(self.cell(dimension, *element, column))).collect()
                })
                .collect();
            json!({ "qMatrix": matrix, "qTails": [], "qArea": page.area(columns.len(), rows.len()) })
        };
        Ok(pages.into_iter().map(one).collect::<Vec<_>>().into())
    }

    fn cell(&self, dimension: &Dimension, element: u32, column: usize) -> Value {
        let shown = &dimension.values[element as usize];
        if let Some(at) = column.checked_sub(1) {
            let value = self.expressions[at].1.get(&element).unwrap_or(&Dual::Null);
            let text = super::format::shown(value, None, &self.settings);
            return json!({ "qText": text, "qNum": value.wire_number(), "qElemNumber": 0, "qState": "L" });
        }
        let state = match shown.state {
            ValueState::Alternative if !self.show_alternatives => ValueState::Excluded,
            state => state,
        };
        let mut cell = json!({
            "qText": &*shown.text,
            "qNum": shown.value.wire_number(),
            "qElemNumber": element,
            "qState": state.wire(),
        });
        if let Some(frequencies) = &self.frequencies {
            cell["qFrequency"] = frequencies[element as usize].as_str().into();
        }
        cell
    }

    /// Name of the field that selections in the list apply to; empty if there is none.
    pub fn field(&self) -> &str {
        self.dimension.as_ref().and_then(Dimension::target).unwrap_or_default()
    }

    /// The selection for element numbers.
    pub fn pick_values(&self, elements: &[i64]) -> Result<Vec<Pick>> {
        let dimension = self.ready()?;
        let pick = dimension.pick(elements.iter().copied()).ok_or_else(|| {
            EngineError::new(
                code::NOT_IMPLEMENTED,
                dimension.definition.field(),
                "Selections in a calculation of several fields",
            )
        })?;
        Ok(vec![pick])
    }

    /// The selection for a part of the list; during a search, only the matching values are available.
    pub fn pick_part(&self, part: Part) -> Result<Vec<Pick>> {
        let dimension = self.ready()?;
        let elements = self.rows.iter().filter(|element| part.takes(dimension.states[**element as usize]));
        self.pick_values(&elements.map(|element| i64::from(*element)).collect::<Vec<_>>())
    }

    /// The selection for ranges of numbers (`[Range]`).
    pub fn pick_ranges(&self, ranges: &[Value]) -> Result<Vec<Pick>> {
        let dimension = self.ready()?;
        let elements = self.rows.iter().filter(|element| {
            let number = dimension.values[**element as usize].value.as_number();
            number.is_some_and(|number| ranges.iter().any(|range| in_range(number, range)))
        });
        self.pick_values(&elements.map(|element| i64::from(*element)).collect::<Vec<_>>())
    }
}

/// Numbers all values of an expression, including those that are not possible currently.
fn number_all(grouping: &Grouping, ground: &Ground<'_, '_>) -> Result<()> {
    let context = ground.context;
    let everything = context.everything();
    let keys = Keys::new(std::slice::from_ref(grouping), &everything, ground.state, context)?;
    let walk = Walk::new(context.data, &everything, &[], &keys.fields);
    walk.run(context, &mut |_, codes| {
        keys.of(codes, context);
        Ok(())
    })
}

/// Which values match a search in the list.
fn found(dimension: &Dimension, grouping: &Grouping, text: &str, ground: &Ground<'_, '_>) -> Result<Vec<bool>> {
    let text = search::shortened(text);
    if let Grouping::Field(field) = grouping {
        return search::mask(*field, Search::words(text), ground.state, ground.live, ground.context)
            .map(|mask| mask.to_vec());
    }
    let text = text.trim();
    search::check(text)?;
    if text.starts_with(['=', '<', '>', '(']) {
        let what = "A search by comparison, expression or alternatives in a calculated list";
        return Err(EngineError::new(
            code::NOT_IMPLEMENTED,
            text,
            format!("{what}: not implemented by the test engine"),
        ));
    }
    let words = search::Words::of(text);
    let fits = |shown: &Shown| match search::is_pattern(text) {
        true => crate::value::wild_match(&shown.text, text),
        false => words.find(&shown.text),
    };
    Ok(dimension.values.iter().map(fits).collect())
}

/// The frequency of each value, as text in the list's frequency mode.
fn counted(
    definition: &Value,
    dimension: &Dimension,
    grouping: &Grouping,
    ground: &Ground<'_, '_>,
) -> Result<Option<Vec<String>>> {
    let mode = match definition.get("qFrequencyMode") {
        Some(Value::String(mode)) => enum_name(mode),
        Some(Value::Number(mode)) => {
            ["N", "V", "P", "R"].get(mode.as_u64().unwrap_or(0) as usize).copied().unwrap_or("N")
        }
        _ => "N",
    };
    let show: fn(f64, f64) -> String = match mode {
        "V" | "NX_FREQUENCY_VALUE" => |count, _| crate::value::plain(count),
        "P" | "NX_FREQUENCY_PERCENT" => {
            |count, total| format!("{:.1}%", if total == 0.0 { 0.0 } else { count / total * 100.0 })
        }
        "R" | "NX_FREQUENCY_RELATIVE" => {
            |count, total| format!("{:.3}", if total == 0.0 { 0.0 } else { count / total })
        }
        _ => return Ok(None),
    };
    let counts = frequencies(grouping, ground)?;
    let total: u64 = counts.values().sum();
    let count = |at: usize| counts.get(&(at as u32)).copied().unwrap_or(0) as f64;
    Ok(Some((0..dimension.values.len()).map(|at| show(count(at), total as f64)).collect()))
}
