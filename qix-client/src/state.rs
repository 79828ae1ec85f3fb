//! Bookkeeping of a session, without any I/O: calls that wait for answers, and objects by their handles.

mod calls;
mod deltas;
mod handles;
mod owned;

pub(crate) use calls::{Calls, Outcome, Purpose, Reply, Taken};
pub(crate) use deltas::{Deltas, Key, Merged};
pub(crate) use handles::{Handles, Signal};
pub(crate) use owned::{Owned, SessionObject};
