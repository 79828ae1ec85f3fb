//! Joins rows of several tables over their links.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use super::Context;
use crate::data::{Data, NULL};
use crate::error::Result;
use crate::selection::Live;

/// The number of a missing row.
const NO_ROW: u32 = u32::MAX;

/// Iterates over all combinations of rows that contain the values of some fields.
///
/// The rows of the core tables form a tuple; the tables beyond them only add values that are associated with it. A
/// tuple associated with several rows there is visited several times, with the same number.
pub(super) struct Walk<'a> {
    live: &'a Live,
    steps: Vec<Step>,
    /// How many of the steps are core steps.
    core: usize,
    /// Where the values of each field come from: steps and their columns.
    sources: Vec<Vec<(usize, Arc<[u32]>)>>,
    /// Values of key fields that only tables outside of the walk have, so that nothing is associated with them.
    alone: Vec<(usize, Vec<u32>)>,
}

struct Step {
    table: usize,
    /// How this table's rows are linked: earlier steps' columns of a field, and this table's rows by its values.
    link: Option<Link>,
}

struct Link {
    parents: Vec<(usize, Arc<[u32]>)>,
    rows: HashMap<u32, Vec<u32>>,
    /// Rows that no row of an earlier step leads to.
    orphans: Vec<u32>,
}

impl<'a> Walk<'a> {
    /// Creates a walk over the values of `core` fields, with the values of `beyond` fields that are associated with
    /// them.
    pub(super) fn new(data: &'a Data, live: &'a Live, core: &[usize], beyond: &[usize]) -> Self {
        let mut chosen: Vec<usize> = Vec::new();
        cover(data, core, &mut chosen);
        connect(data, &mut chosen);
        let core_tables = chosen.len();
        cover(data, beyond, &mut chosen);
        connect(data, &mut chosen);
        let order = ordered(data, &chosen, core_tables);
        let mut walk = Self { live, steps: Vec::new(), core: core_tables, sources: Vec::new(), alone: Vec::new() };
        for table in order {
            let link = walk.link(data, table);
            walk.steps.push(Step { table, link });
        }
        for field in core.iter().chain(beyond) {
            let sources = walk
                .steps
                .iter()
                .enumerate()
                .filter_map(|(at, step)| Some((at, Arc::clone(&data.tables[step.table].column(*field)?.codes))));
            let sources = sources.collect();
            walk.sources.push(sources);
        }
        if core.is_empty() {
            walk.alone = walk.lonely(data, beyond);
        }
        walk
    }

    /// Values of key fields that are not in the tables of the steps, but in others.
    fn lonely(&self, data: &Data, fields: &[usize]) -> Vec<(usize, Vec<u32>)> {
        let of_field = |at: usize, field: usize| {
            let mut open = self.live.possible(data, field).to_vec();
            for (step, codes) in &self.sources[at] {
                for (row, code) in codes.iter().enumerate() {
                    if *code != NULL && self.live.is_live(self.steps[*step].table, row) {
                        open[*code as usize] = false;
                    }
                }
            }
            (0..open.len() as u32).filter(|code| open[*code as usize]).collect::<Vec<u32>>()
        };
        let keys = fields.iter().enumerate().filter(|(_, field)| data.is_key(**field));
        keys.map(|(at, field)| (at, of_field(at, *field))).filter(|(_, values)| !values.is_empty()).collect()
    }

    fn link(&self, data: &Data, table: usize) -> Option<Link> {
        let of = &data.tables[table];
        let (field, parents) = of.columns.iter().find_map(|column| {
            let parents: Vec<(usize, Arc<[u32]>)> = self
                .steps
                .iter()
                .enumerate()
                .filter(|(_, step)| !of.loose && !data.tables[step.table].loose)
                .filter_map(|(at, step)| Some((at, Arc::clone(&data.tables[step.table].column(column.field)?.codes))))
                .collect();
            (!parents.is_empty()).then_some((column, parents))
        })?;
        let mut led: HashSet<u32> = HashSet::new();
        for (step, codes) in &parents {
            let table = self.steps[*step].table;
            led.extend(
                codes.iter().enumerate().filter(|(row, _)| self.live.is_live(table, *row)).map(|(_, code)| *code),
            );
        }
        let mut rows: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut orphans = Vec::new();
        for (row, code) in field.codes.iter().enumerate().filter(|(row, _)| self.live.is_live(table, *row)) {
            if *code == NULL || !led.contains(code) {
                orphans.push(row as u32);
            }
            if *code != NULL {
                rows.entry(*code).or_default().push(row as u32);
            }
        }
        Some(Link { parents, rows, orphans })
    }

    /// Whether one tuple can occur several times.
    pub(super) fn repeats(&self) -> bool {
        self.steps[self.core.min(self.steps.len())..]
            .iter()
            .any(|step| step.link.as_ref().is_none_or(|link| link.rows.values().any(|rows| rows.len() > 1)))
    }

    /// Calls a function with the number of the tuple and the values of the fields.
    pub(super) fn run(&self, context: &Context<'_>, see: &mut dyn FnMut(u64, &[u32]) -> Result<()>) -> Result<()> {
        let mut run = Run {
            walk: self,
            context,
            rows: vec![NO_ROW; self.steps.len()],
            values: vec![NULL; self.sources.len()],
            tuple: 0,
            work: 0,
            see,
        };
        run.from(0)?;
        // Without core tables, combinations without rows of the first tables count too.
        if self.core == 0 {
            for at in 1..self.steps.len() {
                run.rows.fill(NO_ROW);
                let Some(link) = &self.steps[at].link else { continue };
                for row in &link.orphans {
                    run.rows[at] = *row;
                    run.from(at + 1)?;
                }
            }
            for (field, values) in &self.alone {
                for value in values {
                    run.values.fill(NULL);
                    run.values[*field] = *value;
                    run.tuple += 1;
                    (run.see)(run.tuple, &run.values)?;
                }
            }
        }
        Ok(())
    }
}

