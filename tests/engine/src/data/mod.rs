//! Loaded tables, their fields, and how they associate.

use serde_json::Value;

use crate::error::Result;

/// The data of an app after a load. It never changes; a reload makes another.
#[derive(Debug, Default)]
pub struct Data {}

impl Data {
    /// Names of all fields, in load order.
    pub fn field_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Number of distinct values of a field; none if there is no such field.
    pub fn cardinal(&self, _field: &str) -> Option<usize> {
        None
    }

    /// `NxFieldDescription` of a field: name, cardinal, tags.
    pub fn nx_field_description(&self, _field: &str) -> Option<Value> {
        None
    }

    /// `FieldDescription` of a field, as `GetFieldDescription` answers.
    pub fn field_description(&self, _field: &str) -> Option<Value> {
        None
    }

    /// `{qtr, qk}` as `GetTablesAndKeys` answers: tables, and the keys between them.
    /// With `internal`, synthetic keys show as tables; without, as the script made the tables.
    pub fn tables_and_keys(&self, _internal: bool) -> Value {
        Value::Null
    }

    /// Rows of a table as `GetTableData` answers, `[{qValue: […]}]`.
    pub fn table_rows(&self, _table: &str, _offset: usize, _rows: usize, _internal: bool) -> Result<Value> {
        Err(crate::EngineError::not_implemented("table_rows"))
    }

    /// Names of the script's tables.
    pub fn table_names(&self) -> Vec<&str> {
        Vec::new()
    }
}
