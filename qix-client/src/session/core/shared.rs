//! The heart of a session: what its objects, its connection and its resumption share.

use std::convert::Infallible;
use std::sync::{Arc, Weak};

use qix_schema::rpc::{CloseCode, Closed, Method};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, SemaphorePermit, broadcast, mpsc, oneshot, watch};

use super::locks::{Guard, Lock, rank};
use super::object::Object;
use super::phase::Phase;
use crate::config::event::{self, Event};
use crate::config::{Settings, StateLost};
use crate::connect::Endpoint;
use crate::protocol::notification::SessionState;
use crate::session::books::{Calls, Deltas, Handles, Journal, OpenedDoc, Unread};

/// What a session is, shared by all who hold a part of it. The connection ends when nobody does.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) link: Lock<Link, { rank::LINK }>,
    pub(super) handles: Lock<Handles<Object>, { rank::HANDLES }>,
    pub(super) deltas: Lock<Deltas, { rank::DELTAS }>,
    pub(super) doc: Lock<Option<OpenedDoc>, { rank::DOC }>,
    pub(super) journal: Lock<Journal, { rank::JOURNAL }>,
    pub(super) phase: watch::Sender<Phase>,
    pub(super) state: watch::Sender<SessionState>,
    pub(super) events: broadcast::Sender<Arc<Event>>,
    pub(super) slots: Option<Semaphore>,
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
pub(super) struct Link {
    pub(super) calls: Calls,
    /// The number of the connection. Messages of earlier connections are ignored.
    pub(super) generation: u32,
    pub(super) outbox: Option<mpsc::UnboundedSender<Queued>>,
    /// Whether calls of the program go out: not before all is restored.
    pub(super) is_open: bool,
    /// What the session lacks, so that calls to the app would mean something else.
    pub(super) lost_state: Option<Arc<StateLost>>,
    /// Why there is no way.
    pub(super) closed: Option<Closed>,
    /// What a proxy said before it closes the connection.
    pub(super) last_words: Option<String>,
    /// Learns when the tasks of the connection are over.
    pub(super) over: Option<watch::Receiver<()>>,
    /// Dropped when the connection is given up.
    pub(super) cut: Option<oneshot::Sender<Infallible>>,
    /// What to send to the app when there is a connection again.
    pub(super) deferred: Vec<(Method, String)>,
}

/// Something for the writer.
#[derive(Debug)]
pub(crate) enum Queued {
    /// A request; not worth sending if its caller has gone.
    Call(i64, String),
    /// A request whose answer nobody needs.
    Notice(String),
    /// The last thing to send.
    Close(CloseCode, String),
}

/// A request, still without an id.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Outbound<'a> {
    pub(crate) handle: i64,
    pub(crate) method: Method,
    pub(crate) params: &'a str,
    /// Whether what has changed since the last answer will do.
    pub(crate) delta: bool,
    /// Whether what it makes is destroyed when nobody here holds it.
    pub(crate) owned: bool,
}

/// More calls than memory holds.
pub(super) const CALLS: u32 = 1 << 28;

impl Shared {
    pub(crate) fn new(endpoint: Option<Endpoint>, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            link: Lock::default(),
            handles: Lock::default(),
            deltas: Lock::default(),
            doc: Lock::default(),
            journal: Lock::default(),
            phase: watch::Sender::new(Phase::Suspended(Closed::by_client())),
            state: watch::Sender::new(SessionState::Unknown),
            events: event::channel(),
            slots: settings.max_calls_in_flight.map(Semaphore::new),
            gate: Semaphore::new(CALLS as usize),
            waiting: AsyncMutex::default(),
            unread: Unread::default(),
            endpoint,
            settings,
        })
    }

    pub(crate) fn handles(&self) -> Guard<'_, Handles<Object>, { rank::HANDLES }> {
        self.handles.lock()
    }

    pub(crate) fn doc(&self) -> Guard<'_, Option<OpenedDoc>, { rank::DOC }> {
        self.doc.lock()
    }

    /// The objects that somebody holds.
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
    pub(crate) async fn slot(&self) -> Option<SemaphorePermit<'_>> {
        // Closed never, so that there is always a turn to wait for.
        self.slots.as_ref()?.acquire().await.ok()
    }

    /// How many objects' methods have something in memory that differences build on.
    #[cfg(feature = "__fuzz")]
    pub(crate) fn bases(&self) -> usize {
        self.deltas.lock().known()
    }

    /// Forgets an object that nobody holds any more.
    pub(crate) fn release(&self, handle: i64) {
        if self.handles().release(handle) {
            self.deltas.lock().release(handle);
        }
    }
}
