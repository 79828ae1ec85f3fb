//! Functions that read other cells of a chart: `Above`, `Below`, `Before`, ranks.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use super::Context;
use super::formula::Formula;
use super::group::{GroupKey, Groups};
use crate::error::Result;
use crate::expression::{Expression, Host, Scope, evaluate, visit};
use crate::value::Dual;

/// The cells of a chart, and the lines that they form down and across.
pub(super) struct Grid {
    cells: Vec<GroupKey>,
    /// Vertical lines: within the values of the outer dimensions, and through the whole column.
    down: [Lines; 2],
    /// Horizontal lines, likewise.
    across: [Lines; 2],
}

/// Cells in lines; each cell is in one line.
struct Lines {
    lines: Vec<Vec<usize>>,
    /// Line and position of each cell.
    places: Vec<(usize, usize)>,
}

impl Lines {
    fn of<K: Eq + Hash>(lines: impl Iterator<Item = K>) -> Self {
        let mut known: HashMap<K, usize> = HashMap::new();
        let mut result = Self { lines: Vec::new(), places: Vec::new() };
        for (cell, line) in lines.enumerate() {
            let line = *known.entry(line).or_insert_with(|| {
                result.lines.push(Vec::new());
                result.lines.len() - 1
            });
            result.places.push((line, result.lines[line].len()));
            result.lines[line].push(cell);
        }
        result
    }
}

/// The value of a column, by its number, in a cell, by its number.
pub(super) type Columns<'a> = &'a dyn Fn(usize, usize) -> Dual;

impl Grid {
    /// The rows of a table. The rows of a segment differ only in the innermost dimension.
    pub(super) fn of_rows(cells: Vec<GroupKey>, inner: Option<usize>) -> Self {
        let outer = |key: &GroupKey| -> GroupKey {
            let others = key.iter().enumerate().filter(|(at, _)| Some(*at) != inner);
            others.map(|(_, code)| *code).collect()
        };
        let down = [Lines::of(cells.iter().map(outer)), Lines::of(cells.iter().map(|_| ()))];
        let alone = || Lines::of(0..cells.len());
        Self { down, across: [alone(), alone()], cells }
    }

    /// The cells of a table with headings on two sides. Each has its row, its column, and the values that its row and
    /// its column share with the others of their segment.
    pub(super) fn of_sides(cells: Vec<(GroupKey, [usize; 2], [GroupKey; 2])>) -> Self {
        let down = [
            Lines::of(cells.iter().map(|(_, [_, column], [rows, _])| (*column, rows.clone()))),
            Lines::of(cells.iter().map(|(_, [_, column], _)| *column)),
        ];
        let across = [
            Lines::of(cells.iter().map(|(_, [row, _], [_, columns])| (*row, columns.clone()))),
            Lines::of(cells.iter().map(|(_, [row, _], _)| *row)),
        ];
        Self { down, across, cells: cells.into_iter().map(|(key, ..)| key).collect() }
    }

    /// Calculates a formula for every cell, in order. `store` takes each value, so that formulas can read columns of
    /// earlier cells.
    pub(super) fn calculate(
        &self,
        groups: &Groups,
        (number, formula): (usize, &Formula),
        columns: Columns<'_>,
        store: &mut dyn FnMut(usize, Dual),
        context: &Context<'_>,
    ) -> Result<()> {
        let memory = Memory::default();
        for (cell, key) in self.cells.iter().enumerate() {
            let around = Around { grid: self, cell, groups, number, columns, memory: &memory, context };
            store(cell, groups.value(number, formula, key, Some(&around), context));
            if cell % 256 == 0 {
                context.check_cancelled()?;
            }
        }
        Ok(())
    }
}

