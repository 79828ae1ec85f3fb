//! Loaded tables, their fields, and their associations.

mod describe;
mod link;
mod store;
mod symbols;
mod synthetic;
mod system;
mod tags;

pub use store::{Draft, JoinSide, Store};
pub use symbols::{NULL, Symbols};

use std::collections::HashMap;
use std::sync::Arc;

/// The data of an app after a load. It never changes; a reload creates new data.
#[derive(Debug, Default)]
pub struct Data {
    pub(crate) fields: Vec<Field>,
    pub(crate) tables: Vec<Table>,
    /// Tables as the script created them, before synthetic keys.
    pub(crate) source: Vec<Table>,
    by_name: HashMap<Arc<str>, usize>,
}

/// A field: its distinct values in load order.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    /// Its values; their positions are the element numbers.
    pub(crate) symbols: Symbols,
    /// Tables that contain it.
    pub(crate) tables: Vec<usize>,
    /// Tags such as `$numeric`.
    pub(crate) tags: Vec<String>,
    /// Whether it is a synthetic key.
    pub(crate) synthetic: bool,
    /// Whether it describes the app rather than its data.
    pub(crate) system: bool,
    /// A comment from the script.
    pub(crate) comment: String,
}

/// A table: columns of element numbers.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: usize,
    /// Whether it contains the combinations of a synthetic key.
    pub(crate) synthetic: bool,
    /// Whether it contains the system fields.
    pub(crate) system: bool,
    /// Whether selections stop here because the links form a circle.
    pub(crate) loose: bool,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) field: usize,
    /// Element number per row, or [`NULL`].
    pub(crate) codes: Arc<[u32]>,
}

impl Table {
    /// The column of a field.
    pub(crate) fn column(&self, field: usize) -> Option<&Column> {
        self.columns.iter().find(|column| column.field == field)
    }
}

impl Data {
    /// Number of a field by its name.
    pub(crate) fn field_number(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// A field by its name.
    pub(crate) fn field(&self, name: &str) -> Option<&Field> {
        self.field_number(name).map(|number| &self.fields[number])
    }

    /// Names of the fields that the script created, in load order.
    pub fn field_names(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| !field.synthetic && !field.system).map(|field| &*field.name).collect()
    }

    /// Names of the fields that the engine created: synthetic keys, then the fields that describe the app.
    pub fn system_field_names(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| field.synthetic || field.system).map(|field| &*field.name).collect()
    }

    /// Number of distinct values of a field; `None` if it does not exist.
    pub fn cardinal(&self, field: &str) -> Option<usize> {
        self.field(field).map(|field| field.symbols.len())
    }

    /// The values of a field.
    pub(crate) fn symbols(&self, field: &str) -> Option<&Symbols> {
        self.field(field).map(|field| &field.symbols)
    }

    /// Number of characters of a field's longest text.
    pub(crate) fn longest_text(&self, field: &str) -> usize {
        let values = self.field(field).map_or(&[][..], |field| field.symbols.values());
        values.iter().map(|value| value.as_text().chars().count()).max().unwrap_or(0)
    }

    /// A value of a field by its element number.
    pub fn value(&self, field: &str, element: usize) -> Option<&crate::value::Dual> {
        self.field(field)?.symbols.get(u32::try_from(element).ok()?)
    }

    /// Names of the script's tables.
    pub fn table_names(&self) -> Vec<&str> {
        self.source.iter().map(|table| table.name.as_str()).collect()
    }

    /// Whether a field links tables.
    pub(crate) fn is_key(&self, field: usize) -> bool {
        self.fields[field].tables.len() > 1
    }
}
