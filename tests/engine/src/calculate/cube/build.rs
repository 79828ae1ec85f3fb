//! The calculation of a cube.

use serde_json::Value;

use super::expansion::Expansion;
use super::tree::{Builder, leaves};
use super::{Cube, Measure, info, rows};
use crate::calculate::Context;
use crate::calculate::column::{Dimension, Ground, attribute_expression, grouping};
use crate::calculate::definition::{Condition, DimensionDef, MeasureDef, Mode, list, own_members, text, truth, whole};
use crate::calculate::formula::Formula;
use crate::calculate::group::Groups;
use crate::calculate::hash::QuickMap;
use crate::calculate::ignored;
use crate::calculate::labels::Labels;
use crate::calculate::limit::{OTHERS, limits};
use crate::error::{EngineError, Result, code};

/// Why a column is not shown or not calculated, with the message of its condition.
pub(super) type Problem = Option<(i32, String)>;

pub(super) fn build(definition: &Value, expansion: &Expansion, context: &Context<'_>) -> Result<Cube> {
    let mode = Mode::of(definition);
    if mode == Mode::Other {
        return Err(EngineError::not_implemented("qMode"));
    }
    ignored::in_cube(definition)?;
    let own_state = text(definition, "qStateName");
    let state =
        if own_state.is_empty() || !context.selections.has_state(own_state) { context.state } else { own_state };
    let live = context.live(state);
    let ground = Ground { context, state, live: &live };
    let mut cube = Cube {
        mode,
        state_name: own_state.to_owned(),
        title: super::super::evaluate_string(definition.get("qTitle").unwrap_or(&Value::Null), context),
        extra: own_members(Some(definition)),
        initial: list(definition, "qInitialDataFetch").to_vec(),
        settings: context.settings.clone(),
        error: Condition::of(definition).fails(context).map(|message| (code::CONDITION_NOT_MET, message)),
        dimensions: Vec::new(),
        measures: Vec::new(),
        dimension_infos: Vec::new(),
        measure_infos: Vec::new(),
        columns: Vec::new(),
        asked_columns: list(definition, "qColumnOrder").to_vec(),
        order: Vec::new(),
        left: 0,
        shown_order: Vec::new(),
        shown_left: 0,
        indent: truth(definition, "qIndentMode"),
        rows: Vec::new(),
        totals: Vec::new(),
        cells: QuickMap::default(),
        left_tree: Vec::new(),
        top_tree: Vec::new(),
        left_leaves: Vec::new(),
        top_leaves: Vec::new(),
        has_others: false,
    };

    let defined: Vec<DimensionDef> =
        list(definition, "qDimensions").iter().map(|one| DimensionDef::of(one, context)).collect();
    let measured: Vec<MeasureDef> =
        list(definition, "qMeasures").iter().map(|one| MeasureDef::of(one, context)).collect();
    let mut groupings = Vec::new();
    let mut shown: Vec<DimensionDef> = Vec::new();
    let mut problems: Vec<Problem> = Vec::new();
    for one in &defined {
        let problem = match one.condition.fails(context) {
            Some(message) => Some((code::CONDITION_NOT_MET, message)),
            None => match grouping(one, context) {
                Ok(grouping) => {
                    groupings.push(grouping);
                    shown.push(one.clone());
                    None
                }
                Err(error) => {
                    cube.error.get_or_insert((error, String::new()));
                    Some((error, String::new()))
                }
            },
        };
        problems.push(problem);
    }
    let labels = Labels::of(&measured, context);
    let mut formulas: Vec<Formula> = Vec::new();
    let mut measure_problems: Vec<Problem> = Vec::new();
    for one in &measured {
        if let Some(message) = one.condition.fails(context) {
            measure_problems.push(Some((code::CONDITION_NOT_MET, message)));
            continue;
        }
        let formula = match one.error {
            Some(error) => Err((error, String::new())),
            None => labels.formula(&one.expression, context).map_err(|message| (code::INVALID_DEFINITION, message)),
        };
        measure_problems.push(formula.as_ref().err().cloned());
        // A measure with an error shows nulls.
        let null = || Formula::new("Null()", context).ok();
        formulas.extend(formula.ok().or_else(null));
        cube.measures.push(Measure { definition: one.clone(), title: one.fallback_title(context) });
    }
    cube.set_order(definition, &problems, &measure_problems);

    // Attribute expressions of measures are calculated with the measures.
    let mut attributes: Vec<Vec<Formula>> = Vec::new();
    for measure in &cube.measures {
        let of = measure.definition.attributes.iter().map(|attribute| {
            let text = attribute_expression(attribute, context);
            labels.formula(&text, context).or_else(|_| Formula::new("Null()", context))
        });
        let of: std::result::Result<Vec<Formula>, String> = of.collect();
        attributes.push(of.map_err(|message| EngineError::new(code::INVALID_DEFINITION, "", message))?);
    }

    if cube.error.is_none() {
        let masks = cube.masks(groupings.len());
        let all: Vec<&Formula> = formulas.iter().chain(attributes.iter().flatten()).collect();
        let titles: Vec<String> = cube.measures.iter().map(|measure| measure.title.clone()).collect();
        let plain: Vec<&Formula> = formulas.iter().collect();
        let limits = limits(&shown, &groupings, &plain, &titles, (&live, state), context)?;
        let groups = Groups::limited(&groupings, &all, &masks, &limits, &live, state, context)?;
        for (one, grouping) in shown.iter().zip(&groupings) {
            let mut dimension = Dimension::new(one.clone(), grouping, &ground)?;
            dimension.calculate_attributes(grouping, &ground)?;
            cube.dimensions.push(dimension);
        }
        let calculation = rows::Calculation { groups: &groups, formulas: &formulas, attributes: &attributes, context };
        let mut keys = groups.keys.clone();
        keys.retain(|key| cube.keeps(key, definition, &calculation));
        cube.has_others = keys.iter().any(|key| key.contains(&OTHERS));
        cube.calculate_rows(keys, &calculation)?;
        if mode != Mode::Straight {
            cube.calculate_cells(&masks, &calculation)?;
            let open = truth(definition, "qAlwaysFullyExpanded");
            let builder = Builder {
                cube: &cube,
                expansion,
                always_open: open,
                stated: Expansion::of_definition(list(definition, "qExpansionState")),
                totals_above: truth(definition, "qShowTotalsAbove"),
                by_first_measure: if mode == Mode::Tree { 0 } else { whole(definition, "qSortbyYValue", 0) },
                labels: shown.iter().map(|one| label(&one.total_label, "Total", context)).collect(),
            };
            let (left, top) = builder.trees();
            cube.left_leaves = leaves(&left);
            cube.top_leaves = leaves(&top);
            cube.left_tree = left;
            cube.top_tree = top;
            cube.look_around_cells(&calculation)?;
        }
    }
    info::fill(&mut cube, &defined, &problems, &measured, &measure_problems, &ground)?;
    Ok(cube)
}

