//! The result of a resumption.

use qix_schema::rpc::ObjectHandle;

use crate::protocol::notification::SessionState;

/// A session that continues over a new connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resumption {
    /// Whether the engine kept the session, and with it the selections.
    pub state: SessionState,
    /// The outcome for each object that the program holds.
    pub objects: Vec<Restoration>,
}

/// The outcome for an object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Restoration {
    /// The object, as it was before.
    pub object: ObjectHandle,
    /// The outcome.
    pub outcome: RestorationOutcome,
}

/// The outcome for an object that a program held when its connection was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestorationOutcome {
    /// The object still exists, with its state.
    Restored,
    /// The object was lost and has been created again from its last properties.
    Recreated,
    /// The object is gone. Calls on it fail with [`ErrorKind::Lost`](qix_schema::ErrorKind::Lost).
    Lost(String),
}

impl Resumption {
    /// A resumption, for tests of what a program does after one.
    pub fn new(state: SessionState, objects: Vec<Restoration>) -> Self {
        Self { state, objects }
    }

    /// The objects that could not be restored.
    pub fn lost(&self) -> impl Iterator<Item = &Restoration> {
        self.objects.iter().filter(|object| matches!(object.outcome, RestorationOutcome::Lost(_)))
    }
}

impl Restoration {
    /// What became of an object.
    pub fn new(object: ObjectHandle, outcome: RestorationOutcome) -> Self {
        Self { object, outcome }
    }
}
