//! Changes of selections. Each returns whether it was made: `false` if a lock prevents it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{DEFAULT_STATE, Entry, Live, Mode, Part, Pick, Picked, Selections, State};
use crate::data::Data;
use crate::error::{EngineError, Result};

/// Maximum number of steps back.
const LONGEST_HISTORY: usize = 100;

impl Selections {
    /// Selects values of fields in one step. With `over_locks`, locked fields are unlocked first.
    /// Returns `false`, and changes nothing, if a lock prevents it or there are no values to select.
    pub fn select(&mut self, data: &Data, state: &str, picks: &[Pick], mode: Mode, over_locks: bool) -> Result<bool> {
        let entries = self.entries(state)?;
        for pick in picks {
            data.field(&pick.field).ok_or_else(|| EngineError::not_found(pick.field.as_str()))?;
            if !over_locks && entries.iter().any(|entry| entry.locked && *entry.field == *pick.field) {
                return Ok(false);
            }
        }
        let there = |pick: &Pick| -> BTreeSet<u32> {
            let size = data.cardinal(&pick.field).unwrap_or(0);
            pick.elements.iter().filter(|element| **element < size).map(|element| *element as u32).collect()
        };
        let picked: Vec<(&str, BTreeSet<u32>)> = picks
            .iter()
            .map(|pick| (pick.field.as_str(), there(pick)))
            .filter(|(_, elements)| !elements.is_empty())
            .collect();
        // If there is nothing to select, the selection stays.
        if picked.is_empty() {
            return Ok(false);
        }
        if picked.iter().any(|(field, elements)| self.breaks_single(state, field, elements, mode)) {
            return Ok(false);
        }
        let Some(given_up) = self.given_up(data, state, &picked, mode)? else { return Ok(false) };
        self.step(|states| {
            let Some(entries) = states.get_mut(state) else { return };
            entries.retain(|entry| !given_up.contains(&entry.field));
            for (field, elements) in picked {
                apply(entries, field, elements, mode);
            }
        });
        Ok(true)
    }

    /// The fields whose selections a new selection replaces, because they exclude all of its values. `None` if one of
    /// them is locked, which prevents the selection.
    fn given_up(
        &self,
        data: &Data,
        state: &str,
        picked: &[(&str, BTreeSet<u32>)],
        mode: Mode,
    ) -> Result<Option<Vec<Arc<str>>>> {
        let before = self.entries(state)?;
        let is_picked = |entry: &Entry| picked.iter().any(|(field, _)| *field == &*entry.field);
        if before.iter().all(is_picked) {
            return Ok(Some(Vec::new()));
        }
        let mut after = super::picked(before, data);
        for (field, elements) in picked {
            let Some(number) = data.field_number(field) else { continue };
            let mut mask = match after.get(&number).filter(|_| mode != Mode::Replace) {
                Some(mask) => mask.to_vec(),
                None => vec![false; data.fields[number].symbols.len()],
            };
            elements.iter().for_each(|at| mask[*at as usize] = mode != Mode::Toggle || !mask[*at as usize]);
            after.insert(number, mask.into());
        }
        let numbers: Vec<usize> = picked.iter().filter_map(|(field, _)| data.field_number(field)).collect();
        // Whether selections exclude all selected values of a picked field.
        let excludes = |masks: &Picked| {
            numbers.iter().any(|field| {
                let (own, allowed) = (&masks[field], Live::allowed_by(data, masks, *field));
                allowed.is_some_and(|allowed| {
                    own.contains(&true) && !own.iter().zip(allowed.iter()).any(|(own, allowed)| *own && *allowed)
                })
            })
        };
        if !excludes(&after) {
            return Ok(Some(Vec::new()));
        }
        let mut given_up: Vec<(Arc<str>, Option<usize>)> = Vec::new();
        for other in before.iter().filter(|entry| !is_picked(entry)) {
            let number = data.field_number(&other.field);
            let mut alone = after.clone();
            alone.retain(|field, _| numbers.contains(field) || Some(*field) == number);
            if !excludes(&alone) {
                continue;
            }
            if other.locked {
                return Ok(None);
            }
            if self.is_single(&other.field) {
                let what = "Selecting values that a field with always one selected value excludes";
                return Err(EngineError::not_implemented(what));
            }
            given_up.push((Arc::clone(&other.field), number));
        }
        after.retain(|field, _| !given_up.iter().any(|(_, number)| *number == Some(*field)));
        if after.len() > numbers.len() && excludes(&after) {
            let what = "Selecting values that several selections exclude only together";
            return Err(EngineError::not_implemented(what));
        }
        let given_up = given_up.into_iter().map(|(field, _)| field).collect();
        Ok(Some(given_up))
    }

