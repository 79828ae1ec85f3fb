//! The core of a session: state shared by its objects, its connection and its resumption.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, OnceLock, Weak};

use qix_schema::rpc::{Closed, Method};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, SemaphorePermit, broadcast, oneshot, watch};

use super::gate::Gate;
use super::locks::{Guard, Lock, rank};
use super::object::Object;
use super::phase::Phase;
use super::queue::Outbox;
use crate::config::event::{self, Event};
use crate::config::{Backoff, Resumption, Settings, StateLost};
use crate::connect::{ConnectError, Endpoint};
use crate::protocol::notification::SessionState;
use crate::session::books::{Calls, Deltas, Handles, Journal, OpenedDoc, Unread};

/// The state of a session, shared by all its users. The connection ends with the last of them.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) link: Lock<Link, { rank::LINK }>,
    pub(super) handles: Lock<Handles<Object>, { rank::HANDLES }>,
    pub(super) deltas: Lock<Deltas, { rank::DELTAS }>,
    pub(super) doc: Lock<Option<OpenedDoc>, { rank::DOC }>,
    pub(super) journal: Lock<Journal, { rank::JOURNAL }>,
    pub(super) phase: watch::Sender<Phase>,
    pub(super) state: watch::Sender<SessionState>,
    /// Created for the first listener: it allocates its whole capacity.
    pub(super) events: OnceLock<broadcast::Sender<Arc<Event>>>,
    pub(super) slots: Option<Semaphore>,
    /// Passed by each call.
    pub(crate) gate: Gate,
    /// Objects that wait for a resumption, which holds the lock.
    pub(crate) waiting: AsyncMutex<Vec<Weak<Object>>>,
    /// Progress that has not been fetched.
    pub(crate) unread: Unread,
    pub(crate) endpoint: Option<Endpoint>,
    pub(crate) settings: Settings,
    pub(crate) hooks: Hooks,
}

/// What a builder's methods add to a session. The code is not part of a program that does not call them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hooks {
    /// The task that reconnects.
    pub(crate) supervise: Option<fn(&Arc<Shared>, Backoff) -> Task>,
    /// How a call resumes a session without a connection.
    pub(crate) resume: Option<Resume>,
}

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

type Resume =
    for<'a> fn(&'a Arc<Shared>) -> Pin<Box<dyn Future<Output = Result<Arc<Resumption>, ConnectError>> + Send + 'a>>;

/// The connection to the engine, and the pending calls.
#[derive(Debug, Default)]
pub(super) struct Link {
    pub(super) calls: Calls,
    /// The number of the connection. Messages of earlier connections are ignored.
    pub(super) generation: u32,
    pub(super) outbox: Option<Outbox>,
    /// Whether calls of the program can be sent: not before everything is restored.
    pub(super) is_open: bool,
    /// State missing in the session, because of which calls to the app would have another meaning.
    pub(super) lost_state: Option<Arc<StateLost>>,
    /// Why there is no connection.
    pub(super) closed: Option<Closed>,
    /// The last message of a proxy before it closes the connection.
    pub(super) last_words: Option<String>,
    /// Notified when the tasks of the connection have ended.
    pub(super) over: Option<watch::Receiver<()>>,
    /// Dropped to end the connection.
    pub(super) cut: Option<oneshot::Sender<Infallible>>,
    /// Requests for the app, to be sent after reconnecting.
    pub(super) deferred: Vec<(Method, String)>,
}

/// A request without an ID.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outbound<'a> {
    pub(crate) handle: i64,
    pub(crate) method: Method,
    pub(crate) params: &'a str,
    /// Whether to request a delta.
    pub(crate) delta: bool,
    /// Whether the created object is destroyed when its last handle is dropped.
    pub(crate) owned: bool,
}

impl Shared {
    pub(crate) fn new(endpoint: Option<Endpoint>, settings: Settings, hooks: Hooks) -> Arc<Self> {
        Arc::new(Self {
            link: Lock::default(),
            handles: Lock::default(),
            deltas: Lock::default(),
            doc: Lock::default(),
            journal: Lock::default(),
            phase: watch::Sender::new(Phase::Suspended(Closed::by_client())),
            state: watch::Sender::new(SessionState::Unknown),
            events: OnceLock::new(),
            slots: settings.max_calls_in_flight.map(Semaphore::new),
            gate: Gate::default(),
            waiting: AsyncMutex::default(),
            unread: Unread::default(),
            endpoint,
            settings,
            hooks,
        })
    }

    pub(crate) fn handles(&self) -> Guard<'_, Handles<Object>, { rank::HANDLES }> {
        self.handles.lock()
    }

    pub(crate) fn doc(&self) -> Guard<'_, Option<OpenedDoc>, { rank::DOC }> {
        self.doc.lock()
    }

    /// The objects in use.
    pub(crate) fn objects(&self) -> Vec<Arc<Object>> {
        self.handles().objects()
    }

    pub(crate) fn journal(&self) -> Guard<'_, Journal, { rank::JOURNAL }> {
        self.journal.lock()
    }

    pub(crate) fn state(&self) -> watch::Receiver<SessionState> {
        self.state.subscribe()
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<Arc<Event>> {
        self.events.get_or_init(event::channel).subscribe()
    }

    pub(crate) fn tell(&self, event: Event) {
        let event = Arc::new(event);
        // Usually there are no listeners.
        if let Some(listeners) = &self.settings.listeners {
            listeners.send(Arc::clone(&event)).ok();
        }
        if let Some(listeners) = self.events.get() {
            listeners.send(event).ok();
        }
    }

    /// Whether the number of pending calls is limited.
    pub(crate) fn limits_calls(&self) -> bool {
        self.slots.is_some()
    }

    /// Waits for a slot for a call; slots are assigned in order.
    pub(crate) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.slots.as_ref()?.acquire().await.ok()
    }

    /// The number of delta bases in memory.
    #[cfg(feature = "__fuzz")]
    pub(crate) fn bases(&self) -> usize {
        self.deltas.lock().known()
    }

    /// Removes an object that is no longer in use.
    pub(crate) fn release(&self, handle: i64) {
        if self.handles().release(handle) {
            self.deltas.lock().release(handle);
        }
    }
}