/// The value of a formula for each of some rows that form a table of their own. They are ordered by the ranks of the
/// dimensions' values, or by load order if there are no ranks.
pub(super) fn by_row(
    groups: &Groups,
    formula: &Formula,
    mut keys: Vec<GroupKey>,
    ranks: &[Option<Vec<u32>>],
    context: &Context<'_>,
) -> Result<Vec<(GroupKey, Dual)>> {
    if !formula.looks_around {
        let value = |key: GroupKey| {
            let value = groups.value(0, formula, &key, None, context);
            (key, value)
        };
        return Ok(keys.into_iter().map(value).collect());
    }
    let rank = |at: usize, code: u32| {
        ranks.get(at).and_then(Option::as_ref).map_or(code, |ranks| ranks.get(code as usize).copied().unwrap_or(code))
    };
    keys.sort_by_cached_key(|key| key.iter().enumerate().map(|(at, code)| rank(at, *code)).collect::<Vec<u32>>());
    let inner = keys.first().and_then(|key| key.len().checked_sub(1));
    let grid = Grid::of_rows(keys, inner);
    let mut values = Vec::new();
    grid.calculate(groups, (0, formula), &|_, _| Dual::Null, &mut |_, value| values.push(value), context)?;
    Ok(grid.cells.into_iter().zip(values).collect())
}

/// An expression and a line of cells.
type LineOf = (*const Expression, *const Vec<usize>);

/// Results for other cells. Running sums and ranks need the same ones repeatedly.
#[derive(Default)]
struct Memory {
    values: RefCell<HashMap<*const Expression, Option<Vec<Option<Dual>>>>>,
    /// The numbers of an expression in a line, in descending order.
    sorted: RefCell<HashMap<LineOf, Rc<Vec<f64>>>>,
}

/// The cells around the cell that an expression is evaluated for.
#[derive(Clone, Copy)]
pub(super) struct Around<'a> {
    grid: &'a Grid,
    cell: usize,
    groups: &'a Groups,
    number: usize,
    columns: Columns<'a>,
    memory: &'a Memory,
    context: &'a Context<'a>,
}

