//! Functions that depend on the state of the script: the row, the loaded tables, the maps.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::files::Files;
use super::rows::Output;
use super::split_field::SPLIT_SLOT;
use crate::data::{Store, Symbols};
use crate::expression::{Expression, Host, Scope, evaluate};
use crate::value::{Dual, Key, Settings, format_moment};

/// State that outlives statements: tables, maps, formats, counters.
#[derive(Debug)]
pub(super) struct World {
    pub(super) store: Store,
    pub(super) maps: HashMap<String, Arc<Mapping>>,
    pub(super) files: Files,
    pub(super) settings: Settings,
    /// Numbers from `AutoNumber`, by counter.
    pub(super) numbered: RefCell<HashMap<String, HashMap<String, f64>>>,
    /// State of the random number generator.
    pub(super) random: Cell<u64>,
    /// Serial number of the time when the script started.
    pub(super) now: f64,
    pub(super) rules: Rules,
}

/// A mapping table.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Mapping {
    entries: Vec<(Dual, Dual)>,
    places: HashMap<Key, usize>,
}

impl Mapping {
    /// Adds an entry, unless the value has one.
    pub(super) fn add(&mut self, from: Dual, to: Dual) {
        if let Some(key) = from.key()
            && let Entry::Vacant(place) = self.places.entry(key)
        {
            place.insert(self.entries.len());
            self.entries.push((from, to));
        }
    }

    pub(super) fn get(&self, value: &Dual) -> Option<&Dual> {
        self.places.get(&value.key()?).map(|place| &self.entries[*place].1)
    }

    /// The entries in order of insertion.
    pub(super) fn entries(&self) -> &[(Dual, Dual)] {
        &self.entries
    }
}

/// Settings for later loads. If several patterns match a field, the last one applies.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Patterns of fields to qualify, or no longer.
    pub(super) qualified: Vec<(String, bool)>,
    /// Patterns of fields whose nulls are values, or no longer.
    pub(super) valued: Vec<(String, bool)>,
    /// Patterns of fields with the map for their values, or without one.
    pub(super) mapped: Vec<(String, Option<String>)>,
    /// Field names with their new names.
    pub(super) aliases: HashMap<String, String>,
}

/// The setting of the last pattern that matches a field.
pub(super) fn last_fit<'a, T>(patterns: &'a [(String, T)], field: &str) -> Option<&'a T> {
    let last = patterns.iter().rev().find(|(pattern, _)| crate::value::wild_match(field, pattern));
    last.map(|(_, what)| what)
}

