//! Synthetic keys: if tables share several fields, one key represents their combination.

use std::collections::HashMap;
use std::sync::Arc;

use super::symbols::{NULL, Symbols};
use super::{Column, Data, Field, Table};
use crate::value::Dual;

impl Data {
    /// Replaces shared combinations of fields by synthetic keys until no two tables share more than one field.
    pub(super) fn make_synthetic_keys(&mut self) {
        let mut count = 0;
        while let Some(shared) = self.largest_shared() {
            count += 1;
            self.make_key(count, &shared);
        }
    }

    fn largest_shared(&self) -> Option<Vec<usize>> {
        let mut largest: Option<Vec<usize>> = None;
        for (at, table) in self.tables.iter().enumerate() {
            for other in &self.tables[at + 1..] {
                let shared: Vec<usize> = table
                    .columns
                    .iter()
                    .map(|column| column.field)
                    .filter(|field| other.column(*field).is_some())
                    .collect();
                if shared.len() > 1 && shared.len() > largest.as_ref().map_or(1, Vec::len) {
                    largest = Some(shared);
                }
            }
        }
        largest
    }

    fn make_key(&mut self, number: usize, shared: &[usize]) {
        let name: Arc<str> = format!("$Syn {number}").into();
        let key = self.fields.len();
        let mut combinations: HashMap<Vec<u32>, u32> = HashMap::new();
        let mut rows: Vec<Vec<u32>> = Vec::new();
        for table in &mut self.tables {
            let columns: Vec<Arc<[u32]>> = shared
                .iter()
                .filter_map(|field| table.column(*field))
                .map(|column| Arc::clone(&column.codes))
                .collect();
            if columns.len() < shared.len() {
                continue;
            }
            let codes = (0..table.rows)
                .map(|row| {
                    let values: Vec<u32> = columns.iter().map(|column| column[row]).collect();
                    if values.iter().all(|value| *value == NULL) {
                        return NULL;
                    }
                    let next = rows.len() as u32;
                    *combinations.entry(values).or_insert_with_key(|values| {
                        rows.push(values.clone());
                        next
                    })
                })
                .collect();
            table.columns.retain(|column| !shared.contains(&column.field));
            table.columns.push(Column { field: key, codes });
        }
        let mut symbols = Symbols::default();
        (0..rows.len()).for_each(|row| {
            symbols.intern(Dual::Number(row as f64));
        });
        let mut columns: Vec<Column> = shared
            .iter()
            .enumerate()
            .map(|(at, field)| Column { field: *field, codes: rows.iter().map(|row| row[at]).collect() })
            .collect();
        columns.push(Column { field: key, codes: (0..rows.len() as u32).collect() });
        self.tables.push(Table {
            name: format!("$Syn {number} Table"),
            columns,
            rows: rows.len(),
            synthetic: true,
            system: false,
            loose: false,
        });
        self.by_name.insert(Arc::clone(&name), key);
        self.fields.push(Field {
            name,
            symbols,
            tables: Vec::new(),
            tags: Vec::new(),
            synthetic: true,
            system: false,
            comment: String::new(),
        });
    }
}
