//! Builds associated data from the tables of a script.

use std::sync::Arc;

use super::store::Store;
use super::symbols::{NULL, Symbols};
use super::{Column, Data, Field, Table, tags};
use crate::value::Settings;

impl Data {
    /// The data from the tables of a finished script.
    pub fn from_store(store: Store, settings: &Settings) -> Self {
        let mut data = Self::default();
        let fields: Vec<&Arc<str>> = store.order.iter().filter(|name| store.has_field(name)).collect();
        for name in &fields {
            data.by_name.insert(Arc::clone(name), data.fields.len());
            data.fields.push(Field {
                name: Arc::clone(name),
                symbols: Symbols::default(),
                tables: Vec::new(),
                tags: store.tags.get(*name).cloned().unwrap_or_default(),
                synthetic: false,
                system: false,
                comment: store.comments.get(*name).cloned().unwrap_or_default(),
            });
        }
        let renumbered = data.renumber(&store);
        for draft in &store.tables {
            let columns = draft
                .fields
                .iter()
                .zip(&draft.columns)
                .filter_map(|(name, codes)| {
                    let field = data.field_number(name)?;
                    let codes = codes.iter().map(|code| renumbered[field].get(*code as usize).copied().unwrap_or(NULL));
                    Some(Column { field, codes: codes.collect() })
                })
                .collect();
            data.tables.push(Table {
                name: draft.name.clone(),
                columns,
                rows: draft.rows(),
                synthetic: false,
                system: false,
                loose: false,
            });
        }
        data.source = data.tables.clone();
        data.make_synthetic_keys();
        data.loosen();
        for (at, table) in data.tables.iter().enumerate() {
            for column in &table.columns {
                data.fields[column.field].tables.push(at);
            }
        }
        for number in 0..data.fields.len() {
            let is_key = data.is_key(number) || data.tables_with_source(number) > 1;
            let field = &mut data.fields[number];
            let mut all = tags::tags(field, is_key, settings);
            all.extend(std::mem::take(&mut field.tags));
            field.tags = all;
        }
        data
    }

    fn tables_with_source(&self, field: usize) -> usize {
        self.source.iter().filter(|table| table.column(field).is_some()).count()
    }

    /// Drops values that are no longer in any table. Returns the new numbers of the others.
    fn renumber(&mut self, store: &Store) -> Vec<Vec<u32>> {
        let mut renumbered = Vec::with_capacity(self.fields.len());
        for field in &mut self.fields {
            let Some(old) = store.symbols.get(&field.name) else {
                renumbered.push(Vec::new());
                continue;
            };
            let mut used = vec![false; old.len()];
            for draft in &store.tables {
                if let Some(place) = draft.place(&field.name) {
                    for code in &draft.columns[place] {
                        if let Some(used) = used.get_mut(*code as usize) {
                            *used = true;
                        }
                    }
                }
            }
            let mut symbols = Symbols::default();
            let places = used
                .iter()
                .zip(old.values())
                .map(|(used, value)| if *used { symbols.intern(value.clone()) } else { NULL })
                .collect();
            field.symbols = symbols;
            renumbered.push(places);
        }
        renumbered
    }

    /// Breaks circles of links: the last table in each becomes loosely coupled.
    fn loosen(&mut self) {
        while let Some(table) = self.table_on_circle() {
            self.tables[table].loose = true;
        }
    }

    /// The last table in a circle of links.
    fn table_on_circle(&self) -> Option<usize> {
        let mut holders: Vec<Vec<usize>> = vec![Vec::new(); self.fields.len()];
        for (at, table) in self.tables.iter().enumerate().filter(|(_, table)| !table.loose) {
            table.columns.iter().for_each(|column| holders[column.field].push(at));
        }
        // Leaves are removed until only circles, and paths between them, remain.
        let mut on: Vec<bool> = self.tables.iter().map(|table| !table.loose).collect();
        loop {
            let count = |field: usize| holders[field].iter().filter(|table| on[**table]).count();
            let leaf = (0..self.tables.len()).find(|at| {
                on[*at] && self.tables[*at].columns.iter().filter(|column| count(column.field) > 1).count() < 2
            });
            match leaf {
                Some(leaf) => on[leaf] = false,
                None => return on.iter().rposition(|on| *on),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Draft;
    use crate::value::Dual;

    type Given<'a> = (&'a str, &'a [&'a str], &'a [&'a [i32]]);

    /// Data of tables given as `("name", ["field", …], [[1, 2], …])`.
    fn data(tables: &[Given<'_>]) -> Data {
        let mut store = Store::default();
        for (name, fields, rows) in tables {
            let mut draft = Draft { name: (*name).into(), ..Draft::default() };
            for (at, field) in fields.iter().enumerate() {
                let field: Arc<str> = (*field).into();
                let symbols = store.symbols_of(&field);
                draft.columns.push(rows.iter().map(|row| symbols.intern(Dual::Number(row[at].into()))).collect());
                draft.fields.push(field);
            }
            store.tables.push(draft);
        }
        Data::from_store(store, &Settings::default())
    }

    #[test]
    fn two_shared_fields_make_a_synthetic_key() {
        let data = data(&[("A", &["x", "y", "a"], &[&[1, 2, 3], &[1, 3, 4]]), ("B", &["x", "y", "b"], &[&[1, 2, 5]])]);
        assert_eq!(data.tables.len(), 3);
        assert!(data.tables[2].synthetic);
        assert_eq!(data.tables[2].rows, 2);
        assert!(data.field("$Syn 1").unwrap().synthetic);
        assert_eq!(data.field("x").unwrap().tables, [2]);
        assert_eq!(data.field_names(), ["x", "y", "a", "b"]);
        assert_eq!(data.source[0].columns.len(), 3);
    }

    #[test]
    fn a_circular_reference_is_broken_at_its_last_table() {
        let data = data(&[
            ("A", &["x", "y"], &[&[1, 2]]),
            ("B", &["y", "z"], &[&[2, 3]]),
            ("C", &["z", "x"], &[&[3, 1]]),
            ("D", &["x", "d"], &[&[1, 1]]),
        ]);
        let loose: Vec<bool> = data.tables.iter().map(|table| table.loose).collect();
        assert_eq!(loose, [false, false, true, false]);
    }

    #[test]
    fn tables_without_circles_stay_coupled() {
        let data =
            data(&[("A", &["x", "y"], &[&[1, 2]]), ("B", &["y", "z"], &[&[2, 3]]), ("C", &["y", "w"], &[&[3, 1]])]);
        assert!(data.tables.iter().all(|table| !table.loose));
        assert!(data.field("y").unwrap().tags.contains(&"$key".to_owned()));
    }
}
