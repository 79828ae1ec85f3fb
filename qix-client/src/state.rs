//! Bookkeeping of a session, without any I/O: calls that wait for answers, and objects by their handles.

mod calls;
mod handles;

pub(crate) use calls::{Calls, Outcome, Reply};
pub(crate) use handles::{Handles, Signal};
