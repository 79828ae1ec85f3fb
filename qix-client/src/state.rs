//! Bookkeeping of a session, without any I/O: calls that wait for answers, and objects by their handles.

mod calls;
mod deltas;
mod doc;
mod handles;
mod memory;

pub(crate) use calls::{Calls, Cut, Outcome, Purpose, Reply, Taken};
pub(crate) use deltas::{Deltas, Key, Merged};
pub(crate) use doc::OpenedDoc;
pub(crate) use handles::{Handles, Signal};
pub(crate) use memory::Memory;