struct Run<'r, 'a> {
    walk: &'r Walk<'a>,
    context: &'r Context<'r>,
    rows: Vec<u32>,
    values: Vec<u32>,
    tuple: u64,
    work: u32,
    see: &'r mut dyn FnMut(u64, &[u32]) -> Result<()>,
}

impl Run<'_, '_> {
    /// Fills in rows, starting at a step.
    fn from(&mut self, at: usize) -> Result<()> {
        let walk = self.walk;
        if at == walk.core {
            self.tuple += 1;
        }
        let Some(step) = walk.steps.get(at) else { return self.emit() };
        match &step.link {
            None => {
                let rows = self.context.data.tables[step.table].rows;
                let mut any = false;
                for row in (0..rows).filter(|row| walk.live.is_live(step.table, *row)) {
                    any = true;
                    self.rows[at] = row as u32;
                    self.from(at + 1)?;
                }
                self.rows[at] = NO_ROW;
                // A table without a link to the others, such as an island, does not remove their rows.
                if !any && at > 0 { self.from(at + 1) } else { Ok(()) }
            }
            Some(link) => {
                let code = link.parents.iter().find_map(|(parent, codes)| match self.rows[*parent] {
                    NO_ROW => None,
                    row => Some(codes[row as usize]).filter(|code| *code != NULL),
                });
                match code.and_then(|code| link.rows.get(&code)) {
                    Some(rows) => {
                        for row in rows {
                            self.rows[at] = *row;
                            self.from(at + 1)?;
                        }
                        self.rows[at] = NO_ROW;
                        Ok(())
                    }
                    None => {
                        self.rows[at] = NO_ROW;
                        self.from(at + 1)
                    }
                }
            }
        }
    }

    fn emit(&mut self) -> Result<()> {
        self.work = self.work.wrapping_add(1);
        if self.work.is_multiple_of(4096) {
            self.context.check_cancelled()?;
        }
        for (value, sources) in self.values.iter_mut().zip(&self.walk.sources) {
            *value = sources
                .iter()
                .find_map(|(step, codes)| match self.rows[*step] {
                    NO_ROW => None,
                    row => Some(codes[row as usize]).filter(|code| *code != NULL),
                })
                .unwrap_or(NULL);
        }
        (self.see)(self.tuple, &self.values)
    }
}

/// Adds tables until every field is in one: first those that are a field's only table, then the largest.
fn cover(data: &Data, fields: &[usize], chosen: &mut Vec<usize>) {
    for field in fields {
        if let [only] = data.fields[*field].tables.as_slice()
            && !chosen.contains(only)
        {
            chosen.push(*only);
        }
    }
    for field in fields {
        let tables = &data.fields[*field].tables;
        if !tables.iter().any(|table| chosen.contains(table)) {
            let best = tables.iter().max_by_key(|table| {
                (!data.tables[**table].loose, data.tables[**table].rows, std::cmp::Reverse(**table))
            });
            chosen.extend(best);
        }
    }
}

/// Adds the tables on the paths between chosen ones.
fn connect(data: &Data, chosen: &mut Vec<usize>) {
    let mut at = 1;
    while at < chosen.len() {
        let reached: Vec<usize> = chosen[..at].to_vec();
        let path = path(data, &reached, chosen[at]);
        for table in path.into_iter().rev() {
            if !chosen.contains(&table) {
                chosen.insert(at, table);
                at += 1;
            }
        }
        at += 1;
    }
}

/// The tables on the path from some tables to another; empty if they are not linked.
fn path(data: &Data, from: &[usize], to: usize) -> Vec<usize> {
    let mut before: HashMap<usize, usize> = HashMap::new();
    let mut queue: VecDeque<usize> = [to].into();
    while let Some(table) = queue.pop_front() {
        if from.contains(&table) {
            let mut path = Vec::new();
            let mut at = table;
            while let Some(next) = before.get(&at).filter(|next| **next != to) {
                path.push(*next);
                at = *next;
            }
            path.reverse();
            return path;
        }
        if data.tables[table].loose {
            continue;
        }
        for column in &data.tables[table].columns {
            for next in &data.fields[column.field].tables {
                if *next != to && !before.contains_key(next) && !data.tables[*next].loose {
                    before.insert(*next, table);
                    queue.push_back(*next);
                }
            }
        }
    }
    Vec::new()
}

/// The chosen tables in an order in which each is linked to an earlier one if possible, core tables first.
fn ordered(data: &Data, chosen: &[usize], core: usize) -> Vec<usize> {
    let linked = |a: usize, b: usize| {
        !data.tables[a].loose
            && !data.tables[b].loose
            && data.tables[a].columns.iter().any(|column| data.tables[b].column(column.field).is_some())
    };
    let mut order: Vec<usize> = Vec::new();
    for part in [&chosen[..core], &chosen[core..]] {
        let mut left: Vec<usize> = part.to_vec();
        // The largest table first: the others describe it.
        left.sort_by_key(|table| std::cmp::Reverse(data.tables[*table].rows));
        while !left.is_empty() {
            let next = left.iter().position(|table| order.iter().any(|other| linked(*table, *other))).unwrap_or(0);
            order.push(left.remove(next));
        }
    }
    order
}
