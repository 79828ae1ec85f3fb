//! The result of a resumption.

use std::fmt;

use qix_schema::rpc::ObjectHandle;

use crate::protocol::notification::SessionState;

/// A session that continues over a new connection.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Resumption {
    /// Whether the engine kept the session, and with it the selections.
    pub state: SessionState,
    /// State that the program had set, that the engine has not kept, and that is not set in the new session.
    pub lost_state: Vec<LostState>,
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
    /// The object exists without state that the program had set, such as soft patches, for this reason.
    Incomplete(String),
    /// The object is lost, for this reason; calls to it end with [`ErrorKind::Lost`](qix_schema::ErrorKind::Lost).
    Lost(String),
}

impl Resumption {
    /// Creates a resumption, for tests of how a program handles one.
    pub fn new(state: SessionState, objects: Vec<Restoration>) -> Self {
        Self { state, lost_state: Vec::new(), objects }
    }

    /// The objects that could not be restored.
    pub fn lost(&self) -> impl Iterator<Item = &Restoration> {
        self.objects.iter().filter(|object| matches!(object.outcome, RestorationOutcome::Lost(_)))
    }
}

/// State that the program had set in a session and that a new session does not have: a selection, a lock, an alternate
/// state, a variable, a soft patch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostState {
    /// The call that had set it: ``Field.LowLevelSelect of `Year` ``.
    pub what: String,
    /// Why it was not restored.
    pub reason: String,
}

impl LostState {
    /// Something that is missing, and why.
    pub fn new(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { what: what.into(), reason: reason.into() }
    }
}

impl fmt::Display for LostState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, because {}", self.what, self.reason)
    }
}

/// The engine has created a new session, in which state that the program had set is missing: responses could be based
/// on other data than the program expects.
///
/// Part of an [`Error`](crate::Error): `error.downcast_ref::<StateLost>()` returns it. Set the missing state again
/// after /// [`Session::accept_lost_state`](crate::Session::accept_lost_state), or open a new session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the engine has created a new session without {}; call `accept_lost_state` and set it again, or open a new session",
    listed(.missing)
)]
#[non_exhaustive]
pub struct StateLost {
    /// The missing state.
    pub missing: Vec<LostState>,
}

impl StateLost {
    /// Creates an error about missing state, for tests of how a program handles one.
    pub fn new(missing: Vec<LostState>) -> Self {
        Self { missing }
    }
}

/// Maximum number of losses in a message.
const NAMED: usize = 3;

fn listed(missing: &[LostState]) -> String {
    let named: Vec<_> = missing.iter().take(NAMED).map(ToString::to_string).collect();
    let more = missing.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    named.join("; ") + &rest
}

impl Restoration {
    /// Creates the outcome for an object.
    pub fn new(object: ObjectHandle, outcome: RestorationOutcome) -> Self {
        Self { object, outcome }
    }
}
