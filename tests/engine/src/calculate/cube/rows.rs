//! Rows of a cube: selection, content, and order.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::hash_map::Entry;

use serde_json::Value;

use super::tree::Leaf;
use super::{Cube, Row};
use crate::calculate::Context;
use crate::calculate::around::Grid;
use crate::calculate::definition::{Mode, Total, truth};
use crate::calculate::formula::Formula;
use crate::calculate::group::{ANY, GroupKey, Groups};
use crate::calculate::limit::OTHERS;
use crate::calculate::sort;
use crate::data::NULL;
use crate::error::Result;
use crate::value::Dual;

/// State of the calculation of a cube's rows.
pub(super) struct Calculation<'a, 'c> {
    pub(super) groups: &'a Groups,
    pub(super) formulas: &'a [Formula],
    pub(super) attributes: &'a [Vec<Formula>],
    pub(super) context: &'a Context<'c>,
}

impl Calculation<'_, '_> {
    /// All measures of a group, without their attributes.
    fn row(&self, key: GroupKey) -> Row {
        let values = (0..self.formulas.len()).map(|measure| self.value(measure, &key)).collect();
        Row { key, values, attributes: Vec::new() }
    }

    /// Calculates the attribute expressions of a row's measures.
    fn put_attributes(&self, row: &mut Row) {
        let mut number = self.formulas.len();
        for formulas in self.attributes {
            let mut values = Vec::new();
            for formula in formulas {
                values.push(self.groups.value(number, formula, &row.key, None, self.context));
                number += 1;
            }
            row.attributes.push(values);
        }
    }

    pub(super) fn value(&self, measure: usize, key: &[u32]) -> Dual {
        self.groups.value(measure, &self.formulas[measure], key, None, self.context)
    }
}

impl Cube {
    /// Which dimensions to group by, for rows and for all totals that can be requested.
    pub(super) fn masks(&self, dimensions: usize) -> Vec<Vec<bool>> {
        let full = vec![true; dimensions];
        let none = vec![false; dimensions];
        if self.mode == Mode::Straight {
            return vec![full, none];
        }
        let (left, top) = self.sides();
        let mut masks = vec![full];
        for left_count in 0..=left.len() {
            for top_count in 0..=top.len() {
                let mut mask = none.clone();
                left[..left_count].iter().chain(&top[..top_count]).for_each(|dimension| {
                    if let Some(one) = mask.get_mut(*dimension) {
                        *one = true;
                    }
                });
                if !masks.contains(&mask) {
                    masks.push(mask);
                }
            }
        }
        masks
    }

    /// Dimensions on the left and on top, from the outside in.
    pub(super) fn sides(&self) -> (Vec<usize>, Vec<usize>) {
        let dimensions = |order: &[i64]| order.iter().filter_map(|column| usize::try_from(*column).ok()).collect();
        (dimensions(&self.shown_order[..self.shown_left]), dimensions(&self.shown_order[self.shown_left..]))
    }

    /// Whether a group is shown.
    pub(super) fn keeps(&self, key: &[u32], definition: &Value, calculation: &Calculation<'_, '_>) -> bool {
        let null = key
            .iter()
            .zip(&self.dimensions)
            .any(|(code, dimension)| *code == NULL && dimension.definition.null_suppression);
        let others = key
            .iter()
            .zip(&self.dimensions)
            .any(|(code, dimension)| *code == OTHERS && truth(&dimension.definition.others, "qSuppressOther"));
        if null || others {
            return false;
        }
        let count = calculation.formulas.len();
        if count == 0 {
            return true;
        }
        if truth(definition, "qSuppressMissing")
            && !key.is_empty()
            && !(0..count).any(|measure| calculation.groups.is_present(measure, key))
        {
            return false;
        }
        let is_zero = |value: &Dual| value.is_null() || value.as_number() == Some(0.0);
        // Functions that read other rows have no value before all rows are known.
        let zero =
            |measure: usize| !calculation.formulas[measure].looks_around && is_zero(&calculation.value(measure, key));
        !(truth(definition, "qSuppressZero") && (0..count).all(zero))
    }

    pub(super) fn calculate_rows(&mut self, keys: Vec<GroupKey>, calculation: &Calculation<'_, '_>) -> Result<()> {
        let measures = calculation.formulas.len();
        self.rows.extend(keys.into_iter().map(|key| calculation.row(key)));
        calculation.context.check_cancelled()?;
        if self.dimensions.is_empty() && measures == 0 {
            self.rows.clear();
        }
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by(|a, b| self.compare(a, b));
        self.rows = rows;
        if self.mode == Mode::Straight {
            self.look_around(calculation)?;
            self.totals = self.total_values(calculation);
            self.rows.iter_mut().for_each(|row| calculation.put_attributes(row));
        }
        Ok(())
    }

    fn total_values(&self, calculation: &Calculation<'_, '_>) -> Vec<Dual> {
        let everything = vec![ANY; self.dimensions.len()];
        let total = |at: usize| match self.measures[at].definition.total {
            Total::Expression => calculation.value(at, &everything),
            total => {
                let numbers: Vec<f64> = self.rows.iter().filter_map(|row| row.values[at].as_number()).collect();
                total.of_rows(&numbers).map_or(Dual::Null, Dual::Number)
            }
        };
        (0..calculation.formulas.len()).map(total).collect()
    }

