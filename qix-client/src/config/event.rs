//! What happens to a session.

use std::sync::Arc;

use futures_util::{Stream, stream};
use qix_schema::rpc::Closed;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::config::Resumption;
use crate::protocol::notification::{Notification, SessionState};

/// Events that a slow listener can lag behind before it misses some.
const LAG: usize = 256;

/// Something that happened to a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The session is ready: a new one, or one that was there.
    Opened(SessionState),
    /// The engine or a proxy says something about the session, licenses or services.
    Notification(Notification),
    /// The connection is gone, and the session waits for another one.
    Suspended(Closed),
    /// The session goes on over another connection.
    Resumed(Arc<Resumption>),
    /// The session is over.
    Closed(Closed),
}

/// A way to those who listen. It has room for all that may lag from the start, so that events themselves lie elsewhere.
pub(crate) fn channel() -> broadcast::Sender<Arc<Event>> {
    broadcast::Sender::new(LAG)
}

/// What is told to a listener, up to the end of its session.
pub(crate) fn stream(
    listener: Option<broadcast::Receiver<Arc<Event>>>,
) -> impl Stream<Item = Event> + Send + Unpin + use<> {
    Box::pin(stream::unfold(listener, async |listener| {
        let mut listener = listener?;
        loop {
            match listener.recv().await.map(Arc::unwrap_or_clone) {
                Ok(event @ Event::Closed(_)) => return Some((event, None)),
                Ok(event) => return Some((event, Some(listener))),
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "events of the session were missed"),
                Err(RecvError::Closed) => return None,
            }
        }
    }))
}
