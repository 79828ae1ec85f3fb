//! The heart of a session: what its objects, its connection and its resumption share.

mod closing;
mod inbox;
pub(crate) mod object;
mod outbox;
mod phase;
mod shared;

pub(crate) use object::{Binder, Object, Origin, Place};
pub(crate) use phase::Phase;
use shared::lock;
pub(crate) use shared::{Hub, Queued, Request};