    /// Selects the values of a field that are in a state.
    pub fn select_part(&mut self, data: &Data, state: &str, field: &str, part: Part, over_locks: bool) -> Result<bool> {
        let number = data.field_number(field).ok_or_else(|| EngineError::not_found(field))?;
        let live = Live::new(data, self.picked(data, state));
        let states = self.value_states(data, &live, state, number);
        let elements =
            states.iter().enumerate().filter(|(_, state)| part.takes(**state)).map(|(element, _)| element).collect();
        self.select(data, state, &[Pick { field: field.to_owned(), elements }], Mode::Replace, over_locks)
    }

    /// Clears one field.
    pub fn clear(&mut self, data: &Data, state: &str, field: &str) -> Result<bool> {
        data.field(field).ok_or_else(|| EngineError::not_found(field))?;
        self.entries(state)?;
        if self.locked(state, field) || self.is_single(field) {
            return Ok(false);
        }
        self.keep(state, |entry| &*entry.field != field);
        Ok(true)
    }

    /// Clears all fields, including locked ones if requested.
    pub fn clear_all(&mut self, state: &str, over_locks: bool) -> Result<bool> {
        self.entries(state)?;
        let single = self.single.clone();
        self.keep(state, |entry| single.contains(&entry.field) || (entry.locked && !over_locks));
        Ok(true)
    }

    /// Clears all fields except one, including locked ones if requested.
    pub fn clear_all_but(&mut self, data: &Data, state: &str, field: &str, over_locks: bool) -> Result<bool> {
        data.field(field).ok_or_else(|| EngineError::not_found(field))?;
        self.entries(state)?;
        let single = self.single.clone();
        self.keep(state, |entry| {
            &*entry.field == field || single.contains(&entry.field) || (entry.locked && !over_locks)
        });
        Ok(true)
    }

    /// Whether a field always has one selected value.
    pub fn is_single(&self, field: &str) -> bool {
        self.single.contains(field)
    }

    /// Sets whether a field always has one selected value. This has an effect only while exactly one value is selected
    /// in the default state.
    pub fn set_single(&mut self, data: &Data, field: &str, single: bool) -> Result<()> {
        data.field(field).ok_or_else(|| EngineError::not_found(field))?;
        if !single {
            self.single.remove(field);
        } else if self.entry(DEFAULT_STATE, field).is_some_and(|entry| entry.elements.len() == 1) {
            self.single.insert(field.into());
        }
        Ok(())
    }

    /// Whether a selection would leave a field that always has one selected value with none or several.
    fn breaks_single(&self, state: &str, field: &str, elements: &BTreeSet<u32>, mode: Mode) -> bool {
        if !self.is_single(field) {
            return false;
        }
        let before = self.entry(state, field).map(|entry| entry.elements.clone()).unwrap_or_default();
        let after = match mode {
            Mode::Replace => elements.len(),
            Mode::Toggle => before.symmetric_difference(elements).count(),
            Mode::Add => before.union(elements).count(),
        };
        after != 1
    }

