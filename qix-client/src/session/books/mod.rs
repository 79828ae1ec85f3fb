//! Bookkeeping of a session, without I/O: pending calls, and objects by handle.

mod answer;
mod calls;
mod deltas;
mod handles;
mod journal;
mod open_app;
mod recipe;
mod unread;

pub(crate) use answer::{Answer, Waiter};
pub(crate) use calls::{Calls, Cut, Outcome, Purpose, Reply, Taken};
pub(crate) use deltas::{Deltas, Key, Merged};
pub(crate) use handles::{Handles, Signal};
pub(crate) use journal::{CalledObject, Entry, Journal, Sets, is_refusal};
pub(crate) use open_app::OpenedDoc;
pub(crate) use recipe::Recipe;
pub(crate) use unread::Unread;
