//! The selections in each alternate state, and their history.

mod change;
pub(crate) mod describe;
mod live;
pub(crate) mod search;
mod snapshot;

pub(crate) use live::{Live, Mask, Picked};
pub use snapshot::Snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::data::Data;
use crate::error::{EngineError, Result, code};

/// Name of the default state, which always exists.
pub const DEFAULT_STATE: &str = "$";

/// Values of one field to select, by element numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Name of the field.
    pub field: String,
    /// Element numbers of its values.
    pub elements: Vec<usize>,
}

/// How new selections are combined with existing ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Selects only the picked values.
    Replace,
    /// Toggles each picked value.
    Toggle,
    /// Adds the picked values.
    Add,
}

/// A part of a field's values, by state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Every value.
    All,
    /// Possible values.
    Possible,
    /// Excluded and alternative values.
    Excluded,
    /// Alternative values.
    Alternative,
}

/// The state of a value, as in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueState {
    /// `L`
    Locked,
    /// `S`
    Selected,
    /// `O`: possible, in a field without selections.
    Optional,
    /// `A`: possible, except for selections in its own field.
    Alternative,
    /// `X`
    Excluded,
    /// `XS`: selected, but excluded by other fields.
    SelectedExcluded,
    /// `XL`
    LockedExcluded,
}

impl ValueState {
    /// The name on the wire.
    pub fn wire(self) -> &'static str {
        match self {
            Self::Locked => "L",
            Self::Selected => "S",
            Self::Optional => "O",
            Self::Alternative => "A",
            Self::Excluded => "X",
            Self::SelectedExcluded => "XS",
            Self::LockedExcluded => "XL",
        }
    }

    /// Whether the value is possible.
    pub fn possible(self) -> bool {
        matches!(self, Self::Locked | Self::Selected | Self::Optional)
    }
}

/// Selections of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    field: Arc<str>,
    elements: BTreeSet<u32>,
    locked: bool,
}

/// Selections of one state, in the order they were made.
type State = Vec<Entry>;

/// Selections of all alternate states, with their history.
#[derive(Debug, Clone)]
pub struct Selections {
    states: BTreeMap<String, State>,
    past: Vec<BTreeMap<String, State>>,
    future: Vec<BTreeMap<String, State>>,
    /// Fields that always have one selected value.
    single: BTreeSet<Arc<str>>,
}

impl Default for Selections {
    fn default() -> Self {
        Self {
            states: [(DEFAULT_STATE.to_owned(), State::new())].into(),
            past: Vec::new(),
            future: Vec::new(),
            single: BTreeSet::new(),
        }
    }
}

impl Selections {
    /// No selections, and only the default state `$`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names of the alternate states, without `$`.
    pub fn states(&self) -> Vec<&str> {
        self.states.keys().map(String::as_str).filter(|name| *name != DEFAULT_STATE).collect()
    }

    /// Whether a state exists; `$` always does.
    pub fn has_state(&self, name: &str) -> bool {
        self.states.contains_key(name)
    }

    /// Adds an alternate state without selections.
    pub fn add_state(&mut self, name: &str) -> Result<()> {
        self.put_state(name, State::new())
    }

    /// Adds an alternate state with the selections of another.
    pub fn add_state_like(&mut self, name: &str, source: &str) -> Result<()> {
        self.put_state(name, self.entries(source)?.clone())
    }

    fn put_state(&mut self, name: &str, state: State) -> Result<()> {
        if name.is_empty() || self.has_state(name) {
            return Err(EngineError::new(code::ALREADY_EXISTS, name, "Already exists"));
        }
        // A step back restores earlier selections, but never removes the state.
        for states in self.past.iter_mut().chain(&mut self.future).chain([&mut self.states]) {
            states.insert(name.to_owned(), state.clone());
        }
        Ok(())
    }

    /// Removes an alternate state.
    pub fn remove_state(&mut self, name: &str) -> Result<()> {
        if name == DEFAULT_STATE || self.states.remove(name).is_none() {
            return Err(EngineError::not_found(name));
        }
        self.past.iter_mut().chain(&mut self.future).for_each(|step| {
            step.remove(name);
        });
        Ok(())
    }

    /// Whether anything is selected in a state.
    pub fn any(&self, state: &str) -> bool {
        self.states.get(state).is_some_and(|entries| !entries.is_empty())
    }

    /// Whether a field is locked in a state.
    pub fn locked(&self, state: &str, field: &str) -> bool {
        self.entry(state, field).is_some_and(|entry| entry.locked)
    }

    /// Whether one value is picked, and only this one is selected in its field.
    pub(crate) fn is_only(&self, state: &str, pick: &Pick) -> bool {
        let [element] = pick.elements.as_slice() else { return false };
        self.entry(state, &pick.field)
            .is_some_and(|entry| entry.elements.iter().map(|selected| *selected as usize).eq([*element]))
    }

    fn entry(&self, state: &str, field: &str) -> Option<&Entry> {
        self.states.get(state)?.iter().find(|entry| &*entry.field == field)
    }

    fn entries(&self, state: &str) -> Result<&State> {
        self.states.get(state).ok_or_else(|| EngineError::not_found(state))
    }

    /// The selections of a state some steps back; forward if negative.
    pub(crate) fn picked_back(&self, data: &Data, state: &str, steps: i64) -> Picked {
        let at = match usize::try_from(steps) {
            Ok(0) => return self.picked(data, state),
            Ok(steps) => self.past.len().checked_sub(steps).map(|at| &self.past[at]),
            Err(_) => self.future.len().checked_sub(steps.unsigned_abs() as usize).map(|at| &self.future[at]),
        };
        at.and_then(|states| states.get(state)).map(|entries| picked(entries, data)).unwrap_or_default()
    }

    /// The selected values of a state, by field number.
    pub(crate) fn picked(&self, data: &Data, state: &str) -> Picked {
        self.states.get(state).map(|entries| picked(entries, data)).unwrap_or_default()
    }

    /// The state of each value of a field, and whether any is selected.
    pub(crate) fn value_states(&self, data: &Data, live: &Live, state: &str, field: usize) -> Vec<ValueState> {
        let entry = self.entry(state, &data.fields[field].name);
        let allowed = live.allowed(field);
        (0..data.fields[field].symbols.len())
            .map(|element| {
                let possible = allowed.is_none_or(|mask| mask[element]);
                match entry {
                    None if possible => ValueState::Optional,
                    None => ValueState::Excluded,
                    Some(entry) => match (entry.elements.contains(&(element as u32)), possible, entry.locked) {
                        (true, true, true) => ValueState::Locked,
                        (true, true, false) => ValueState::Selected,
                        (true, false, true) => ValueState::LockedExcluded,
                        (true, false, false) => ValueState::SelectedExcluded,
                        (false, true, _) => ValueState::Alternative,
                        (false, false, _) => ValueState::Excluded,
                    },
                }
            })
            .collect()
    }
}

fn picked(entries: &State, data: &Data) -> Picked {
    entries
        .iter()
        .filter_map(|entry| {
            let number = data.field_number(&entry.field)?;
            let mut mask = vec![false; data.fields[number].symbols.len()];
            for element in &entry.elements {
                if let Some(one) = mask.get_mut(*element as usize) {
                    *one = true;
                }
            }
            Some((number, Arc::from(mask)))
        })
        .collect()
}

#[cfg(test)]
mod tests;
