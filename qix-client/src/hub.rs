//! The heart of a session: what its handles, its reader and its writer share.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use qix_schema::rpc::{CloseCode, Closed, Method};
use tokio::sync::{Semaphore, SemaphorePermit, broadcast, mpsc, oneshot, watch};

use crate::object::Object;
use crate::protocol::notification::{Notification, SessionState};
use crate::protocol::patch::Misfit;
use crate::protocol::{Body, Envelope, request};
use crate::settings::Settings;
use crate::state::{Calls, Deltas, Handles, Outcome, Owned, Purpose, Reply, SessionObject, Taken};
use crate::transport::Text;

/// Notifications that a slow listener can lag behind before it misses some.
const NOTIFICATIONS: usize = 256;

/// What a session is, shared by all who hold a part of it. The connection ends when nobody does.
#[derive(Debug)]
pub(crate) struct Hub {
    line: Mutex<Line>,
    handles: Mutex<Handles<Object>>,
    state: watch::Sender<SessionState>,
    closed: watch::Sender<Option<Closed>>,
    notifications: broadcast::Sender<Notification>,
    opened: AtomicBool,
    deltas: Mutex<Deltas>,
    owned: Mutex<Owned>,
    turns: Option<Semaphore>,
    pub(crate) settings: Settings,
}

/// The way to the engine, and what is expected from there.
#[derive(Debug)]
struct Line {
    calls: Calls,
    /// The way; the reason why there is none.
    outbox: Result<mpsc::UnboundedSender<Queued>, Closed>,
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

impl Hub {
    pub(crate) fn new(outbox: mpsc::UnboundedSender<Queued>, settings: Settings) -> Self {
        Self {
            line: Mutex::new(Line { calls: Calls::default(), outbox: Ok(outbox) }),
            handles: Mutex::default(),
            state: watch::Sender::new(SessionState::Unknown),
            closed: watch::Sender::new(None),
            notifications: broadcast::Sender::new(NOTIFICATIONS),
            opened: AtomicBool::new(false),
            deltas: Mutex::default(),
            owned: Mutex::default(),
            turns: settings.calls_in_flight.map(Semaphore::new),
            settings,
        }
    }

    /// Notes that the session has an app open.
    pub(crate) fn note_opened(&self) {
        self.opened.store(true, Ordering::Relaxed);
    }

    /// Whether this connection has opened an app.
    pub(crate) fn has_opened(&self) -> bool {
        self.opened.load(Ordering::Relaxed)
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        // Nothing panics while it holds the lock; were it otherwise, the books are still the best there are.
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn handles(&self) -> MutexGuard<'_, Handles<Object>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn state(&self) -> watch::Receiver<SessionState> {
        self.state.subscribe()
    }

    pub(crate) fn closed(&self) -> watch::Receiver<Option<Closed>> {
        self.closed.subscribe()
    }

    pub(crate) fn notifications(&self) -> broadcast::Receiver<Notification> {
        self.notifications.subscribe()
    }

    fn deltas(&self) -> MutexGuard<'_, Deltas> {
        self.deltas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until one more call may be under way; who has waited longest goes first.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // Closed never, so that there is always a turn to wait for.
        self.turns.as_ref()?.acquire().await.ok()
    }

    /// Forgets an object that nobody holds any more.
    pub(crate) fn release(&self, handle: i64) {
        if !self.handles().release(handle) {
            return;
        }
        self.deltas().release(handle);
        let owned = self.owned().remove(handle);
        if let Some(object) = owned {
            self.destroy(&object);
        }
    }

    /// Notes that an object is to be destroyed with its last holder.
    pub(crate) fn own(&self, handle: i64, object: SessionObject) {
        self.owned().insert(handle, object);
    }

