//! Loaded tables, their fields, and how they associate.

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

/// The data of an app after a load. It never changes; a reload makes another.
#[derive(Debug, Default)]
pub struct Data {
    pub(crate) fields: Vec<Field>,
    pub(crate) tables: Vec<Table>,
    /// Tables as the script made them, before synthetic keys.
    pub(crate) source: Vec<Table>,
    by_name: HashMap<Arc<str>, usize>,
}

/// A field: its distinct values in load order.
#[derive(Debug)]
pub(crate) struct Field {
    /// Its name.
    pub(crate) name: Arc<str>,
    /// Its values; their places are the element numbers.
    pub(crate) symbols: Symbols,
    /// Tables that have it.
    pub(crate) tables: Vec<usize>,
    /// Tags such as `$numeric`.
    pub(crate) tags: Vec<String>,
    /// Whether it stands for a synthetic key.
    pub(crate) synthetic: bool,
    /// Whether it tells about the app rather than about its data.
    pub(crate) system: bool,
    /// A comment that the script gave.
    pub(crate) comment: String,
}

/// A table: columns of element numbers.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Its name.
    pub(crate) name: String,
    /// Its columns.
    pub(crate) columns: Vec<Column>,
    /// Number of rows.
    pub(crate) rows: usize,
    /// Whether it holds the combinations of a synthetic key.
    pub(crate) synthetic: bool,
    /// Whether it holds the system fields.
    pub(crate) system: bool,
    /// Whether selections stop here, because links would go round in a circle.
    pub(crate) loose: bool,
}

/// A column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Which field.
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

    /// Names of the fields that the script made, in load order.
    pub fn field_names(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| !field.synthetic && !field.system).map(|field| &*field.name).collect()
    }

    /// Names of the fields that the engine made: synthetic keys, then the fields that tell about the app.
    pub fn system_field_names(&self) -> Vec<&str> {
        self.fields.iter().filter(|field| field.synthetic || field.system).map(|field| &*field.name).collect()
    }

    /// Number of distinct values of a field; none if there is no such field.
    pub fn cardinal(&self, field: &str) -> Option<usize> {
        self.field(field).map(|field| field.symbols.len())
    }

    /// Whether all values of a field are numbers.
    pub(crate) fn is_numeric(&self, field: &str) -> bool {
        self.field(field).is_some_and(|field| field.tags.iter().any(|tag| tag == "$numeric"))
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
