//! Tables and fields in the protocol's structures.

use serde_json::{Value, json};

use super::symbols::NULL;
use super::{Column, Data, Table};
use crate::error::{EngineError, Result};
use crate::value::Dual;

impl Data {
    /// `NxFieldDescription` of a field: name, cardinal, tags.
    pub fn nx_field_description(&self, field: &str) -> Option<Value> {
        let number = self.field_number(field)?;
        let field = &self.fields[number];
        let mut description = json!({
            "qName": &*field.name,
            "qCardinal": field.symbols.len(),
            "qTags": field.tags,
        });
        if field.synthetic || field.system {
            description["qIsSystem"] = true.into();
            description["qIsHidden"] = true.into();
        }
        if self.field_tables(number).is_empty() {
            return None;
        }
        description["qSrcTables"] = json!(self.field_tables(number));
        Some(description)
    }

    /// `FieldDescription` of a field, as `GetFieldDescription` returns it.
    pub fn field_description(&self, field: &str) -> Option<Value> {
        let number = self.field_number(field)?;
        let field = &self.fields[number];
        let mut columns = self.source.iter().filter_map(|table| table.column(number));
        let total = match (columns.next(), columns.next()) {
            (Some(only), None) => only.codes.iter().filter(|code| **code != NULL).count(),
            // The values of a key are not counted over its tables.
            _ => field.symbols.len(),
        };
        let mut description = json!({
            "qInternalNumber": number,
            "qName": &*field.name,
            "qSrcTables": self.field_tables(number),
            "qCardinal": field.symbols.len(),
            "qTotalCount": total,
            "qPossibleCount_OBSOLETE": field.symbols.len(),
            "qTags": field.tags,
            "qByteSize": field.symbols.values().iter().map(byte_size).sum::<usize>(),
        });
        if field.tags.iter().any(|tag| tag == "$numeric") {
            description["qIsNumeric"] = true.into();
        }
        if field.synthetic || field.system {
            description["qIsSystem"] = true.into();
            description["qIsHidden"] = true.into();
        }
        if !field.comment.is_empty() {
            description["qComment"] = field.comment.as_str().into();
        }
        Some(description)
    }

    fn field_tables(&self, field: usize) -> Vec<&str> {
        let of_engine = self.fields[field].synthetic || self.fields[field].system;
        let tables = if of_engine { &self.tables } else { &self.source };
        tables.iter().filter(|table| table.column(field).is_some()).map(|table| table.name.as_str()).collect()
    }

    /// `{qtr, qk}` as `GetTablesAndKeys` returns it: tables, and the keys between them.
    /// With `internal`, synthetic keys are tables; without it, tables are as the script created them.
    pub fn tables_and_keys(&self, internal: bool) -> Value {
        let tables = if internal { &self.tables } else { &self.source };
        let records: Vec<Value> =
            tables.iter().filter(|table| !table.system).map(|table| self.table_record(table, internal)).collect();
        let mut keys = Vec::new();
        for (number, field) in self.fields.iter().enumerate() {
            let with: Vec<&str> =
                tables.iter().filter(|table| table.column(number).is_some()).map(|table| table.name.as_str()).collect();
            if with.len() > 1 {
                keys.push(json!({ "qKeyFields": [&*field.name], "qTables": with }));
            }
        }
        json!({ "qtr": records, "qk": keys })
    }

    fn table_record(&self, table: &Table, internal: bool) -> Value {
        let fields = self.columns(table).map(|column| self.field_in_table(table, column.field, internal));
        let fields: Vec<Value> = fields.collect();
        let mut record = json!({
            "qName": table.name,
            "qNoOfRows": table.rows,
            "qFields": fields,
            "qPos": { "qx": 0, "qy": 0 },
        });
        if table.loose {
            record["qLoose"] = true.into();
        }
        if table.synthetic {
            record["qIsSynthetic"] = true.into();
        }
        record
    }