impl Around<'_> {
    /// The value of a part of the formula for a cell.
    fn at(&self, expression: &Expression, cell: usize) -> Dual {
        let place = std::ptr::from_ref(expression);
        let known = self.memory.values.borrow().get(&place).and_then(|values| values.as_ref()?[cell].clone());
        if let Some(value) = known {
            return value;
        }
        let around = Self { cell, ..*self };
        let part = || self.groups.part(self.number, expression, &self.grid.cells[cell], Some(&around), self.context);
        let value = self.context.deeper(part).unwrap_or(Dual::Null);
        let mut memory = self.memory.values.borrow_mut();
        let values = memory.entry(place).or_insert_with(|| {
            let mut fixed = true;
            // Functions that read cells further away may meet columns that have no value yet.
            visit(expression, &mut |part| {
                fixed &= !matches!(part, Expression::Host(..) | Expression::HostTotal(..));
            });
            fixed.then(|| vec![None; self.grid.cells.len()])
        });
        if let Some(values) = values {
            values[cell] = Some(value.clone());
        }
        value
    }

    /// The value of a function that reads other cells; `None` for other functions.
    pub(super) fn value(&self, host: Host, total: bool, arguments: &[Expression], scope: &dyn Scope) -> Option<Dual> {
        let [down, across] = [&self.grid.down, &self.grid.across].map(|lines| &lines[usize::from(total)]);
        let place = |lines: &Lines| Dual::Number(lines.places[self.cell].1 as f64 + 1.0);
        let length = |lines: &Lines| Dual::Number(lines.lines[lines.places[self.cell].0].len() as f64);
        Some(match host {
            Host::RowNo => place(down),
            Host::NoOfRows => length(down),
            Host::ColumnNo => place(across),
            Host::NoOfColumns => length(across),
            Host::Column => {
                let column = arguments.first().and_then(|argument| evaluate(argument, scope).to_number());
                column.filter(|at| *at >= 1.0).map_or(Dual::Null, |at| (self.columns)(self.cell, at as usize - 1))
            }
            Host::Rank => self.rank(down, arguments, scope),
            Host::HRank => self.rank(across, arguments, scope),
            _ => return self.values(host, total, arguments, scope)?.into_iter().next().or(Some(Dual::Null)),
        })
    }

    /// All values of a function with a count; `None` for other functions.
    pub(super) fn values(
        &self,
        host: Host,
        total: bool,
        arguments: &[Expression],
        scope: &dyn Scope,
    ) -> Option<Vec<Dual>> {
        let lines = match host {
            Host::Above | Host::Below | Host::Top | Host::Bottom => &self.grid.down,
            Host::Before | Host::After | Host::First | Host::Last => &self.grid.across,
            _ => return None,
        };
        let (line, place) = lines[usize::from(total)].places[self.cell];
        let cells = &lines[usize::from(total)].lines[line];
        let number = |at: usize| {
            let argument = arguments.get(at)?;
            Some(evaluate(argument, scope).to_number().map_or(0, |number| number as i64))
        };
        let (offset, count) = (number(1).unwrap_or(1), number(2).unwrap_or(1));
        let (start, step) = match host {
            Host::Above | Host::Before => (place as i64 - offset, -1),
            Host::Below | Host::After => (place as i64 + offset, 1),
            Host::Top | Host::First => (offset - 1, 1),
            _ => (cells.len() as i64 - offset, -1),
        };
        // Beyond both ends of the line there are no values, whatever the count.
        let count = count.clamp(0, cells.len() as i64 + start.abs());
        let expression = arguments.first()?;
        let cell = |at: i64| usize::try_from(start + at * step).ok().and_then(|at| cells.get(at));
        let values = (0..count).map(|at| cell(at).map_or(Dual::Null, |cell| self.at(expression, *cell)));
        Some(values.collect())
    }

    /// The rank of the cell's number in its line, in descending order.
    fn rank(&self, lines: &Lines, arguments: &[Expression], scope: &dyn Scope) -> Dual {
        let Some(expression) = arguments.first() else { return Dual::Null };
        let Some(own) = self.at(expression, self.cell).as_number() else { return Dual::Null };
        let (line, place) = lines.places[self.cell];
        let cells = &lines.lines[line];
        let key = (std::ptr::from_ref(expression), std::ptr::from_ref(cells));
        let known = self.memory.sorted.borrow().get(&key).cloned();
        let numbers = known.unwrap_or_else(|| {
            let mut numbers: Vec<f64> =
                cells.iter().filter_map(|cell| self.at(expression, *cell).as_number()).collect();
            numbers.sort_by(|a, b| b.total_cmp(a));
            let numbers = Rc::new(numbers);
            self.memory.sorted.borrow_mut().insert(key, Rc::clone(&numbers));
            numbers
        });
        let above = numbers.partition_point(|other| *other > own);
        let (low, high) = (above + 1, above + numbers[above..].partition_point(|other| *other >= own));
        let argument = |at: usize| {
            arguments.get(at).and_then(|argument| evaluate(argument, scope).to_number()).map_or(0, |mode| mode as i64)
        };
        // Cells before this one with the same number, if the mode counts them.
        let before =
            || cells[..place].iter().filter(|cell| self.at(expression, **cell).as_number() == Some(own)).count();
        let (low_number, high_number) = (low as f64, high as f64);
        let middle = (numbers.len() as f64 + 1.0) / 2.0;
        let number = match argument(1) {
            1 => low_number,
            2 => (low_number + high_number) / 2.0,
            3 => high_number,
            4 => low_number + before() as f64,
            _ if high_number < middle => low_number,
            _ if low_number > middle => high_number,
            _ => middle,
        };
        if low == high {
            return Dual::Number(number);
        }
        match argument(2) {
            1 => Dual::both(number, low.to_string()),
            2 if before() > 0 => Dual::both(number, ""),
            2 => Dual::both(number, low.to_string()),
            _ => Dual::both(number, format!("{low}-{high}")),
        }
    }
}
