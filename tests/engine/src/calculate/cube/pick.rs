//! Translates cells of a cube to values of fields.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Cube;
use super::tree::Leaf;
use crate::calculate::definition::{Mode, enum_name, list, text, truth, whole};
use crate::calculate::group::is_value;
use crate::error::{EngineError, Result, code};
use crate::selection::Pick;

impl Cube {
    /// The selection for values of a dimension, by element numbers.
    pub fn pick_values(&self, dimension: usize, elements: &[i64]) -> Result<Vec<Pick>> {
        let dimension = self.dimensions.get(dimension).ok_or_else(|| EngineError::invalid_parameter("qDimNo"))?;
        let pick = dimension.pick(elements.iter().copied()).ok_or_else(|| {
            EngineError::new(
                code::NOT_IMPLEMENTED,
                dimension.definition.field(),
                "Selections in a calculation of several fields",
            )
        })?;
        Ok(vec![pick])
    }

    /// The selection for cells of a straight cube: rows and columns of the matrix. An empty list means all.
    pub fn pick_cells(&self, rows: &[i64], columns: &[i64]) -> Result<Vec<Pick>> {
        self.ready(Mode::Straight)?;
        let rows: Vec<usize> = match rows {
            [] => (0..self.rows.len()).collect(),
            rows => {
                rows.iter().filter_map(|row| usize::try_from(*row).ok()).filter(|row| *row < self.rows.len()).collect()
            }
        };
        self.pick_rows(&rows, &self.dimensions_of(columns))
    }

    /// The dimensions among columns of the matrix; an empty list means all.
    fn dimensions_of(&self, columns: &[i64]) -> Vec<usize> {
        let all: Vec<i64> = (0..self.columns.len() as i64).collect();
        let columns = if columns.is_empty() { &all } else { columns };
        columns
            .iter()
            .filter_map(|column| self.columns.get(usize::try_from(*column).ok()?))
            .copied()
            .filter(|column| *column < self.dimensions.len())
            .collect()
    }

    fn pick_rows(&self, rows: &[usize], dimensions: &[usize]) -> Result<Vec<Pick>> {
        let mut picks = Vec::new();
        for dimension in dimensions {
            let elements: BTreeSet<i64> = rows
                .iter()
                .map(|row| self.rows[*row].key[*dimension])
                .filter(|code| is_value(*code))
                .map(i64::from)
                .collect();
            picks.extend(self.pick_values(*dimension, &elements.into_iter().collect::<Vec<_>>())?);
        }
        Ok(picks)
    }