/// A label, which may be an expression, or a default.
fn label(definition: &Value, otherwise: &str, context: &Context<'_>) -> String {
    match super::super::evaluate_string(definition, context) {
        text if text.is_empty() => otherwise.to_owned(),
        text => text,
    }
}

impl Cube {
    /// Sets the order of the columns and of sorting, as far as the definition is valid.
    fn set_order(&mut self, definition: &Value, problems: &[Problem], measure_problems: &[Problem]) {
        let dimensions = list(definition, "qDimensions").len();
        let measures = list(definition, "qMeasures").len();
        let asked: Vec<i64> = list(definition, "qInterColumnSortOrder").iter().filter_map(Value::as_i64).collect();
        let straight = self.mode == Mode::Straight;
        let columns = if straight { dimensions + measures } else { dimensions } as i64;
        // A node of a tree has the values of all measures.
        let pseudo = !straight && self.mode != Mode::Tree && measures > 1;
        let mut order: Vec<i64> = Vec::new();
        for column in asked {
            let fits = (0..columns).contains(&column) || (column == -1 && pseudo);
            if fits && !order.contains(&column) {
                order.push(column);
            }
        }
        if order.is_empty() || !straight {
            for column in 0..columns {
                if !order.contains(&column) {
                    order.push(column);
                }
            }
            if pseudo && !order.contains(&-1) {
                order.push(-1);
            }
        }
        let all = order.len();
        let left = whole(definition, "qNoOfLeftDims", -1);
        self.left = usize::try_from(left).map_or(all, |left| left.min(all));
        if matches!(self.mode, Mode::Stacked | Mode::Tree) {
            self.left = all;
        }
        // Columns hidden by a condition keep their number, and come first.
        let hidden = |problem: &Problem| problem.as_ref().is_some_and(|(error, _)| *error == code::CONDITION_NOT_MET);
        let mut next = 0;
        let numbers: Vec<Option<usize>> = problems
            .iter()
            .chain(measure_problems)
            .map(|problem| {
                let number = (!hidden(problem)).then_some(next);
                next += usize::from(number.is_some());
                number
            })
            .collect();
        self.columns = self.asked_order(numbers.len()).into_iter().filter_map(|column| numbers[column]).collect();
        let shown = |column: &i64| match usize::try_from(*column) {
            Ok(column) => numbers.get(column).copied().flatten().map(|number| number as i64),
            Err(_) => Some(-1),
        };
        self.shown_left = order[..self.left].iter().filter_map(shown).count();
        self.shown_order = order.iter().filter_map(shown).collect();
        self.order = order;
    }

    /// The columns as defined, including hidden ones, in the order of `qColumnOrder` if it names each of them once.
    fn asked_order(&self, count: usize) -> Vec<usize> {
        let asked = self.asked_columns.iter().filter_map(|column| usize::try_from(column.as_u64()?).ok());
        let asked: Vec<usize> = asked.collect();
        let mut sorted = asked.clone();
        sorted.sort_unstable();
        if sorted.into_iter().eq(0..count) { asked } else { (0..count).collect() }
    }
}
