//! What a calculation can see.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::data::Data;
use crate::error::{EngineError, Result};
use crate::selection::Selections;

/// Variables by name, with their definitions. Format variables such as `DateFormat` are among them.
pub type Variables = BTreeMap<String, String>;

/// Master items by id.
pub trait Library {
    /// Properties of a dimension (`GenericDimensionProperties`).
    fn dimension(&self, id: &str) -> Option<Value>;
    /// Properties of a measure (`GenericMeasureProperties`).
    fn measure(&self, id: &str) -> Option<Value>;
}

/// A library without items.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoLibrary;

impl Library for NoLibrary {
    fn dimension(&self, _: &str) -> Option<Value> {
        None
    }

    fn measure(&self, _: &str) -> Option<Value> {
        None
    }
}

/// Everything that a calculation depends on. Make one per request; it remembers what it has worked out.
pub struct Context<'a> {
    /// The data.
    pub data: &'a Data,
    /// Selections of all states.
    pub selections: &'a Selections,
    /// Variables.
    pub variables: &'a Variables,
    /// Master items.
    pub library: &'a dyn Library,
    /// The state for whatever does not name its own, `$` by default.
    pub state: &'a str,
    /// Set to abort.
    pub cancel: &'a AtomicBool,
}

impl<'a> Context<'a> {
    /// A context in the default state.
    pub fn new(
        data: &'a Data,
        selections: &'a Selections,
        variables: &'a Variables,
        library: &'a dyn Library,
        cancel: &'a AtomicBool,
    ) -> Self {
        Self { data, selections, variables, library, state: "$", cancel }
    }

    /// The same in another state.
    #[must_use]
    pub fn in_state(self, state: &'a str) -> Self {
        Self { state, ..self }
    }

    /// Fails when the request was cancelled.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(EngineError::aborted());
        }
        Ok(())
    }
}
