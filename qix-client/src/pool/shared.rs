//! The state of an engine: its sessions, their users, and the limits.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use crate::platform::{Instant, sleep_until, spawn};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};
use qix_schema::rpc::Closed;
use qix_schema::{Doc, Error, ErrorKind};
use tokio::sync::{Notify, OnceCell, Semaphore, broadcast, watch};

use super::books::{Books, Key};
use super::connections::{Connections, Limits, Permit};
use super::event::{self, AppEvent};
use super::failure::copy_of;
use crate::ext::watch::ObjectExt;
use crate::session::{Session, SessionBuilder};

/// A program's action on an app that has been opened in a new session.
pub(super) type Action = Arc<dyn Fn(Doc) -> BoxFuture<'static, Result<(), Error>> + Send + Sync>;

/// The builder's settings.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) limits: Limits,
    pub(super) connecting: usize,
    pub(super) calls: Option<usize>,
    pub(super) linger: Duration,
    pub(super) actions: Vec<Action>,
}

/// A user with credentials of their own.
pub(super) struct User {
    pub(super) name: String,
    pub(super) session: SessionBuilder,
}

/// A session that is opened by its first user.
pub(super) struct Slot {
    pub(super) number: u64,
    pub(super) key: Key,
    pub(super) user: Option<Arc<User>>,
    pub(super) cell: OnceCell<Opened>,
    /// The number of failed attempts to open it, and the last failure.
    failure: Mutex<(u64, Option<Error>)>,
    since: Instant,
    /// Milliseconds from `since` to the last use.
    used: AtomicU64,
}

/// A session with its app open.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) doc: Doc,
}

pub(super) struct Shared {
    pub(super) session: SessionBuilder,
    pub(super) settings: Settings,
    pub(super) events: broadcast::Sender<AppEvent>,
    connections: Arc<Connections>,
    /// Permits to open an app.
    pub(super) connecting: Semaphore,
    /// Permits for calls, if they are limited.
    pub(super) calls: Option<Semaphore>,
    /// No other lock is taken while one of these is held.
    books: Mutex<Books<Arc<Slot>, Permit>>,
    known_users: Mutex<HashMap<String, Weak<User>>>,
    /// Notified when a session has become idle, or its place is needed.
    changed: Arc<Notify>,
    closing: watch::Sender<bool>,
    /// The number of sessions that are being closed to make room.
    leaving: Arc<AtomicUsize>,
    tended: OnceCell<()>,
}

