//! The core of a session: state shared by its objects, its connection and its resumption. All locks are here.

mod closing;
mod gate;
mod inbox;
mod locks;
mod mark;
mod object;
mod outbox;
mod phase;
mod queue;
mod shared;

pub(crate) use gate::Passed;
pub(crate) use object::{Object, Origin, Place};
pub(crate) use outbox::NotSent;
pub(crate) use phase::{Phase, lose};
pub(crate) use queue::{Messages, Queued, queue};
pub(crate) use shared::{Hooks, Outbound, Shared};