    /// The selection for cells of a pivot or stacked cube (`[NxSelectionCell]`).
    pub fn pick_pivot_cells(&self, cells: &[Value]) -> Result<Vec<Pick>> {
        let invalid = || EngineError::invalid_parameter("qSelections");
        let mut wanted: Vec<(usize, i64)> = Vec::new();
        for cell in cells {
            let (row, column) = (whole(cell, "qRow", 0), whole(cell, "qCol", 0));
            let at = |leaves: &'_ [Leaf], index: i64| {
                usize::try_from(index).ok().and_then(|index| leaves.get(index).cloned())
            };
            let level = |leaf: Leaf, level: i64| {
                let level = usize::try_from(level).ok()?;
                leaf.path.get(level).copied().flatten()
            };
            match enum_name(text(cell, "qType")) {
                "L" | "NX_CELL_LEFT" => {
                    let leaf = at(&self.left_leaves, row).ok_or_else(invalid)?;
                    wanted.extend(level(leaf, column));
                }
                "T" | "NX_CELL_TOP" => {
                    let leaf = at(&self.top_leaves, column).ok_or_else(invalid)?;
                    wanted.extend(level(leaf, row));
                }
                _ => {
                    let left = at(&self.left_leaves, row);
                    let top = at(&self.top_leaves, column);
                    let paths = left.into_iter().chain(top).flat_map(|leaf| leaf.path);
                    wanted.extend(paths.flatten());
                }
            }
        }
        let dimensions: BTreeSet<usize> = wanted.iter().map(|(dimension, _)| *dimension).collect();
        let mut picks = Vec::new();
        for dimension in dimensions {
            let elements: BTreeSet<i64> =
                wanted.iter().filter(|(of, _)| *of == dimension).map(|(_, element)| *element).collect();
            picks.extend(self.pick_values(dimension, &elements.into_iter().collect::<Vec<_>>())?);
        }
        Ok(picks)
    }

    /// The selection for ranges of measures (`[NxRangeSelectInfo]`) in some columns; an empty list means all
    /// dimensions. With `or_mode`, a row must be in any of the ranges, otherwise in all of them.
    pub fn pick_ranges(&self, ranges: &[Value], columns: &[i64], or_mode: bool) -> Result<Vec<Pick>> {
        let holds = |row: &super::Row, range: &Value| {
            let measure = usize::try_from(whole(range, "qMeasureIx", 0)).ok();
            let value = measure.and_then(|measure| row.values.get(measure)).and_then(|value| value.as_number());
            value.is_some_and(|value| in_range(value, range.get("qRange").unwrap_or(&Value::Null)))
        };
        let rows: Vec<usize> = (0..self.rows.len())
            .filter(|row| {
                let row = &self.rows[*row];
                if or_mode {
                    ranges.iter().any(|range| holds(row, range))
                } else {
                    ranges.iter().all(|range| holds(row, range))
                }
            })
            .collect();
        let dimensions: Vec<usize> = match columns {
            [] => (0..self.dimensions.len()).collect(),
            columns => columns
                .iter()
                .filter_map(|column| usize::try_from(*column).ok())
                .filter(|at| *at < self.dimensions.len())
                .collect(),
        };
        self.pick_rows(&rows, &dimensions)
    }

    /// The selection for ranges along continuous dimensions (`[NxContinuousRangeSelectInfo]`).
    pub fn pick_continuous(&self, ranges: &[Value]) -> Result<Vec<Pick>> {
        let dimensions: BTreeSet<i64> = ranges.iter().map(|range| whole(range, "qDimIx", 0)).collect();
        let mut picks = Vec::new();
        for at in dimensions {
            let index = usize::try_from(at).map_err(|_| EngineError::invalid_parameter("qDimIx"))?;
            let dimension = self.dimensions.get(index).ok_or_else(|| EngineError::invalid_parameter("qDimIx"))?;
            let of_dimension = || ranges.iter().filter(|range| whole(range, "qDimIx", 0) == at);
            let holds =
                |number: f64| of_dimension().any(|range| in_range(number, range.get("qRange").unwrap_or(&Value::Null)));
            let elements = dimension.values.iter().enumerate();
            let elements = elements.filter(|(_, shown)| shown.value.as_number().is_some_and(holds));
            picks.extend(self.pick_values(index, &elements.map(|(at, _)| at as i64).collect::<Vec<_>>())?);
        }
        Ok(picks)
    }

    /// The selection for several groups of ranges (`[NxMultiRangeSelectInfo]`), each with its own columns.
    pub fn pick_multi_ranges(&self, groups: &[Value], or_mode: bool) -> Result<Vec<Pick>> {
        let mut picks: Vec<Pick> = Vec::new();
        for group in groups {
            let columns: Vec<i64> = list(group, "qColumnsToSelect").iter().filter_map(Value::as_i64).collect();
            for pick in self.pick_ranges(list(group, "qRanges"), &columns, or_mode)? {
                match picks.iter_mut().find(|known| known.field == pick.field) {
                    Some(known) => known.elements.extend(pick.elements),
                    None => picks.push(pick),
                }
            }
        }
        Ok(picks)
    }
}

/// Whether a number is in a `Range`; omitted ends are open.
pub(crate) fn in_range(number: f64, range: &Value) -> bool {
    let end = |member: &str, otherwise: f64| range.get(member).and_then(Value::as_f64).unwrap_or(otherwise);
    let (low, high) = (end("qMin", f64::NEG_INFINITY), end("qMax", f64::INFINITY));
    (number > low || (truth(range, "qMinInclEq") && number == low))
        && (number < high || (truth(range, "qMaxInclEq") && number == high))
}