    /// The columns of a table, keys first.
    fn columns<'a>(&self, table: &'a Table) -> impl Iterator<Item = &'a Column> {
        let (keys, others): (Vec<_>, Vec<_>) = table.columns.iter().partition(|column| self.is_shared(column.field));
        keys.into_iter().chain(others)
    }

    /// Whether several tables have the field.
    fn is_shared(&self, number: usize) -> bool {
        self.field_tables(number).len() > 1 || self.is_key(number)
    }

    fn field_in_table(&self, table: &Table, number: usize, internal: bool) -> Value {
        let field = &self.fields[number];
        let codes = table.column(number).map_or(&[][..], |column| &column.codes);
        let mut seen = vec![false; field.symbols.len()];
        let mut filled = 0;
        for code in codes {
            if let Some(seen) = seen.get_mut(*code as usize) {
                *seen = true;
                filled += 1;
            }
        }
        let present = seen.iter().filter(|seen| **seen).count();
        let total = field.symbols.len();
        let ratio = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
        // Keys of tables as the script created them are not examined.
        let key_type = match (self.is_shared(number), internal && present == table.rows, present == total) {
            (false, ..) => "NOT_KEY",
            (true, false, _) => "ANY_KEY",
            (true, true, false) => "PRIMARY_KEY",
            (true, true, true) => "PERFECT_KEY",
        };
        let mut record = json!({
            "qName": &*field.name,
            "qOriginalFields": [],
            "qPresent": true,
            "qInformationDensity": ratio(filled, table.rows),
            "qnNonNulls": filled,
            "qnRows": table.rows,
            "qSubsetRatio": ratio(present, total),
            "qnTotalDistinctValues": total,
            "qnPresentDistinctValues": present,
            "qKeyType": key_type,
            "qTags": field.tags,
            "qDerivedFields": [],
        });
        if filled < table.rows {
            record["qHasNull"] = true.into();
        }
        if present < filled {
            record["qHasDuplicates"] = true.into();
        }
        if field.synthetic {
            record["qIsSynthetic"] = true.into();
        }
        if !field.comment.is_empty() {
            record["qComment"] = field.comment.as_str().into();
        }
        record
    }

    /// Rows of a table as `GetTableData` returns them, `[{qValue: […]}]`. Row -1 has the names of the fields.
    pub fn table_rows(&self, table: &str, offset: i64, rows: usize, internal: bool) -> Result<Value> {
        let tables = if internal { &self.tables } else { &self.source };
        let table = tables.iter().find(|known| known.name == table).ok_or_else(|| EngineError::not_found(table))?;
        let columns: Vec<&Column> = self.columns(table).collect();
        let with_names = offset < 0 && rows > 0;
        let offset = usize::try_from(offset).unwrap_or(0);
        let end = table.rows.min(offset.saturating_add(rows - usize::from(with_names)));
        let names = with_names.then(|| {
            let name = |field: usize| json!({ "qText": &*self.fields[field].name, "qNumber": "NaN" });
            json!({ "qValue": columns.iter().map(|column| name(column.field)).collect::<Vec<_>>() })
        });
        let rows: Vec<Value> = names
            .into_iter()
            .chain((offset.min(end)..end).map(|row| {
                let cells: Vec<Value> = columns
                    .iter()
                    .map(|column| {
                        let value = self.fields[column.field].symbols.value(column.codes[row]);
                        let mut cell = json!({ "qText": value.as_text(), "qNumber": value.wire_number() });
                        if let Value::Object(members) = &mut cell
                            && value.as_text().is_empty()
                        {
                            members.remove("qText");
                        }
                        if value.as_number().is_some() {
                            cell["qIsNumeric"] = true.into();
                        }
                        cell
                    })
                    .collect();
                json!({ "qValue": cells })
            }))
            .collect();
        Ok(rows.into())
    }
}

/// The memory of a value, as recorded from an engine for short texts and small integers.
fn byte_size(value: &Dual) -> usize {
    match value {
        Dual::Text(text) => text.len() + 6,
        _ => 11,
    }
}