impl Shared {
    pub(super) fn new(session: SessionBuilder, settings: Settings) -> Arc<Self> {
        Arc::new(Self {
            session,
            events: event::channel(),
            connections: Connections::new(settings.limits),
            connecting: Semaphore::new(settings.connecting),
            calls: settings.calls.map(Semaphore::new),
            settings,
            books: Mutex::default(),
            known_users: Mutex::default(),
            changed: Arc::default(),
            closing: watch::Sender::new(false),
            leaving: Arc::default(),
            tended: OnceCell::new(),
        })
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books<Arc<Slot>, Permit>> {
        lock(&self.books)
    }

    /// The user of a name, with new credentials and the login that it has.
    pub(super) fn user(&self, name: String, credentials: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Arc<User> {
        let session = credentials(self.session.clone());
        let mut known = lock(&self.known_users);
        known.retain(|_, user| user.strong_count() > 0);
        let session = match known.get(&name).and_then(Weak::upgrade) {
            Some(user) => session.with_login_of(&user.session),
            None => session.for_another_user(),
        };
        let user = Arc::new(User { name: name.clone(), session });
        known.insert(name, Arc::downgrade(&user));
        user
    }

    /// Makes the caller a user of the session for a key.
    pub(super) fn claim(self: &Arc<Self>, key: &Key, user: Option<&Arc<User>>, reusable: bool) -> Lease {
        let make = |number| {
            Arc::new(Slot {
                number,
                key: key.clone(),
                user: user.cloned(),
                cell: OnceCell::new(),
                failure: Mutex::default(),
                since: Instant::now(),
                used: AtomicU64::new(0),
            })
        };
        let (_, slot) = self.books().claim(key, reusable, make);
        slot.touch();
        Lease { shared: Arc::clone(self), slot }
    }

    /// Waits for the permission to open a session.
    pub(super) async fn permit(&self, key: &Key) -> Permit {
        self.connections.acquire(key, || self.changed.notify_one()).await
    }

    /// How many callers wait until a session with this key is closed, in addition to those that are being closed.
    fn wanted(&self, key: &Key) -> usize {
        self.connections.wanted(key).saturating_sub(self.leaving.load(Ordering::Relaxed))
    }

    /// The connection of a session is gone.
    pub(super) fn disconnected(&self, slot: &Slot) {
        // Returned from the lock: to free it takes another lock.
        let freed = self.books().disconnected(slot.number);
        drop(freed);
    }

    /// Runs until the engine is closed. Returns an error then.
    pub(super) async fn unless_closed<T>(&self, work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
        let mut closing = self.closing.subscribe();
        tokio::select! {
            biased;
            _ = closing.wait_for(|closing| *closing) => Err(closed(Closed::by_client())),
            outcome = work => outcome,
        }
    }

    /// Starts the task that closes idle sessions, once.
    pub(super) async fn tend(self: &Arc<Self>) {
        let start = async || {
            spawn(tend(Arc::downgrade(self), Arc::clone(&self.changed)));
        };
        self.tended.get_or_init(start).await;
    }

    /// Closes what is due. Returns when to look again.
    fn sweep(&self) -> Option<Instant> {
        let wanted: HashMap<Key, usize> = {
            let keys: Vec<Key> = self.books().open().map(|entry| entry.key.clone()).collect();
            keys.into_iter().map(|key| (key.clone(), self.wanted(&key))).collect()
        };
        let wanted = |key: &Key| wanted.get(key).copied().unwrap_or(0);
        let due = self.books().due(Instant::now(), self.settings.linger, wanted);
        for (slot, permit) in due.close {
            let leaving = Arc::clone(&self.leaving);
            leaving.fetch_add(1, Ordering::Relaxed);
            spawn(async move {
                slot.close().await;
                drop(permit);
                leaving.fetch_sub(1, Ordering::Relaxed);
            });
        }
        due.next
    }

    /// Ends all sessions when their pending calls are answered.
    pub(super) async fn close(&self) {
        self.closing.send_replace(true);
        let all = self.books().take_all();
        join_all(all.iter().map(|(slot, _)| slot.close())).await;
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.changed.notify_one();
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Opened {
    /// Whether another user can have it: the app may not have come back with a new connection.
    pub(super) fn is_usable(&self) -> bool {
        // Without a connection, objects seem to be gone until there is one.
        let has_app = || self.session.is_closed() || self.doc.gone().now_or_never().is_none();
        self.session.is_usable() && has_app()
    }
}

impl Slot {
    /// The number of failed attempts to open the session.
    pub(super) fn failures(&self) -> u64 {
        lock(&self.failure).0
    }

    /// An attempt to open the session has failed.
    pub(super) fn failed(&self, error: &Error) {
        let mut failure = lock(&self.failure);
        *failure = (failure.0 + 1, Some(copy_of(error)));
    }

    /// The last failure, if there have been more than a number.
    pub(super) fn failure_after(&self, failures: u64) -> Option<Error> {
        let failure = lock(&self.failure);
        failure.1.as_ref().filter(|_| failure.0 > failures).map(copy_of)
    }

    /// Somebody uses the session.
    pub(super) fn touch(&self) {
        let used = self.since.elapsed().as_millis();
        self.used.store(u64::try_from(used).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn age(&self) -> Duration {
        self.since.elapsed()
    }

    /// The time since the last use.
    pub(super) fn unused(&self) -> Duration {
        self.since.elapsed().saturating_sub(Duration::from_millis(self.used.load(Ordering::Relaxed)))
    }

    async fn close(&self) {
        if let Some(opened) = self.cell.get() {
            opened.session.close().await;
        }
    }
}

/// The right of one user to a session, as long as it or an object of it exists.
pub(super) struct Lease {
    pub(super) shared: Arc<Shared>,
    pub(super) slot: Arc<Slot>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.slot.touch();
        self.shared.books().leave(self.slot.number, Instant::now());
        self.shared.changed.notify_one();
    }
}

/// Closes idle sessions until the engine is gone.
async fn tend(shared: Weak<Shared>, changed: Arc<Notify>) {
    loop {
        let next = match shared.upgrade() {
            Some(shared) => shared.sweep(),
            None => return,
        };
        let wait = async {
            match next {
                Some(next) => sleep_until(next).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = changed.notified() => {}
            () = wait => {}
        }
    }
}

/// The error of a call to a session that is closed.
pub(super) fn closed(closed: Closed) -> Error {
    ErrorKind::Closed { closed, pending: false, reconnecting: false }.into()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
