//! Tables during the run of a script.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::symbols::{NULL, Symbols};

/// A table under construction: named columns of element numbers.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The table's name.
    pub name: String,
    /// The names of its fields.
    pub fields: Vec<Arc<str>>,
    /// Its columns, in the order of the fields.
    pub columns: Vec<Vec<u32>>,
}

/// All tables of a running script. The values of a field are numbered across all its tables.
#[derive(Debug, Default)]
pub struct Store {
    /// Tables in order of creation.
    pub tables: Vec<Draft>,
    /// Values by field.
    pub symbols: HashMap<Arc<str>, Symbols>,
    /// Fields in order of first occurrence.
    pub order: Vec<Arc<str>>,
    /// Tags from the script, by field.
    pub tags: BTreeMap<Arc<str>, Vec<String>>,
    /// Comments from the script, by field.
    pub comments: BTreeMap<Arc<str>, String>,
}

/// How two tables are joined or reduced to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinSide {
    /// All rows of both tables.
    Outer,
    /// Rows with a match.
    Inner,
    /// All rows of the existing table.
    Left,
    /// All rows of the loaded table.
    Right,
}

impl Draft {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }

    /// Position of a field.
    pub fn place(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|name| &**name == field)
    }

    fn key(&self, places: &[usize], row: usize) -> Vec<u32> {
        places.iter().map(|place| self.columns[*place][row]).collect()
    }

    /// Whether the fields are the same, in any order.
    pub fn same_fields(&self, other: &[Arc<str>]) -> bool {
        self.fields.len() == other.len() && other.iter().all(|name| self.fields.contains(name))
    }

    /// Adds the rows of another table; fields that are missing in one of them are null there.
    pub fn append(&mut self, other: Draft) {
        let (before, added) = (self.rows(), other.rows());
        for field in &other.fields {
            if self.place(field).is_none() {
                self.fields.push(Arc::clone(field));
                self.columns.push(vec![NULL; before]);
            }
        }
        for (name, column) in self.fields.iter().zip(&mut self.columns) {
            match other.place(name) {
                Some(place) => column.extend_from_slice(&other.columns[place]),
                None => column.extend(std::iter::repeat_n(NULL, added)),
            }
        }
    }

    fn shared(&self, other: &Draft) -> (Vec<usize>, Vec<usize>) {
        self.fields.iter().enumerate().filter_map(|(place, field)| Some((place, other.place(field)?))).unzip()
    }

    /// Rows by the values of some fields; rows with a null match nothing.
    fn rows_by(&self, places: &[usize]) -> HashMap<Vec<u32>, Vec<usize>> {
        let mut rows: HashMap<Vec<u32>, Vec<usize>> = HashMap::new();
        for row in 0..self.rows() {
            let key = self.key(places, row);
            if !key.contains(&NULL) {
                rows.entry(key).or_default().push(row);
            }
        }
        rows
    }

    /// Joins another table to this one over their common fields.
    pub fn join(&mut self, other: &Draft, side: JoinSide) {
        let (here, there) = self.shared(other);
        let extra: Vec<usize> = (0..other.fields.len()).filter(|place| !there.contains(place)).collect();
        let rows = other.rows_by(&there);
        let mut matched = vec![false; other.rows()];
        let mut result: Vec<Vec<u32>> = vec![Vec::new(); self.fields.len() + extra.len()];
        let own = self.fields.len();
        for row in 0..self.rows() {
            let partners = rows.get(&self.key(&here, row)).map_or(&[][..], Vec::as_slice);
            let keep_alone = partners.is_empty() && matches!(side, JoinSide::Outer | JoinSide::Left);
            let count = if keep_alone { 1 } else { partners.len() };
            for (place, column) in self.columns.iter().enumerate() {
                result[place].extend(std::iter::repeat_n(column[row], count));
            }
            for (place, from) in extra.iter().enumerate() {
                if keep_alone {
                    result[own + place].push(NULL);
                }
                result[own + place].extend(partners.iter().map(|partner| other.columns[*from][*partner]));
            }
            partners.iter().for_each(|partner| matched[*partner] = true);
        }
        if matches!(side, JoinSide::Outer | JoinSide::Right) {
            for row in (0..other.rows()).filter(|row| !matched[*row]) {
                result[..own].iter_mut().for_each(|column| column.push(NULL));
                for (a, b) in here.iter().zip(&there) {
                    if let Some(last) = result[*a].last_mut() {
                        *last = other.columns[*b][row];
                    }
                }
                for (place, from) in extra.iter().enumerate() {
                    result[own + place].push(other.columns[*from][row]);
                }
            }
        }
        self.fields.extend(extra.iter().map(|place| Arc::clone(&other.fields[*place])));
        self.columns = result;
    }

    /// Keeps the rows with a match in another table.
    pub fn keep(&mut self, other: &Draft) {
        let (here, there) = self.shared(other);
        let keys: HashSet<Vec<u32>> = (0..other.rows()).map(|row| other.key(&there, row)).collect();
        let stays: Vec<bool> = (0..self.rows()).map(|row| keys.contains(&self.key(&here, row))).collect();
        for column in &mut self.columns {
            let mut row = 0;
            column.retain(|_| {
                row += 1;
                stays[row - 1]
            });
        }
    }
}

impl Store {
    /// A table by name.
    pub fn table(&self, name: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == name)
    }

    /// The values of a field; creates the field if it is new.
    pub fn symbols_of(&mut self, field: &Arc<str>) -> &mut Symbols {
        if !self.symbols.contains_key(field) {
            self.order.push(Arc::clone(field));
        }
        self.symbols.entry(Arc::clone(field)).or_default()
    }

    /// Whether any table contains a field.
    pub fn has_field(&self, field: &str) -> bool {
        self.tables.iter().any(|table| table.place(field).is_some())
    }

    /// Removes a field, from one table or from all, and tables that have no fields left.
    pub fn drop_field(&mut self, field: &str, table: Option<usize>) {
        for (at, draft) in self.tables.iter_mut().enumerate() {
            if table.is_some_and(|table| table != at) {
                continue;
            }
            if let Some(place) = draft.place(field) {
                draft.fields.remove(place);
                draft.columns.remove(place);
            }
        }
        self.tables.retain(|draft| !draft.fields.is_empty());
    }

    /// Renames a field in all tables.
    pub fn rename_field(&mut self, from: &str, to: &str) {
        let to: Arc<str> = to.into();
        for draft in &mut self.tables {
            if let Some(place) = draft.place(from) {
                draft.fields[place] = Arc::clone(&to);
            }
        }
        if let Some(symbols) = self.symbols.remove(from) {
            self.symbols.insert(Arc::clone(&to), symbols);
        }
        if let Some(place) = self.order.iter().position(|name| &**name == from) {
            self.order[place] = to;
        }
    }
}