    /// Rows by the columns to sort by, then by load order.
    fn compare(&self, a: &Row, b: &Row) -> Ordering {
        let dimensions = self.dimensions.len();
        let by_column = self.shown_order.iter().filter_map(|column| usize::try_from(*column).ok()).map(|column| {
            match self.dimensions.get(column) {
                Some(dimension) => dimension.rank(a.key[column]).cmp(&dimension.rank(b.key[column])),
                None => match self.measures.get(column - dimensions) {
                    Some(measure) => {
                        let at = column - dimensions;
                        sort::by_measure(
                            &a.values[at],
                            &b.values[at],
                            &measure.definition.sorting,
                            measure.definition.reverse,
                        )
                    }
                    None => Ordering::Equal,
                },
            }
        });
        by_column.fold(Ordering::Equal, Ordering::then).then_with(|| a.key.cmp(&b.key))
    }

    /// Calculates measures that read other rows, after the rows are sorted.
    fn look_around(&mut self, calculation: &Calculation<'_, '_>) -> Result<()> {
        let formulas = calculation.formulas.iter().enumerate().filter(|(_, formula)| formula.looks_around);
        let mut formulas = formulas.peekable();
        if formulas.peek().is_none() {
            return Ok(());
        }
        let mut columns = self.shown_order.iter().rev().filter_map(|column| usize::try_from(*column).ok());
        let inner = columns.find(|column| *column < self.dimensions.len());
        let inner = inner.or_else(|| self.dimensions.len().checked_sub(1));
        let grid = Grid::of_rows(self.rows.iter().map(|row| row.key.clone()).collect(), inner);
        let rows = RefCell::new(&mut self.rows);
        for (number, formula) in formulas {
            let columns =
                |row: usize, measure: usize| rows.borrow()[row].values.get(measure).cloned().unwrap_or(Dual::Null);
            let mut store = |row: usize, value: Dual| rows.borrow_mut()[row].values[number] = value;
            grid.calculate(calculation.groups, (number, formula), &columns, &mut store, calculation.context)?;
        }
        Ok(())
    }

    /// The same for cells of pivot and stacked cubes, after their trees are built.
    pub(super) fn look_around_cells(&mut self, calculation: &Calculation<'_, '_>) -> Result<()> {
        for (number, formula) in calculation.formulas.iter().enumerate().filter(|(_, formula)| formula.looks_around) {
            let cells = self.cells_of(number);
            let keys: Vec<GroupKey> = cells.iter().map(|(key, ..)| key.clone()).collect();
            let grid = Grid::of_sides(cells);
            let known = RefCell::new(&mut self.cells);
            let columns = |cell: usize, measure: usize| {
                let known = known.borrow();
                known.get(&keys[cell]).and_then(|row| row.values.get(measure)).cloned().unwrap_or(Dual::Null)
            };
            let mut store = |cell: usize, value: Dual| {
                if let Some(row) = known.borrow_mut().get_mut(&keys[cell]) {
                    row.values[number] = value;
                }
            };
            grid.calculate(calculation.groups, (number, formula), &columns, &mut store, calculation.context)?;
        }
        if calculation.formulas.iter().any(|formula| formula.looks_around) {
            for row in &mut self.rows {
                if let Some(cell) = self.cells.get(&row.key) {
                    row.values.clone_from(&cell.values);
                }
            }
        }
        Ok(())
    }

    /// The cells of a measure outside of totals, for functions that read other cells.
    fn cells_of(&self, measure: usize) -> Vec<(GroupKey, [usize; 2], [GroupKey; 2])> {
        // Rows and columns of a segment differ only in their innermost value.
        let outer = |key: &GroupKey, side: &[usize]| {
            let mut key = key.clone();
            if let Some(inner) = side.iter().rev().find(|dimension| key[**dimension] != ANY) {
                key[*inner] = ANY;
            }
            key
        };
        let nowhere = Leaf { key: vec![ANY; self.dimensions.len()], measure: None, total: false, path: Vec::new() };
        let ends = |leaves: &[Leaf]| -> Vec<Leaf> {
            if leaves.is_empty() {
                return vec![nowhere.clone()];
            }
            let own = leaves.iter().filter(|leaf| !leaf.total && leaf.measure.is_none_or(|of| of == measure));
            own.cloned().collect()
        };
        let sides = self.sides();
        let (left, top) = (ends(&self.left_leaves), ends(&self.top_leaves));
        let mut cells = Vec::new();
        for (row, left) in left.iter().enumerate() {
            for (column, top) in top.iter().enumerate() {
                let key = joined(&left.key, &top.key);
                if self.cells.contains_key(&key) {
                    cells.push((key, [row, column], [outer(&left.key, &sides.0), outer(&top.key, &sides.1)]));
                }
            }
        }
        cells
    }

    /// Calculates the values of every group that a pivot table can show.
    pub(super) fn calculate_cells(&mut self, masks: &[Vec<bool>], calculation: &Calculation<'_, '_>) -> Result<()> {
        for mask in masks {
            for row in &self.rows {
                let key: GroupKey =
                    row.key.iter().zip(mask).map(|(code, keep)| if *keep { *code } else { ANY }).collect();
                if let Entry::Vacant(entry) = self.cells.entry(key) {
                    let mut cell = calculation.row(entry.key().clone());
                    calculation.put_attributes(&mut cell);
                    entry.insert(cell);
                }
            }
            calculation.context.check_cancelled()?;
        }
        Ok(())
    }
}

/// Combines the keys of a row and a column.
pub(super) fn joined(left: &[u32], top: &[u32]) -> GroupKey {
    left.iter().zip(top).map(|(left, top)| if *left == ANY { *top } else { *left }).collect()
}
