//! A calculated hypercube.

mod binned;
mod build;
mod cells;
mod continuous;
mod csv;
mod expansion;
mod info;
mod nodes;
mod pick;
mod pivot;
mod reduced;
mod rows;
mod stack;
mod straight;
mod tree;

pub use expansion::{Expansion, Side};
pub(super) use info::{bare_dimension_info, dimension_info};
pub(super) use pick::in_range;
pub(super) use straight::Page;

use serde_json::{Map, Value, json};

use super::Context;
use super::column::Dimension;
use super::definition::{MeasureDef, Mode};
use super::group::GroupKey;
use super::hash::QuickMap;
use crate::error::{EngineError, Result, code};
use crate::value::{Dual, Settings};

/// A calculated hypercube: keep it while nothing it depends on changes, and read pages from it.
#[derive(Debug)]
pub struct Cube {
    mode: Mode,
    state_name: String,
    title: String,
    extra: Map<String, Value>,
    initial: Vec<Value>,
    settings: Settings,
    /// Why there is no data, with the message of a condition.
    error: Option<(i32, String)>,
    /// Dimensions that are shown.
    dimensions: Vec<Dimension>,
    /// Measures that are shown.
    measures: Vec<Measure>,
    dimension_infos: Vec<Value>,
    measure_infos: Vec<Value>,
    /// Columns of the matrix: dimensions, then measures, in the requested order.
    columns: Vec<usize>,
    asked_columns: Vec<Value>,
    /// The requested sort order, with -1 for the pseudo dimension.
    order: Vec<i64>,
    left: usize,
    /// The sort order of the columns that are shown.
    shown_order: Vec<i64>,
    shown_left: usize,
    indent: bool,
    rows: Vec<Row>,
    totals: Vec<Dual>,
    /// Values of the measures by group, for pivot and stacked cubes.
    cells: QuickMap<GroupKey, Row>,
    left_tree: Vec<tree::Node>,
    top_tree: Vec<tree::Node>,
    left_leaves: Vec<tree::Leaf>,
    top_leaves: Vec<tree::Leaf>,
    has_others: bool,
}

/// A measure that is shown.
#[derive(Debug)]
struct Measure {
    definition: MeasureDef,
    title: String,
}

/// Values of the measures for a group: a row of a straight cube, a cell of other cubes.
#[derive(Debug)]
struct Row {
    key: GroupKey,
    values: Vec<Dual>,
    /// Values of the measures' attribute expressions.
    attributes: Vec<Vec<Dual>>,
}

/// A page, cut to a cube's size.
fn cut(page: &Value, width: usize, height: usize) -> Value {
    let mut page = page.clone();
    for (start, length, size) in [("qLeft", "qWidth", width), ("qTop", "qHeight", height)] {
        let most = i64::try_from(size).unwrap_or(i64::MAX) - page[start].as_i64().unwrap_or(0).max(0);
        if page[length].as_i64().is_some_and(|length| length > most.max(0)) {
            page[length] = most.max(0).into();
        }
    }
    page
}

impl Cube {
    /// Calculates a cube from a `HyperCubeDef`. If that is not possible, the layout of the cube contains `qError`.
    pub fn new(definition: &Value, expansion: &Expansion, context: &Context<'_>) -> Result<Self> {
        build::build(definition, expansion, context)
    }

    /// The error code if the cube could not be calculated. 7005 (a condition is not met) is a state, not a failure.
    pub fn error(&self) -> Option<i32> {
        self.error.as_ref().map(|(code, _)| *code)
    }

    /// The `HyperCube` for a layout, with the initial pages of the definition.
    pub fn layout(&self) -> Value {
        let mut layout = Map::new();
        let mut put = |name: &str, value: Value| layout.insert(name.to_owned(), value);
        if !self.state_name.is_empty() {
            put("qStateName", self.state_name.as_str().into());
        }
        let (width, height) = self.size();
        put("qSize", json!({ "qcx": width, "qcy": height }));
        // The initial pages are cut to the cube's size before their cells are counted: corectl requests 1,000 by
        // 1,000 and gets what exists.
        let initial: Vec<Value> = match self.mode {
            Mode::Straight | Mode::Pivot => self.initial.iter().map(|page| cut(page, width, height)).collect(),
            _ => self.initial.clone(),
        };
        let pages =
            |mode: Mode, take: &dyn Fn(&[Value]) -> Result<Value>| match mode == self.mode && self.error.is_none() {
                true => take(&initial),
                false => Ok(json!([])),
            };
        let data = pages(Mode::Straight, &|pages| self.data_pages(pages));
        let pivot = pages(Mode::Pivot, &|pages| self.pivot_pages(pages));
        let stacked = pages(Mode::Stacked, &|pages| self.stack_pages(pages, None));
        let page_error = [&data, &pivot, &stacked].into_iter().find_map(|pages| pages.as_ref().err());
        if let Some((error, message)) = &self.error {
            put("qError", json!({ "qErrorCode": error }));
            if !message.is_empty() {
                put("qCalcCondMsg", message.as_str().into());
            }
        } else if let Some(error) = page_error {
            put("qError", json!({ "qErrorCode": error.code }));
        }
        put("qDimensionInfo", self.dimension_infos.clone().into());
        put("qMeasureInfo", self.measure_infos.clone().into());
        put("qEffectiveInterColumnSortOrder", self.order.clone().into());
        put("qGrandTotalRow", self.grand_totals());
        put("qDataPages", data.unwrap_or_else(|_| json!([])));
        put("qPivotDataPages", pivot.unwrap_or_else(|_| json!([])));
        put("qStackedDataPages", stacked.unwrap_or_else(|_| json!([])));
        put("qMode", self.mode.wire().into());
        put("qNoOfLeftDims", if self.mode == Mode::Straight { -1 } else { self.left as i64 }.into());
        if self.indent {
            put("qIndentMode", true.into());
        }
        if self.has_others {
            put("qHasOtherValues", true.into());
        }
        if !self.title.is_empty() {
            put("qTitle", self.title.as_str().into());
        }
        let nodes = if self.mode == Mode::Tree { self.nodes_on_dimensions() } else { Vec::new() };
        put("qTreeNodesOnDim", nodes.into());
        put("qColumnOrder", self.asked_columns.clone().into());
        for (name, value) in &self.extra {
            put(name, value.clone());
        }
        layout.into()
    }

    /// The number of columns and rows.
    fn size(&self) -> (usize, usize) {
        if self.error.is_some() {
            return (0, 0);
        }
        match self.mode {
            Mode::Straight | Mode::Other => (self.columns.len(), self.rows.len()),
            // A side without dimensions still has one row or column.
            Mode::Pivot => {
                let alone = usize::from(self.shown_left == 0 && !self.rows.is_empty());
                (self.top_leaves.len().max(1), self.left_leaves.len().max(alone))
            }
            Mode::Stacked | Mode::Tree => (1, self.left_leaves.len()),
        }
    }

    /// Returns an error for a cube without data, or in another mode than a request needs.
    fn ready(&self, mode: Mode) -> Result<()> {
        if let Some((error, message)) = &self.error {
            return Err(EngineError::new(*error, message.as_str(), "The hypercube could not be calculated"));
        }
        if self.mode != mode {
            let message = format!("Requires qMode {}", mode.wire());
            return Err(EngineError::new(code::INVALID_OBJECT, "", message));
        }
        Ok(())
    }
}

#[cfg(test)]
mod chart_tests;
#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod tests;
