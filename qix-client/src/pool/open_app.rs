//! Opening an app in a session of an engine.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::platform::{Instant, random, timeout_at};
use futures_util::StreamExt;
use qix_schema::rpc::{CallOptions, CloseCode, Closed, ClosedBy};
use qix_schema::{Doc, Error, ErrorKind};

use super::books::Key;
use super::event::AppEvent;
use super::leased;
use super::shared::{self, Opened, Shared, Slot, User};
use crate::config::EventStream;
use crate::ext::pending::sealed::Run;
use crate::ext::pending::{LongOperation, Pending};
use crate::protocol::notification::SessionState;
use crate::session::Session;

/// How many broken sessions are replaced for one caller.
const REPLACEMENTS: usize = 3;

/// Opens an app in a session of an engine; see [`Engine::app`](super::Engine::app).
#[derive(Clone)]
pub struct OpenApp {
    shared: Arc<Shared>,
    user: Option<Arc<User>>,
    app: String,
    identity: Option<String>,
    own_session: bool,
}

impl OpenApp {
    pub(super) fn new(shared: &Arc<Shared>, user: Option<&Arc<User>>, app: String) -> Pending<Self> {
        let (shared, user) = (Arc::clone(shared), user.cloned());
        Pending::new(Self { shared, user, app, identity: None, own_session: false })
    }
}

/// # Opening an app of an engine
impl Pending<OpenApp> {
    /// Uses the session with this name, which has selections of its own. Callers with the same app, user, and name
    /// share it.
    pub fn identity(mut self, name: impl Into<String>) -> Self {
        self.operation.identity = Some(name.into());
        self
    }

    /// Sets whether to open a session that no one else gets. Defaults to `false`. It is closed when its last object is
    /// dropped.
    ///
    /// It has an identity of its own, in place of [`identity`](Self::identity).
    pub fn own_session(mut self, own: bool) -> Self {
        self.operation.own_session = own;
        self
    }
}

impl LongOperation for OpenApp {}

impl Run for OpenApp {
    type Output = Doc;

    async fn run(self, options: CallOptions) -> Result<Doc, Error> {
        let shared = Arc::clone(&self.shared);
        shared.tend().await;
        let deadline = options.deadline.map(Instant::from);
        let opening = shared.unless_closed(self.open(options));
        let Some(deadline) = deadline else { return opening.await };
        let limit = deadline - Instant::now();
        timeout_at(deadline, opening).await.map_err(|_| Error::from(ErrorKind::TimedOut(limit)))?
    }
}

impl OpenApp {
    async fn open(self, options: CallOptions) -> Result<Doc, Error> {
        let identity = if self.own_session { Some(unique_name()) } else { self.identity.clone() };
        let user = self.user.as_ref().map(|user| user.name.clone());
        let key = Key { app: self.app.clone(), user, identity };
        let mut replaced = 0;
        loop {
            let lease = self.shared.claim(&key, self.user.as_ref(), !self.own_session);
            let slot = &Arc::clone(&lease.slot);
            let failures = slot.failures();
            let opening = async || {
                // Callers that have waited for an attempt share its failure, so that an engine that is down does not keep
                // each of them waiting in turn.
                match slot.failure_after(failures) {
                    Some(failure) => Err(failure),
                    None => open(&self.shared, slot, &options).await.inspect_err(|error| slot.failed(error)),
                }
            };
            let opened = slot.cell.get_or_try_init(opening).await?;
            if opened.is_usable() {
                return Ok(leased::doc(opened, lease));
            }
            if opened.session.is_closed() {
                self.shared.disconnected(slot);
            } else {
                self.shared.books().retire(slot.number);
            }
            if replaced == REPLACEMENTS {
                let reason = "sessions are lost as soon as they are open";
                return Err(shared::closed(Closed::new(ClosedBy::Network, CloseCode::LOST, reason)));
            }
            replaced += 1;
        }
    }
}

/// Opens the session of a slot, as far as the limits allow.
async fn open(shared: &Arc<Shared>, slot: &Arc<Slot>, options: &CallOptions) -> Result<Opened, Error> {
    let permit = shared.permit(&slot.key).await;
    // Connecting includes opening the app, which is what keeps an engine busy.
    let _turn = shared.connecting.acquire().await.ok();
    let builder = slot.user.as_ref().map_or(&shared.session, |user| &user.session);
    let mut builder = builder.clone().app(&slot.key.app).with_events_of_its_own();
    if let Some(identity) = &slot.key.identity {
        builder = builder.identity(identity);
    }
    let events = builder.events();
    let session = builder.connect().await?;
    let doc = session.open_doc(&slot.key.app).with_options(options.clone()).await?;
    if session.state() != SessionState::Attached {
        for action in &shared.settings.actions {
            action(doc.clone()).await?;
        }
    }
    let is_wanted = shared.books().opened(slot.number, permit).is_ok();
    if !is_wanted {
        session.close().await;
        return Err(shared::closed(Closed::by_client()));
    }
    crate::platform::spawn(forward(events, Arc::downgrade(shared), Arc::downgrade(slot)));
    Ok(Opened { session, doc })
}

/// Passes on the events of a session, and frees its permits when it is closed.
async fn forward(mut events: EventStream, shared: std::sync::Weak<Shared>, slot: std::sync::Weak<Slot>) {
    while let Some(event) = events.next().await {
        let (Some(shared), Some(slot)) = (shared.upgrade(), slot.upgrade()) else { return };
        shared.events.send(AppEvent::new(&slot.key, event)).ok();
        let is_gone = slot.cell.get().is_some_and(|opened: &Opened| is_gone(&opened.session));
        if is_gone {
            shared.disconnected(&slot);
        }
    }
}

/// Whether a session has no connection, and gets none by itself.
fn is_gone(session: &Session) -> bool {
    session.is_closed() && !session.is_usable()
}

/// An identity that no other session has.
fn unique_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("own-{:016x}-{number}", random())
}
