//! What happens to a session.

use std::sync::Arc;

use qix_schema::rpc::Closed;

use crate::protocol::notification::Notification;
use crate::resume::Resumption;

/// Something that happened to a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The engine or a proxy says something about the session, licenses or services.
    Notification(Notification),
    /// The connection is gone, and the session waits for another one.
    Suspended(Closed),
    /// The session goes on over another connection.
    Resumed(Arc<Resumption>),
    /// The session is over.
    Closed(Closed),
}
