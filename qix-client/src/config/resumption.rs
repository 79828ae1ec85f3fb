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
    /// What the program had set in a session that the engine has not kept, and that is not set in the new one.
    pub lost_state: Vec<LostState>,
    /// What became of each object that the program holds.
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
    /// It is there without what the program had set in it, such as soft patches, for this reason.
    Incomplete(String),
    /// It is gone, for this reason; calls to it end with [`ErrorKind::Lost`](qix_schema::ErrorKind::Lost).
    Lost(String),
}

impl Resumption {
    /// A resumption, for tests of what a program does after one.
    pub fn new(state: SessionState, objects: Vec<Restoration>) -> Self {
        Self { state, lost_state: Vec::new(), objects }
    }

    /// The objects that could not be restored.
    pub fn lost(&self) -> impl Iterator<Item = &Restoration> {
        self.objects.iter().filter(|object| matches!(object.outcome, RestorationOutcome::Lost(_)))
    }
}

/// Something that the program had set in a session and that a new session lacks: a selection, a lock, an alternate state,
/// a variable, a soft patch.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LostState {
    /// The call that had set it: ``Field.LowLevelSelect of `Year` ``.
    pub what: String,
    /// Why it is not set again.
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

/// The engine has made a new session, in which something that the program had set is missing: an answer could be of other
/// data than the program asks for.
///
/// Part of an [`Error`](crate::Error): `error.downcast_ref::<StateLost>()` returns it. Set again what is missing after
/// [`Session::accept_lost_state`](crate::Session::accept_lost_state), or open a new session.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the engine has made a new session, which lacks {}; call `accept_lost_state` and set it again, or open a new session",
    listed(.missing)
)]
#[non_exhaustive]
pub struct StateLost {
    /// What is missing.
    pub missing: Vec<LostState>,
}

impl StateLost {
    /// An error about something that is missing, for tests of what a program does after one.
    pub fn new(missing: Vec<LostState>) -> Self {
        Self { missing }
    }
}

/// Losses that a message names at most.
const NAMED: usize = 3;

fn listed(missing: &[LostState]) -> String {
    let named: Vec<_> = missing.iter().take(NAMED).map(ToString::to_string).collect();
    let more = missing.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    named.join("; ") + &rest
}

impl Restoration {
    /// What became of an object.
    pub fn new(object: ObjectHandle, outcome: RestorationOutcome) -> Self {
        Self { object, outcome }
    }
}
