//! What is selected in each alternate state, and how it came about.

use serde_json::Value;

use crate::data::Data;
use crate::error::{EngineError, Result};

/// Values of one field to be selected, by element numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// Name of the field.
    pub field: String,
    /// Element numbers of its values.
    pub elements: Vec<usize>,
}

/// How new selections meet those that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The picked values and no other.
    Replace,
    /// Each picked value changes from selected to not selected, or back.
    Toggle,
    /// The picked values are added.
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

/// Selections of all alternate states, with the way back and forward.
#[derive(Debug, Clone, Default)]
pub struct Selections {}

/// Selections that were taken aside, for a bookmark.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {}

/// Every change answers whether it was made: not if a lock is in the way.
impl Selections {
    /// Nothing selected, only the default state `$`.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names of the alternate states, without `$`.
    pub fn states(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Adds an alternate state.
    pub fn add_state(&mut self, _name: &str) -> Result<()> {
        Err(EngineError::not_implemented("alternate states"))
    }

    /// Removes an alternate state.
    pub fn remove_state(&mut self, _name: &str) -> Result<()> {
        Err(EngineError::not_implemented("alternate states"))
    }

    /// Selects values of fields, in one step. With `over_locks`, locked fields are unlocked first.
    pub fn select(
        &mut self,
        _data: &Data,
        _state: &str,
        _picks: &[Pick],
        _mode: Mode,
        _over_locks: bool,
    ) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Selects the values of a field that are in a state.
    pub fn select_part(
        &mut self,
        _data: &Data,
        _state: &str,
        _field: &str,
        _part: Part,
        _over_locks: bool,
    ) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Clears one field.
    pub fn clear(&mut self, _data: &Data, _state: &str, _field: &str) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Clears all fields, locked ones too when asked.
    pub fn clear_all(&mut self, _state: &str, _over_locks: bool) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Clears all fields but one, locked ones too when asked.
    pub fn clear_all_but(&mut self, _data: &Data, _state: &str, _field: &str, _over_locks: bool) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Locks a field that has selections.
    pub fn lock(&mut self, _data: &Data, _state: &str, _field: &str) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Unlocks a field.
    pub fn unlock(&mut self, _data: &Data, _state: &str, _field: &str) -> Result<bool> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Locks all fields that have selections.
    pub fn lock_all(&mut self, _state: &str) -> Result<()> {
        Err(EngineError::not_implemented("selections"))
    }

    /// Unlocks all fields.
    pub fn unlock_all(&mut self, _state: &str) -> Result<()> {
        Err(EngineError::not_implemented("selections"))
    }

    /// One step back; false if there is none.
    pub fn back(&mut self) -> bool {
        false
    }

    /// One step forward again; false if there is none.
    pub fn forward(&mut self) -> bool {
        false
    }

    /// How many steps back and forward there are.
    pub fn steps(&self) -> (usize, usize) {
        (0, 0)
    }

    /// Whether anything is selected in a state.
    pub fn any(&self, _state: &str) -> bool {
        false
    }

    /// Takes the selections of all states aside.
    pub fn snapshot(&self, _data: &Data) -> Snapshot {
        Snapshot::default()
    }

    /// Brings a snapshot back, as one step. Fields and values that are gone are left out.
    pub fn restore(&mut self, _data: &Data, _snapshot: &Snapshot) {}

    /// Carries selections over to reloaded data, by value; history starts anew.
    pub fn carry_over(&mut self, _from: &Data, _to: &Data) {}
}

impl Snapshot {
    /// `qSetAnalysis`-like text of the snapshot in the default state.
    pub fn set_text(&self) -> String {
        String::new()
    }

    /// The snapshot's fields and values for a bookmark's `qFieldInfos`.
    pub fn field_infos(&self) -> Value {
        Value::Array(Vec::new())
    }
}