    /// Locks a field that has selections.
    pub fn lock(&mut self, data: &Data, state: &str, field: &str) -> Result<bool> {
        self.set_lock(data, state, field, true)
    }

    /// Unlocks a field.
    pub fn unlock(&mut self, data: &Data, state: &str, field: &str) -> Result<bool> {
        self.set_lock(data, state, field, false)
    }

    fn set_lock(&mut self, data: &Data, state: &str, field: &str, locked: bool) -> Result<bool> {
        data.field(field).ok_or_else(|| EngineError::not_found(field))?;
        self.entries(state)?;
        if self.entry(state, field).is_none_or(|entry| entry.locked == locked) {
            return Ok(false);
        }
        self.lock_entries(state, locked, |entry| &*entry.field == field);
        Ok(true)
    }

    /// Locks all fields that have selections.
    pub fn lock_all(&mut self, state: &str) -> Result<()> {
        self.entries(state)?;
        self.lock_entries(state, true, |_| true);
        Ok(())
    }

    /// Unlocks all fields.
    pub fn unlock_all(&mut self, state: &str) -> Result<()> {
        self.entries(state)?;
        self.lock_entries(state, false, |_| true);
        Ok(())
    }

    /// One step back; `false` if there is none.
    pub fn back(&mut self) -> bool {
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.states, before));
        true
    }

    /// One step forward; `false` if there is none.
    pub fn forward(&mut self) -> bool {
        let Some(after) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.states, after));
        true
    }

    /// The number of steps back and forward.
    pub fn steps(&self) -> (usize, usize) {
        (self.past.len(), self.future.len())
    }

    /// Transfers selections to reloaded data, by value, and clears the history.
    pub fn carry_over(&mut self, from: &Data, to: &Data) {
        let snapshot = self.snapshot(from);
        self.past.clear();
        self.future.clear();
        self.put(to, &snapshot);
    }

    /// Makes a change that can be undone. If nothing changes, there is no step.
    pub(super) fn step(&mut self, change: impl FnOnce(&mut BTreeMap<String, State>)) {
        let before = self.states.clone();
        change(&mut self.states);
        if before != self.states {
            self.past.push(before);
            self.future.clear();
            if self.past.len() > LONGEST_HISTORY {
                self.past.remove(0);
            }
        }
    }

    fn keep(&mut self, state: &str, stays: impl Fn(&Entry) -> bool) {
        self.step(|states| {
            if let Some(entries) = states.get_mut(state) {
                entries.retain(stays);
            }
        });
    }

    fn lock_entries(&mut self, state: &str, locked: bool, which: impl Fn(&Entry) -> bool) {
        if let Some(entries) = self.states.get_mut(state) {
            entries.iter_mut().filter(|entry| which(entry)).for_each(|entry| entry.locked = locked);
        }
    }
}

impl Part {
    /// Whether values of a state are in the part.
    pub(crate) fn takes(self, state: super::ValueState) -> bool {
        use super::ValueState as V;
        match self {
            Self::All => true,
            Self::Possible => state.possible(),
            Self::Excluded => matches!(state, V::Excluded | V::Alternative),
            Self::Alternative => state == V::Alternative,
        }
    }
}

fn apply(entries: &mut State, field: &str, picked: BTreeSet<u32>, mode: Mode) {
    let at = entries.iter().position(|entry| &*entry.field == field);
    let before = at.map(|at| entries[at].elements.clone()).unwrap_or_default();
    let elements: BTreeSet<u32> = match mode {
        Mode::Replace => picked,
        Mode::Toggle => before.symmetric_difference(&picked).copied().collect(),
        Mode::Add => before.union(&picked).copied().collect(),
    };
    match at {
        Some(at) if elements.is_empty() => drop(entries.remove(at)),
        Some(at) => {
            entries[at].elements = elements;
            entries[at].locked = false;
        }
        None if elements.is_empty() => {}
        None => entries.push(Entry { field: Arc::from(field), elements, locked: false }),
    }
}
