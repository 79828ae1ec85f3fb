//! What a calculation can use.

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

/// Everything that a calculation depends on. Make one per request; it caches intermediate results.
pub struct Context<'a> {
    /// The data.
    pub data: &'a Data,
    /// Selections of all states.
    pub selections: &'a Selections,
    /// Variables.
    pub variables: &'a Variables,
    /// Master items.
    pub library: &'a dyn Library,
    /// The state for everything that does not name one; `$` by default.
    pub state: &'a str,
    /// Set to abort.
    pub cancel: &'a AtomicBool,
    pub(super) settings: Settings,
    /// What the selections of each state leave possible.
    lives: RefCell<HashMap<String, Rc<Live>>>,
    /// `Aggr` tables. An expression often needs the same table repeatedly, and the measures of a chart even more so.
    pub(super) tables: RefCell<Vec<KnownTable>>,
    /// How many nested expressions are being evaluated.
    depth: Cell<usize>,
}

/// How many levels of expressions may depend on the values of other expressions.
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

    /// Sets the state.
    #[must_use]
    pub fn in_state(self, state: &'a str) -> Self {
        Self { state, ..self }
    }

    /// Returns an error if the request was canceled.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(EngineError::aborted());
        }
        Ok(())
    }

    /// What the selections of a state leave possible.
    pub(super) fn live(&self, state: &str) -> Rc<Live> {
        if let Some(live) = self.lives.borrow().get(state) {
            return Rc::clone(live);
        }
        let live = Rc::new(Live::new(self.data, self.selections.picked(self.data, state)));
        self.lives.borrow_mut().insert(state.to_owned(), Rc::clone(&live));
        live
    }

    /// What is possible without selections.
    pub(super) fn everything(&self) -> Rc<Live> {
        // No state has an empty name.
        if let Some(live) = self.lives.borrow().get("") {
            return Rc::clone(live);
        }
        let live = Rc::new(Live::new(self.data, Picked::new()));
        self.lives.borrow_mut().insert(String::new(), Rc::clone(&live));
        live
    }

    /// Runs something that may need the values of other expressions, unless the nesting is too deep already.
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

    /// The current time as a serial number.
    pub(super) fn now(&self) -> f64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        25_569.0 + elapsed.as_secs_f64() / 86_400.0
    }
}
