//! System fields: an app's tables and fields as data.

use super::symbols::NULL;
use super::{Column, Data, Field, Symbols, Table};
use crate::value::Dual;
use std::sync::Arc;

/// They exist in every app: the field, its table, that table's rows and fields, the field's position, its information.
const NAMES: [&str; 6] = ["$Field", "$Table", "$Rows", "$Fields", "$FieldNo", "$Info"];

impl Data {
    /// The data with its system fields: a row for each field of each table.
    #[must_use]
    pub fn with_system_fields(mut self) -> Self {
        let mut symbols: [Symbols; NAMES.len()] = Default::default();
        let mut codes: [Vec<u32>; NAMES.len()] = Default::default();
        for table in &self.source {
            for (place, column) in table.columns.iter().enumerate() {
                let field = &self.fields[column.field];
                let number = |count: usize| Dual::Number(u32::try_from(count).unwrap_or(u32::MAX).into());
                let row = [
                    Dual::text(&*field.name),
                    Dual::text(table.name.as_str()),
                    number(table.rows),
                    number(table.columns.len()),
                    number(place + 1),
                ];
                for (at, value) in row.into_iter().enumerate() {
                    let code = symbols[at].intern(value);
                    codes[at].push(code);
                }
                codes[NAMES.len() - 1].push(NULL);
            }
        }
        let rows = codes[0].len();
        let at = self.tables.len();
        let mut columns = Vec::new();
        for ((name, symbols), codes) in NAMES.into_iter().zip(symbols).zip(codes) {
            let name: Arc<str> = name.into();
            columns.push(Column { field: self.fields.len(), codes: codes.into() });
            self.by_name.insert(Arc::clone(&name), self.fields.len());
            self.fields.push(Field {
                name,
                symbols,
                tables: vec![at],
                tags: ["$system", "$hidden"].map(str::to_owned).to_vec(),
                synthetic: false,
                system: true,
                comment: String::new(),
            });
        }
        let name = "$Field".to_owned();
        self.tables.push(Table { name, columns, rows, synthetic: false, system: true, loose: false });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_without_data_has_them_too() {
        let data = Data::default().with_system_fields();
        assert!(NAMES.iter().all(|name| data.cardinal(name) == Some(0)));
        assert!(data.field_names().is_empty());
    }
}