    fn destroy(&self, object: &SessionObject) {
        let params = format!(r#"{{"qId":{}}}"#, serde_json::Value::from(&*object.id));
        self.order(object.doc, "DestroySessionObject", &params);
    }

    fn owned(&self) -> MutexGuard<'_, Owned> {
        self.owned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a request on its way.
    pub(crate) fn send(&self, request: Request<'_>) -> Result<(i64, oneshot::Receiver<Outcome>), Closed> {
        let Request { handle, method, params, delta } = request;
        let key = (handle, method.name);
        let delta = delta && self.deltas().useful(key);
        let purpose = match delta {
            true => Purpose::Delta(key),
            false if self.settings.owns(method) => Purpose::SessionObject { doc: handle },
            false => Purpose::Answer,
        };
        let line = &mut *self.line();
        let outbox = line.outbox.as_ref().map_err(Closed::clone)?;
        let id = line.calls.next_id();
        let text = request::encode(id, handle, method.name, params, delta);
        let answer = line.calls.wait(id, method.effect, purpose);
        // A writer that is gone has ended, or is about to end, all calls.
        outbox.send(Queued::Call(id, text)).ok();
        Ok((id, answer))
    }

    /// Sends a request whose answer nobody needs; without a connection there is nobody to tell.
    pub(crate) fn order(&self, handle: i64, method: &str, params: &str) {
        let line = &mut *self.line();
        if let Ok(outbox) = &line.outbox {
            let id = line.calls.next_id();
            outbox.send(Queued::Order(request::encode(id, handle, method, params, false))).ok();
        }
    }

    /// Stops waiting for an answer; whether the engine works on the request.
    pub(crate) fn abandon(&self, id: i64) -> bool {
        self.line().calls.abandon(id)
    }

    /// How many calls wait for their answers.
    pub(crate) fn pending(&self) -> usize {
        self.line().calls.len()
    }

    /// What of a batch is worth sending; notes that it is sent.
    pub(crate) fn sending(&self, batch: &mut Vec<Queued>) {
        let calls = &mut self.line().calls;
        batch.retain(|queued| !matches!(queued, Queued::Call(id, _) if !calls.sent(*id)));
    }

    /// Takes in a message. Its lists of handles come before its answer: who gets the answer can rely on them.
    pub(crate) fn receive(&self, text: Text) {
        let message = text.as_ref();
        let envelope = match Envelope::read(message) {
            Ok(envelope) => envelope,
            Err(error) => {
                tracing::warn!(bytes = message.len(), %error, "a message that is no JSON-RPC was skipped");
                return;
            }
        };
        if !envelope.change.is_empty() || !envelope.close.is_empty() {
            let mut handles = self.handles();
            handles.invalidate(&envelope.change);
            handles.close(&envelope.close);
        }
        if !envelope.close.is_empty() {
            let (mut deltas, mut owned) = (self.deltas(), self.owned());
            for handle in &envelope.close {
                deltas.close(*handle);
                owned.remove(*handle);
            }
        }
        match (envelope.id, envelope.body) {
            (None, Body::Notification { method, params }) => {
                let params = params.map(|range| &message[range]);
                self.notify(Notification::new(method, params));
            }
            (None, _) => {}
            (Some(id), body) => {
                let copy = text.clone();
                let reply = match body.clone() {
                    Body::Result(range) if envelope.delta => self.merge(id, text, range),
                    body => Reply::Message(text, body),
                };
                let taken = self.line().calls.answer(id, reply);
                match taken {
                    Taken::ByNobody(Purpose::SessionObject { doc }) => self.orphan(doc, &copy, body),
                    Taken::ByCaller | Taken::ByNobody(_) => {}
                    Taken::Unknown => tracing::debug!(id, "an answer came that nobody waits for"),
                }
            }
        }
    }

    /// Takes in a difference, whether or not anybody still waits for it: the next one builds on it.
    fn merge(&self, id: i64, text: Text, range: Range<usize>) -> Reply {
        let Some(key) = self.line().calls.delta_of(id) else {
            return Reply::Message(text, Body::Result(range));
        };
        match self.deltas().apply(key, &text.as_ref()[range]) {
            Ok(merged) => Reply::Merged(merged),
            Err(Misfit) => {
                tracing::warn!(id, handle = key.0, method = key.1, "a difference does not fit; asking for all of it");
                Reply::Misfit
            }
        }
    }

    /// Destroys a session object that was made for a caller who has gone.
    fn orphan(&self, doc: i64, text: &Text, body: Body) {
        let Body::Result(range) = body else { return };
        if let Some((_, object)) = SessionObject::read(doc, &text.as_ref()[range]) {
            self.destroy(&object);
        }
    }

    fn notify(&self, notification: Notification) {
        tracing::debug!(name = notification.name, "the engine notifies");
        if let Some(state) = notification.session_state() {
            self.state.send_replace(state);
        }
        // Nobody listening is the usual case.
        self.notifications.send(notification).ok();
    }

    /// Ends the session, once: no call can begin, all that wait learn why.
    pub(crate) fn end(&self, closed: Closed, farewell: Option<Queued>) {
        {
            let line = &mut *self.line();
            let Ok(outbox) = &line.outbox else { return };
            if let Some(farewell) = farewell {
                outbox.send(farewell).ok();
            }
            line.outbox = Err(closed.clone());
            line.calls.end(&closed);
        }
        self.handles().close_all();
        self.deltas().clear();
        self.owned().clear();
        tracing::debug!(%closed, "the connection has ended");
        self.closed.send_replace(Some(closed));
    }
}
