//! The heart of a session: what its objects, its connection and its resumption share.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use qix_schema::rpc::{CloseCode, Closed, Method};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, SemaphorePermit, broadcast, mpsc, oneshot, watch};

use super::Phase;
use crate::config::Settings;
use crate::config::event::{self, Event};
use crate::connect::Endpoint;
use crate::protocol::notification::SessionState;
use crate::session::books::{Calls, Deltas, Handles, OpenedDoc};
use crate::session::core::Object;
use crate::session::follow::Unread;

/// What a session is, shared by all who hold a part of it. The connection ends when nobody does.
#[derive(Debug)]
pub(crate) struct Hub {
    pub(super) line: Mutex<Line>,
    pub(super) handles: Mutex<Handles<Object>>,
    pub(super) deltas: Mutex<Deltas>,
    pub(super) doc: Mutex<Option<OpenedDoc>>,
    pub(super) phase: watch::Sender<Phase>,
    pub(super) state: watch::Sender<SessionState>,
    pub(super) events: broadcast::Sender<Arc<Event>>,
    pub(super) turns: Option<Semaphore>,
    /// A permit for each call under way; who closes the session takes all.
    pub(super) gate: Semaphore,
    /// Objects that wait for a resumption; who resumes holds it.
    pub(crate) waiting: AsyncMutex<Vec<Weak<Object>>>,
    /// Progress that nobody has asked for.
    pub(crate) unread: Unread,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) settings: Settings,
}

/// The way to the engine, and what is expected from there.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) calls: Calls,
    /// The number of the connection: what was said on an earlier one means nothing on this.
    pub(super) generation: u32,
    pub(super) outbox: Option<mpsc::UnboundedSender<Queued>>,
    /// Why there is no way.
    pub(super) closed: Option<Closed>,
    /// What a proxy said before it closes the connection.
    pub(super) last_words: Option<String>,
    /// Learns when the tasks of the connection are over.
    pub(super) over: Option<watch::Receiver<()>>,
    /// Dropped when the connection is given up.
    pub(super) cut: Option<oneshot::Sender<Infallible>>,
    /// What to order of the app when there is a way again.
    pub(super) put_off: Vec<(&'static str, String)>,
}

/// Something for the writer.
#[derive(Debug)]
pub(crate) enum Queued {
    /// A request; not worth sending if its caller has gone.
    Call(i64, String),
    /// A request whose answer nobody needs.
    Order(String),
    /// The last thing to send.
    Close(CloseCode, String),
}

/// A request, still without an id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) handle: i64,
    pub(crate) method: Method,
    pub(crate) params: &'a str,
    /// Whether what has changed since the last answer will do.
    pub(crate) delta: bool,
}

/// Nothing panics while it holds a lock; were it otherwise, the books are still the best there are.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    pub(crate) fn new(endpoint: Option<Endpoint>, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            line: Mutex::default(),
            handles: Mutex::default(),
            deltas: Mutex::default(),
            doc: Mutex::default(),
            phase: watch::Sender::new(Phase::Suspended(Closed::by_client())),
            state: watch::Sender::new(SessionState::Unknown),
            events: event::channel(),
            turns: settings.calls_in_flight.map(Semaphore::new),
            gate: Semaphore::new(super::closing::CALLS as usize),
            waiting: AsyncMutex::default(),
            unread: Unread::default(),
            endpoint,
            settings,
        })
    }

    pub(crate) fn handles(&self) -> MutexGuard<'_, Handles<Object>> {
        lock(&self.handles)
    }

    pub(crate) fn doc(&self) -> MutexGuard<'_, Option<OpenedDoc>> {
        lock(&self.doc)
    }

    pub(crate) fn state(&self) -> watch::Receiver<SessionState> {
        self.state.subscribe()
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.subscribe()
    }

    pub(crate) fn tell(&self, event: Event) {
        let event = Arc::new(event);
        // Nobody listening is the usual case.
        if let Some(listeners) = &self.settings.listeners {
            listeners.send(Arc::clone(&event)).ok();
        }
        self.events.send(event).ok();
    }

    /// Waits until one more call may be under way; who has waited longest goes first.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Closed never, so that there is always a turn to wait for.
        self.turns.as_ref()?.acquire().await.ok()
    }

    /// How many objects' methods have something in memory that differences build on.
    #[cfg(feature = "__fuzz")]
    pub(crate) fn bases(&self) -> usize {
        lock(&self.deltas).known()
    }

    /// Forgets an object that nobody holds any more.
    pub(crate) fn release(&self, handle: i64) {
        if self.handles().release(handle) {
            lock(&self.deltas).release(handle);
        }
    }
}
