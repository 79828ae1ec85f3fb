//! Events of all sessions of an engine.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::{self, BoxStream};
use tokio::sync::broadcast::{self, error::RecvError};

use super::books::Key;
use crate::config::Event;

/// Number of events that a slow receiver can lag behind before it misses some.
const LAG: usize = 1024;

/// An event of one of the sessions of an [`Engine`](super::Engine).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AppEvent {
    /// The app of the session.
    pub app: String,
    /// The user, if it is not that of the engine's builder.
    pub user: Option<String>,
    /// The identity, if the session has one.
    pub identity: Option<String>,
    /// The event.
    pub event: Event,
}

impl AppEvent {
    pub(super) fn new(key: &Key, event: Event) -> Self {
        let Key { app, user, identity } = key.clone();
        Self { app, user, identity, event }
    }
}

pub(super) fn channel() -> broadcast::Sender<AppEvent> {
    broadcast::Sender::new(LAG)
}

/// The events of all sessions of an engine; see [`Engine::events`](super::Engine::events).
#[must_use = "streams do nothing before they are polled"]
pub struct AppEventStream(BoxStream<'static, AppEvent>);

impl AppEventStream {
    pub(super) fn new(receiver: broadcast::Receiver<AppEvent>) -> Self {
        Self(Box::pin(stream::unfold(receiver, async |mut receiver| {
            loop {
                match receiver.recv().await {
                    Ok(event) => return Some((event, receiver)),
                    Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "events of the engine were missed"),
                    Err(RecvError::Closed) => return None,
                }
            }
        })))
    }
}

impl Stream for AppEventStream {
    type Item = AppEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<AppEvent>> {
        self.0.as_mut().poll_next(context)
    }
}

impl fmt::Debug for AppEventStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppEventStream").finish_non_exhaustive()
    }
}
