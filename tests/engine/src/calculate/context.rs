//! What a calculation can see.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::group::KnownTable;
use crate::data::Data;
use crate::error::{EngineError, Result};
use crate::selection::{Live, Picked, Selections};
use crate::value::Settings;

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
    pub(super) settings: Settings,
    /// What the selections of each state leave.
    lives: RefCell<HashMap<String, Rc<Live>>>,
    /// `Aggr` tables. One expression, and even more so the measures of a chart, ask for the same again and again.
    pub(super) tables: RefCell<Vec<KnownTable>>,
    /// How many expressions are being worked out inside each other.
    depth: Cell<usize>,
}

/// How deep expressions may need the values of other expressions.
const DEEPEST: usize = 16;

impl<'a> Context<'a> {
    /// A context in the default state.
    pub fn new(
        data: &'a Data,
        selections: &'a Selections,
        variables: &'a Variables,
        library: &'a dyn Library,
        cancel: &'a AtomicBool,
    ) -> Self {
        Self {
            data,
            selections,
            variables,
            library,
            state: crate::selection::DEFAULT_STATE,
            cancel,
            settings: Settings::from_variables(variables),
            lives: RefCell::default(),
            tables: RefCell::default(),
            depth: Cell::new(0),
        }
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

    /// What the selections of a state leave.
    pub(super) fn live(&self, state: &str) -> Rc<Live> {
        if let Some(live) = self.lives.borrow().get(state) {
            return Rc::clone(live);
        }
        let live = Rc::new(Live::new(self.data, self.selections.picked(self.data, state)));
        self.lives.borrow_mut().insert(state.to_owned(), Rc::clone(&live));
        live
    }

    /// What is there without any selection.
    pub(super) fn everything(&self) -> Rc<Live> {
        // No state has an empty name.
        if let Some(live) = self.lives.borrow().get("") {
            return Rc::clone(live);
        }
        let live = Rc::new(Live::new(self.data, Picked::new()));
        self.lives.borrow_mut().insert(String::new(), Rc::clone(&live));
        live
    }

    /// Runs something that may need other expressions' values, unless that has gone too deep already.
    pub(super) fn deeper<T>(&self, run: impl FnOnce() -> T) -> Option<T> {
        let depth = self.depth.get();
        if depth >= DEEPEST {
            return None;
        }
        self.depth.set(depth + 1);
        let result = run();
        self.depth.set(depth);
        Some(result)
    }

    /// The serial number of this moment.
    pub(super) fn now(&self) -> f64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        25_569.0 + elapsed.as_secs_f64() / 86_400.0
    }
}
