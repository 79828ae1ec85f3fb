//! What a resumption brought back.

use qix_schema::rpc::ObjectHandle;

use crate::protocol::notification::SessionState;

/// A session that goes on over a new connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resumption {
    /// Whether the engine had kept the session: then selections are as they were.
    pub state: SessionState,
    /// What became of each object that the program holds.
    pub objects: Vec<Restoration>,
}

/// What became of an object.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Restoration {
    /// The object, as it was first known.
    pub object: ObjectHandle,
    /// What became of it.
    pub outcome: RestorationOutcome,
}

/// What became of an object that a program held when its connection was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestorationOutcome {
    /// It is there, with its state in the engine.
    Restored,
    /// The engine had lost it; it was made again from its last properties.
    Recreated,
    /// It is gone, for this reason; calls to it end with [`ErrorKind::Lost`](qix_schema::ErrorKind::Lost).
    Lost(String),
}

impl Resumption {
    /// The objects that did not come back.
    pub fn lost(&self) -> impl Iterator<Item = &Restoration> {
        self.objects.iter().filter(|object| matches!(object.outcome, RestorationOutcome::Lost(_)))
    }
}