impl World {
    /// The next random number: at least 0, less than 1.
    pub(super) fn random(&self) -> f64 {
        let mut state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((state ^ (state >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(super) fn moment(&self, serial: f64, pattern: &str) -> Dual {
        format_moment(serial, pattern, &self.settings).map_or(Dual::Null, |text| Dual::both(serial, text))
    }
}

/// The context of an expression in a script.
pub(super) struct Place<'a> {
    pub(super) world: &'a World,
    /// Values of the current row.
    pub(super) row: &'a [Dual],
    /// Values of the previous row.
    pub(super) previous: &'a [Dual],
    /// Results of aggregations.
    pub(super) aggregated: &'a [Dual],
    /// What this statement has loaded so far.
    pub(super) output: Option<&'a Output>,
    /// Number of the current row, from 1.
    pub(super) record: usize,
    /// Iteration of `WHILE`, from 1.
    pub(super) round: usize,
    /// The current part of each split text, from 1.
    pub(super) parts: &'a [usize],
    /// The path of the current file; empty if the source is not a file.
    pub(super) file: &'a str,
}

impl<'a> Place<'a> {
    /// A context without a row.
    pub(super) fn outside(world: &'a World) -> Self {
        Self {
            world,
            row: &[],
            previous: &[],
            aggregated: &[],
            output: None,
            record: 0,
            round: 0,
            parts: &[],
            file: "",
        }
    }

    fn symbols(&self, field: &str) -> Option<&Symbols> {
        self.output.and_then(|output| output.symbols(field)).or_else(|| self.world.store.symbols.get(field))
    }

    /// A value of a table: of the one being loaded, or of one by name. Negative rows count from the end.
    fn peek(&self, field: &str, row: i64, table: Option<&str>) -> Dual {
        let store = &self.world.store;
        let find = |rows: usize| {
            let row = if row < 0 { rows as i64 + row } else { row };
            usize::try_from(row).ok().filter(|row| *row < rows)
        };
        let own = self.output.filter(|output| table.is_none() || table == Some(output.name.as_str()));
        if let Some(output) = own {
            let rows = output.rows();
            if let (Some(place), Some(row)) = (output.place(field), find(rows)) {
                return output.value(place, row);
            }
            if table.is_none() {
                return Dual::Null;
            }
        }
        let draft = match table {
            Some(name) => store.tables.iter().find(|draft| draft.name == name),
            None => store.tables.last(),
        };
        let value = draft.and_then(|draft| {
            let code = draft.columns[draft.place(field)?][find(draft.rows())?];
            Some(store.symbols.get(field)?.value(code))
        });
        value.unwrap_or(Dual::Null)
    }
}

impl Scope for Place<'_> {
    fn slot(&self, index: usize) -> Dual {
        if let Some(split) = index.checked_sub(SPLIT_SLOT) {
            return self.parts.get(split).map_or(Dual::Null, |part| Dual::Number(*part as f64));
        }
        self.row.get(index).cloned().unwrap_or(Dual::Null)
    }

    fn aggregated(&self, index: usize) -> Dual {
        self.aggregated.get(index).cloned().unwrap_or(Dual::Null)
    }

    fn settings(&self) -> &Settings {
        &self.world.settings
    }

    fn host(&self, host: Host, arguments: &[Expression]) -> Dual {
        let value = |at: usize| arguments.get(at).map_or(Dual::Null, |argument| evaluate(argument, self));
        let text = |at: usize| value(at).as_text().into_owned();
        let number = |at: usize| value(at).to_number();
        let world = self.world;
        match host {
            Host::RecNo => Dual::Number(self.record as f64),
            Host::RowNo => Dual::Number(self.output.map_or(0, Output::rows) as f64 + 1.0),
            Host::IterNo => Dual::Number(self.round as f64),
            Host::Previous => {
                if self.previous.is_empty() {
                    return Dual::Null;
                }
                let before = Place { row: self.previous, previous: &[], ..*self };
                evaluate(&arguments[0], &before)
            }
            Host::Peek => {
                let table = arguments.get(2).map(|_| text(2));
                self.peek(&text(0), number(1).unwrap_or(-1.0) as i64, table.as_deref())
            }
            Host::Exists => {
                let wanted = value(1);
                Dual::truth(self.symbols(&text(0)).is_some_and(|symbols| symbols.find(&wanted).is_some()))
            }
            Host::ApplyMap => {
                let wanted = value(1);
                let found = world.maps.get(&text(0)).and_then(|map| map.get(&wanted).cloned());
                found.unwrap_or_else(|| if arguments.len() > 2 { value(2) } else { wanted })
            }
            Host::AutoNumber => {
                let mut counters = world.numbered.borrow_mut();
                let counter = counters.entry(if arguments.len() == 2 { text(1) } else { String::new() }).or_default();
                let next = counter.len() as f64 + 1.0;
                Dual::Number(*counter.entry(text(0)).or_insert(next))
            }
            Host::FieldIndex => {
                let wanted = value(1);
                let place = self.symbols(&text(0)).and_then(|symbols| symbols.find(&wanted));
                Dual::Number(place.map_or(0.0, |place| f64::from(place) + 1.0))
            }
            Host::FieldValue => {
                let place = number(1).filter(|place| *place >= 1.0).map(|place| place as u32 - 1);
                self.symbols(&text(0)).zip(place).map_or(Dual::Null, |(symbols, place)| symbols.value(place))
            }
            Host::FieldValueCount => {
                self.symbols(&text(0)).map_or(Dual::Null, |symbols| Dual::Number(symbols.len() as f64))
            }
            Host::NoOfRows => {
                let name = text(0);
                world.store.table(&name).map_or(Dual::Null, |at| Dual::Number(world.store.tables[at].rows() as f64))
            }
            Host::NoOfFields => {
                let name = text(0);
                world
                    .store
                    .table(&name)
                    .map_or(Dual::Null, |at| Dual::Number(world.store.tables[at].fields.len() as f64))
            }
            Host::FieldName => {
                let table = world.store.table(&text(1)).map(|at| &world.store.tables[at]);
                let place = number(0).filter(|place| *place >= 1.0).map_or(0, |place| place as usize);
                table
                    .and_then(|table| table.fields.get(place.checked_sub(1)?))
                    .map_or(Dual::Null, |name| Dual::Text(Arc::clone(name)))
            }
            Host::NoOfTables => Dual::Number(world.store.tables.len() as f64),
            Host::TableName => {
                let place = number(0).filter(|place| *place >= 0.0).map(|place| place as usize);
                let table = place.and_then(|place| world.store.tables.get(place));
                table.map_or(Dual::Null, |table| Dual::text(table.name.as_str()))
            }
            Host::Scripted(function) => self.scripted(function, arguments),
            Host::Random => Dual::Number(world.random()),
            Host::Now => world.moment(world.now, &world.settings.timestamp),
            Host::Today => world.moment(world.now.floor(), &world.settings.date),
            // The other functions are about charts and selections, which scripts do not have.
            _ => Dual::Null,
        }
    }
}
