//! What happens to a session.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::{self, BoxStream};
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

/// The events of a session, up to its end: see [`Session::events`](crate::Session::events).
#[must_use = "streams do nothing before they are polled"]
pub struct EventStream(BoxStream<'static, Event>);

impl Stream for EventStream {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for EventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventStream").finish_non_exhaustive()
    }
}

/// What a listener gets, up to the end of its session.
pub(crate) fn stream(listener: Option<broadcast::Receiver<Arc<Event>>>) -> EventStream {
    EventStream(Box::pin(stream::unfold(listener, async |listener| {
        let mut listener = listener?;
        loop {
            match listener.recv().await.map(Arc::unwrap_or_clone) {
                Ok(event @ Event::Closed(_)) => return Some((event, None)),
                Ok(event) => return Some((event, Some(listener))),
                Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "events of the session were missed"),
                Err(RecvError::Closed) => return None,
            }
        }
    })))
}
