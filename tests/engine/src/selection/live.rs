//! What selections leave possible: rows of tables and values of fields.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::data::{Data, NULL, Table};

/// A subset of the values of a field, or of the rows of a table.
pub(crate) type Mask = Arc<[bool]>;

/// Selected values by number of the field.
pub(crate) type Picked = BTreeMap<usize, Mask>;

fn next_id() -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    LAST.fetch_add(1, Ordering::Relaxed)
}

/// The rows and values that selections leave possible. `None` means all.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    id: u64,
    rows: Vec<Option<Mask>>,
    allowed: Vec<Option<Mask>>,
    picked: Picked,
}

impl Live {
    /// Calculates what selections leave possible across all associated tables.
    pub(crate) fn new(data: &Data, picked: Picked) -> Self {
        let mut spread = Spread { data, picked: &picked, messages: HashMap::new() };
        let allowed = (0..data.fields.len()).map(|field| spread.allowed(field)).collect();
        let rows = (0..data.tables.len()).map(|table| spread.rows(table)).collect();
        Self { id: next_id(), rows, allowed, picked }
    }

    /// The values of one field that selections in other fields allow; `None` means all.
    pub(crate) fn allowed_by(data: &Data, picked: &Picked, field: usize) -> Option<Mask> {
        Spread { data, picked, messages: HashMap::new() }.allowed(field)
    }

    /// An ID that only copies of this value share.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// No rows.
    pub(crate) fn nothing(data: &Data) -> Self {
        Self {
            id: next_id(),
            rows: data.tables.iter().map(|table| Some(vec![false; table.rows].into())).collect(),
            allowed: data.fields.iter().map(|field| Some(vec![false; field.symbols.len()].into())).collect(),
            picked: Picked::new(),
        }
    }

    /// The live rows of a table.
    pub(crate) fn rows(&self, table: usize) -> Option<&Mask> {
        self.rows[table].as_ref()
    }

    /// Whether a row is live.
    pub(crate) fn is_live(&self, table: usize, row: usize) -> bool {
        self.rows[table].as_ref().is_none_or(|mask| mask[row])
    }

    /// The values of a field that selections in other fields allow.
    pub(crate) fn allowed(&self, field: usize) -> Option<&Mask> {
        self.allowed[field].as_ref()
    }

    /// The selections of this state.
    pub(crate) fn picked(&self) -> &Picked {
        &self.picked
    }

    /// The possible values of a field, including the effect of its own selection.
    pub(crate) fn possible(&self, data: &Data, field: usize) -> Mask {
        let size = data.fields[field].symbols.len();
        let own = self.picked.get(&field);
        let allowed = self.allowed(field);
        (0..size).map(|at| own.is_none_or(|mask| mask[at]) && allowed.is_none_or(|mask| mask[at])).collect()
    }

    /// The rows of a combination of two sets of rows.
    pub(crate) fn combine(&self, other: &Self, data: &Data, keep: impl Fn(bool, bool) -> bool) -> Self {
        let both = |a: Option<&Mask>, b: Option<&Mask>, size: usize| -> Option<Mask> {
            let mask: Mask =
                (0..size).map(|at| keep(a.is_none_or(|mask| mask[at]), b.is_none_or(|mask| mask[at]))).collect();
            Some(mask)
        };
        let rows: Vec<Option<Mask>> =
            data.tables.iter().enumerate().map(|(at, table)| both(self.rows(at), other.rows(at), table.rows)).collect();
        let mut result = Self { id: next_id(), rows, allowed: vec![None; data.fields.len()], picked: Picked::new() };
        for field in 0..data.fields.len() {
            let mut mask = vec![false; data.fields[field].symbols.len()];
            for table in &data.fields[field].tables {
                let Some(column) = data.tables[*table].column(field) else { continue };
                for (row, code) in column.codes.iter().enumerate() {
                    if *code != NULL && result.is_live(*table, row) {
                        mask[*code as usize] = true;
                    }
                }
            }
            result.allowed[field] = Some(mask.into());
        }
        result
    }
}

/// Propagates selections from table to table. Links form no circles, so the message of each table to each of its
/// fields is calculated once: the values that its rows, and all tables linked beyond that field, allow.
struct Spread<'a> {
    data: &'a Data,
    picked: &'a Picked,
    messages: HashMap<(usize, usize), Option<Mask>>,
}

impl Spread<'_> {
    fn allowed(&mut self, field: usize) -> Option<Mask> {
        let tables = &self.data.fields[field].tables;
        let messages: Vec<Mask> = tables.iter().filter_map(|table| self.message(*table, field)).collect();
        every(&messages)
    }

    fn rows(&mut self, table: usize) -> Option<Mask> {
        let constraints = self.constraints(table, None);
        if constraints.is_empty() {
            return None;
        }
        let table = &self.data.tables[table];
        Some((0..table.rows).map(|row| passes(&constraints, row)).collect())
    }

    /// The values of a field that a table's rows allow, without the constraint of the field itself.
    fn message(&mut self, table: usize, field: usize) -> Option<Mask> {
        let of = &self.data.tables[table];
        if of.loose && self.data.is_key(field) {
            return None;
        }
        if let Some(known) = self.messages.get(&(table, field)) {
            return known.clone();
        }
        let constraints = self.constraints(table, Some(field));
        let message = of.column(field).filter(|_| !constraints.is_empty()).map(|column| {
            let mut mask = vec![false; self.data.fields[field].symbols.len()];
            for (row, code) in column.codes.iter().enumerate() {
                if *code != NULL && passes(&constraints, row) {
                    mask[*code as usize] = true;
                }
            }
            Mask::from(mask)
        });
        self.messages.insert((table, field), message.clone());
        message
    }

    /// The constraints that the fields of a table, except one, put on its rows.
    fn constraints(&mut self, table: usize, but: Option<usize>) -> Vec<(Arc<[u32]>, Mask)> {
        let of: &Table = &self.data.tables[table];
        let mut constraints = Vec::new();
        for column in &of.columns {
            if Some(column.field) == but {
                continue;
            }
            let mut masks: Vec<Mask> = self.picked.get(&column.field).cloned().into_iter().collect();
            if !of.loose {
                let others = &self.data.fields[column.field].tables;
                masks.extend(
                    others
                        .iter()
                        .filter(|other| **other != table)
                        .filter_map(|other| self.message(*other, column.field)),
                );
            }
            if let Some(mask) = every(&masks) {
                constraints.push((Arc::clone(&column.codes), mask));
            }
        }
        constraints
    }
}

fn passes(constraints: &[(Arc<[u32]>, Mask)], row: usize) -> bool {
    constraints.iter().all(|(codes, mask)| mask.get(codes[row] as usize).copied().unwrap_or(false))
}

/// The intersection of all masks; `None` if there are no masks.
fn every(masks: &[Mask]) -> Option<Mask> {
    match masks {
        [] => None,
        [one] => Some(Arc::clone(one)),
        [first, rest @ ..] => Some((0..first.len()).map(|at| first[at] && rest.iter().all(|mask| mask[at])).collect()),
    }
}
