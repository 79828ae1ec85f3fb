//! `MERGE`: a log of changes that is applied to a table.

use std::collections::HashMap;
use std::sync::Arc;

use super::host::World;
use super::{MERGE_FAILED, Outcome, ScriptError};
use crate::data::{Draft, NULL};
use crate::value::Dual;

/// How changes are applied.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Merge {
    /// The field that orders the changes; without it, they have the order of the log.
    pub(super) sequence: Option<String>,
    /// The variable that is set to the highest value of that field.
    pub(super) variable: Option<String>,
    /// The fields that identify a row.
    pub(super) keys: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Insert,
    Update,
    Delete,
}

impl Operation {
    fn of(value: &Dual) -> Outcome<Self> {
        match value.as_text().to_lowercase().as_str() {
            "insert" | "i" => Ok(Self::Insert),
            "update" | "u" => Ok(Self::Update),
            "delete" | "d" => Ok(Self::Delete),
            other => {
                let message = format!("Merge load: '{other}' is not one of the operations Insert, Update and Delete");
                Err(ScriptError::new(MERGE_FAILED, other, message))
            }
        }
    }
}

fn value(draft: &Draft, place: usize, row: usize, world: &World) -> Dual {
    let symbols = world.store.symbols.get(&draft.fields[place]);
    symbols.map_or(Dual::Null, |symbols| symbols.value(draft.columns[place][row]))
}

impl Merge {
    /// The places of the key fields in a table.
    fn keys(&self, draft: &Draft) -> Outcome<Vec<usize>> {
        self.keys.iter().map(|key| draft.place(key).ok_or_else(|| ScriptError::field(key))).collect()
    }

    /// The number that orders a change; null comes first.
    fn sequence(&self, draft: &Draft, row: usize, world: &World) -> Outcome<f64> {
        let Some(field) = &self.sequence else { return Ok(0.0) };
        let Some(place) = draft.place(field) else { return Err(ScriptError::field(field)) };
        Ok(value(draft, place, row, world).to_number().unwrap_or(f64::NEG_INFINITY))
    }

    /// Applies a log to a table. The first field of the log has the operations and is not part of the table.
    pub(super) fn apply(&self, table: Draft, log: &Draft, world: &World) -> Outcome<Draft> {
        let keys = self.keys(log)?;
        let mut table = Rows::of(table, log);
        table.index(&self.keys(&table.draft)?);
        let mut changes = Vec::new();
        for row in 0..log.rows() {
            changes.push((self.sequence(log, row, world)?, row));
        }
        changes.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        for (sequence, row) in changes {
            let operation = Operation::of(&value(log, 0, row, world))?;
            let key: Vec<u32> = keys.iter().map(|place| log.columns[*place][row]).collect();
            let known = table.rows_of.get(&key).cloned().unwrap_or_default();
            let mut is_old = false;
            for known in &known {
                is_old |= self.sequence.is_some() && self.sequence(&table.draft, *known, world)? > sequence;
            }
            if !is_old {
                table.change(operation, key, &known, log, row);
            }
        }
        Ok(table.finish())
    }
}

/// The rows of a table while it changes.
struct Rows {
    draft: Draft,
    alive: Vec<bool>,
    rows_of: HashMap<Vec<u32>, Vec<usize>>,
}

impl Rows {
    /// A table with the fields of a log, which are null in its rows if they are new.
    fn of(mut draft: Draft, log: &Draft) -> Self {
        let rows = draft.rows();
        for field in log.fields.iter().skip(1).filter(|field| draft.place(field).is_none()).collect::<Vec<_>>() {
            draft.fields.push(Arc::clone(field));
            draft.columns.push(vec![NULL; rows]);
        }
        Self { draft, alive: vec![true; rows], rows_of: HashMap::new() }
    }

    fn index(&mut self, keys: &[usize]) {
        for row in 0..self.draft.rows() {
            let key = keys.iter().map(|place| self.draft.columns[*place][row]).collect();
            self.rows_of.entry(key).or_default().push(row);
        }
    }

    fn change(&mut self, operation: Operation, key: Vec<u32>, known: &[usize], log: &Draft, row: usize) {
        if operation == Operation::Update && !known.is_empty() {
            for (place, field) in log.fields.iter().enumerate().skip(1) {
                let Some(to) = self.draft.place(field) else { continue };
                known.iter().for_each(|known| self.draft.columns[to][*known] = log.columns[place][row]);
            }
            return;
        }
        known.iter().for_each(|known| self.alive[*known] = false);
        self.rows_of.remove(&key);
        if operation == Operation::Delete {
            return;
        }
        self.rows_of.insert(key, vec![self.alive.len()]);
        self.alive.push(true);
        for (column, field) in self.draft.columns.iter_mut().zip(&self.draft.fields) {
            // The operation can have the name of a field of the table.
            let from = log.fields.iter().skip(1).position(|known| known == field);
            column.push(from.map_or(NULL, |place| log.columns[place + 1][row]));
        }
    }

    fn finish(mut self) -> Draft {
        for column in &mut self.draft.columns {
            let mut alive = self.alive.iter();
            column.retain(|_| alive.next() == Some(&true));
        }
        self.draft
    }
}
