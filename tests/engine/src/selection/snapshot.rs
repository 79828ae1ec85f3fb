//! Snapshots of selections by value, which outlive the data.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::{DEFAULT_STATE, Entry, Selections, State};
use crate::data::Data;
use crate::value::Dual;

/// A field, its selected values, and whether it was locked.
type Kept = (Arc<str>, Vec<Dual>, bool);

/// A snapshot of selections, for a bookmark.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    states: BTreeMap<String, Vec<Kept>>,
}

impl Selections {
    /// Takes a snapshot of the selections of all states.
    pub fn snapshot(&self, data: &Data) -> Snapshot {
        let of = |entries: &State| {
            entries
                .iter()
                .filter_map(|entry| {
                    let symbols = &data.field(&entry.field)?.symbols;
                    let values = entry.elements.iter().filter_map(|element| symbols.get(*element).cloned()).collect();
                    Some((Arc::clone(&entry.field), values, entry.locked))
                })
                .collect()
        };
        Snapshot { states: self.states.iter().map(|(name, entries)| (name.clone(), of(entries))).collect() }
    }

    /// Restores a snapshot as one step. Fields and values that no longer exist are skipped; locked fields do not
    /// change.
    pub fn restore(&mut self, data: &Data, snapshot: &Snapshot) {
        let before = self.states.clone();
        self.put(data, snapshot);
        for (name, entries) in &before {
            let locked = entries.iter().filter(|entry| entry.locked);
            let state = self.states.entry(name.clone()).or_default();
            for entry in locked {
                state.retain(|other| other.field != entry.field);
                state.push(entry.clone());
            }
        }
        let after = std::mem::replace(&mut self.states, before);
        self.step(|states| *states = after);
    }

    pub(super) fn put(&mut self, data: &Data, snapshot: &Snapshot) {
        for (name, state) in &mut self.states {
            let fields = snapshot.states.get(name).map_or(&[][..], Vec::as_slice);
            *state = fields
                .iter()
                .filter_map(|(field, values, locked)| {
                    let symbols = &data.field(field)?.symbols;
                    let elements: std::collections::BTreeSet<u32> =
                        values.iter().filter_map(|value| symbols.find(value)).collect();
                    (!elements.is_empty()).then(|| Entry { field: Arc::clone(field), elements, locked: *locked })
                })
                .collect();
        }
    }
}

/// The name of a field in a set modifier: in brackets only if necessary.
fn set_name(field: &str) -> String {
    let plain = field.chars().all(|c| c.is_alphanumeric() || c == '_') && !field.starts_with(|c: char| c.is_numeric());
    if plain { field.to_owned() } else { format!("[{}]", field.replace(']', "]]")) }
}

impl Snapshot {
    /// The selected values of a field in a state.
    pub fn values(&self, state: &str, field: &str) -> Option<&[Dual]> {
        let kept = self.states.get(state)?.iter().find(|(name, ..)| &**name == field);
        kept.map(|(_, values, _)| values.as_slice())
    }

    /// The fields of each state with their selected values.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str, &[Dual])> {
        self.states.iter().flat_map(|(state, fields)| {
            fields.iter().map(move |(field, values, _)| (state.as_str(), &**field, values.as_slice()))
        })
    }

    /// The selections of a state as a set modifier, such as `<Year={2020}>`; empty if there are none. `None` if the
    /// snapshot does not have the state.
    pub fn set_text(&self, state: &str) -> Option<String> {
        let fields = match self.states.get(state) {
            Some(fields) => fields.as_slice(),
            None if state == DEFAULT_STATE => &[],
            None => return None,
        };
        if fields.is_empty() {
            return Some(String::new());
        }
        let modifier = |(field, values, _): &Kept| {
            let values: Vec<String> = values
                .iter()
                .map(|value| match value {
                    Dual::Number(number) => crate::value::plain(*number),
                    other => format!("'{}'", other.as_text().replace('\'', "''")),
                })
                .collect();
            format!("{}={{{}}}", set_name(field), values.join(","))
        };
        Some(format!("<{}>", fields.iter().map(modifier).collect::<Vec<_>>().join(",")))
    }

    /// The selected fields of the default state with their number of values, as in `qFieldInfos` of a bookmark.
    pub fn field_infos(&self) -> Value {
        let fields = self.states.get(DEFAULT_STATE).map_or(&[][..], Vec::as_slice);
        fields
            .iter()
            .map(|(field, values, _)| json!({ "qFieldName": &**field, "qValuesCount": values.len(), "qExcludedValuesCount": 0 }))
            .collect::<Vec<_>>()
            .into()
    }

    /// The states with their fields and values, as in `qStateData` of a bookmark.
    pub fn state_data(&self) -> Value {
        let states = self.states.iter().map(|(name, fields)| {
            let items: Vec<Value> = fields
                .iter()
                .map(|(field, values, locked)| {
                    let count = values.len();
                    let values: Vec<Value> = values
                        .iter()
                        .map(|value| {
                            let mut one = json!({ "qText": value.as_text(), "qNumber": value.wire_number() });
                            if value.as_number().is_some() {
                                one["qIsNumeric"] = true.into();
                            }
                            one
                        })
                        .collect();
                    let mut item = json!({
                        "qDef": { "qName": &**field, "qType": "PRESENT" },
                        "qSelectInfo": {},
                        "qValues": values,
                        "qExcludedValues": [],
                        "qValuesCount": count,
                        "qExcludedValuesCount": 0,
                    });
                    if *locked {
                        item["qLocked"] = true.into();
                    }
                    item
                })
                .collect();
            json!({ "qStateName": name, "qFieldItems": items })
        });
        states.collect::<Vec<_>>().into()
    }
}
