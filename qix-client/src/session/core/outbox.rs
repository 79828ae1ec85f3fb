//! Outgoing messages: requests, and registering their responses.

use std::convert::Infallible;
use std::sync::Arc;

use qix_schema::doc;
use qix_schema::rpc::{self, CloseCode, Closed, ClosedBy, Method, ObjectHandle};
use tokio::sync::{oneshot, watch};

use super::mark::mark;
use super::phase::Phase;
use super::queue::{Messages, Outbox, Queued};
use super::shared::{Link, Outbound, Shared};
use crate::config::{LostState, StateLost};
use crate::protocol::request;
use crate::session::books::{Answer, Cut, Entry, Purpose, Reply};

/// Why a request could not be sent.
#[derive(Debug)]
pub(crate) enum NotSent {
    /// There is no connection, it has been replaced, or it is not ready.
    NoConnection,
    /// The session is another one, without the state that the program had set.
    StateLost(Arc<StateLost>),
}

/// An internal request. When it is dropped, its response is ignored.
struct Question<'a> {
    shared: &'a Shared,
    id: i64,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.shared.abandon(self.id);
    }
}

impl Shared {
    /// The number of the connection.
    pub(crate) fn generation(&self) -> u32 {
        self.link.lock().generation
    }

    /// Sends a call of the program, if the session is open and the connection is still that of its
    /// handle. `entry` is its entry in the journal, if it sets state.
    pub(crate) fn send(
        &self,
        generation: u32,
        request: Outbound<'_>,
        entry: Option<Entry>,
    ) -> Result<(i64, Answer), NotSent> {
        let check = |link: &Link| match &link.lost_state {
            _ if !link.is_open => Err(NotSent::NoConnection),
            Some(lost) if request.handle != ObjectHandle::GLOBAL => Err(NotSent::StateLost(Arc::clone(lost))),
            _ => Ok(()),
        };
        self.put(generation, request, entry, check)
    }

    fn put(
        &self,
        generation: u32,
        request: Outbound<'_>,
        entry: Option<Entry>,
        check: impl FnOnce(&Link) -> Result<(), NotSent>,
    ) -> Result<(i64, Answer), NotSent> {
        let Outbound { handle, method, params, delta, owned } = request;
        let key = (handle, method.name);
        let purpose = match delta && self.deltas.lock().useful(key) {
            true => Purpose::Delta(key),
            false if owned => Purpose::SessionObject { doc: handle },
            false => Purpose::Answer,
        };
        let app = entry.as_ref().and_then(|_| self.app());
        let link = &mut *self.link.lock();
        check(link)?;
        if link.outbox.is_none() || link.generation != generation {
            return Err(NotSent::NoConnection);
        }
        if let (Some(entry), Some(app)) = (&entry, app) {
            let mut journal = self.journal();
            if journal.needs_mark(entry) {
                mark(link, &mut journal, app);
            }
        }
        let id = link.calls.next_id();
        if let Some(entry) = entry {
            // With the lock held: a resumption must not miss it.
            self.journal().sent(id, entry);
        }
        let outbox = link.outbox.as_ref().ok_or(NotSent::NoConnection)?;
        let delta = matches!(purpose, Purpose::Delta(_));
        let answer = link.calls.wait(id, method.effect, purpose);
        // If the writer is gone, it has ended all calls, or is about to.
        outbox.send(Queued::Call(id), |text| request::encode(text, id, handle, method.name, params, delta));
        Ok((id, answer))
    }

    /// Makes an internal request; returns `None` if the connection is lost. Can be dropped at any time.
    pub(crate) async fn ask(&self, generation: u32, request: Outbound<'_>) -> Option<Reply> {
        let (id, answer) = self.put(generation, request, None, |_| Ok(())).ok()?;
        let _question = Question { shared: self, id };
        answer.await?.ok()
    }

    /// Sends a fire-and-forget request; without a connection it is not sent.
    pub(crate) fn notify<R: rpc::Request>(&self, handle: i64, request: &R) {
        self.notify_raw(handle, R::METHOD, &request::params(request));
    }

    /// Sends an encoded fire-and-forget request.
    pub(crate) fn notify_raw(&self, handle: i64, method: Method, params: &str) {
        let link = &mut *self.link.lock();
        if let Some(outbox) = &link.outbox {
            let id = link.calls.next_id();
            outbox.send(Queued::Notice, |text| request::encode(text, id, handle, method.name, params, false));
        }
    }

    /// Destroys a session object, now or after reconnecting.
    pub(crate) fn destroy(&self, generation: u32, doc: i64, id: &str) {
        let request = doc::DestroySessionObject::new(id);
        self.notify_app(
            generation,
            doc,
            <doc::DestroySessionObject as rpc::Request>::METHOD,
            request::params(&request),
        );
    }

    /// Sends a request to the app, now or after reconnecting.
    pub(crate) fn notify_app(&self, generation: u32, doc: i64, method: Method, params: String) {
        self.journal().ordered(method, &params);
        {
            let link = &mut *self.link.lock();
            if link.outbox.is_none() || link.generation != generation {
                return link.deferred.push((method, params));
            }
        }
        self.notify_raw(doc, method, &params);
    }

    /// Requests to the app that could not be sent without a connection.
    pub(crate) fn take_deferred(&self) -> Vec<(Method, String)> {
        std::mem::take(&mut self.link.lock().deferred)
    }

    /// Removes a caller. Returns whether the engine is processing the request.
    pub(crate) fn abandon(&self, id: i64) -> bool {
        self.link.lock().calls.abandon(id)
    }

    /// The number of pending calls.
    pub(crate) fn pending(&self) -> usize {
        self.link.lock().calls.len()
    }

    /// Removes requests without callers from what the writer sends next, and marks the others as sent.
    pub(crate) fn sending(&self, messages: &mut Messages) {
        let calls = &mut self.link.lock().calls;
        messages.retain(|id| calls.sent(id));
    }

    /// Installs a new connection. Returns its number.
    pub(super) fn connect_link(&self, outbox: Outbox) -> u32 {
        let link = &mut *self.link.lock();
        link.generation += 1;
        link.is_open = false;
        link.outbox = Some(outbox);
        link.closed = None;
        link.last_words = None;
        link.generation
    }

    /// Closes the connection, if any: no call can start anymore. Pending callers are notified after the next phase is
    /// known.
    pub(super) fn cut(&self, closed: &Closed, farewell: Option<CloseCode>) -> Option<Cut> {
        let link = &mut *self.link.lock();
        let outbox = link.outbox.take()?;
        if let Some(code) = farewell {
            outbox.send(Queued::Close(code), |_| {});
        }
        link.is_open = false;
        link.closed = Some(closed.clone());
        link.cut = None;
        Some(link.calls.take())
    }

    /// Allows calls, if there still is a connection.
    pub(crate) fn open(&self) -> Result<(), Closed> {
        let mut link = self.link.lock();
        if link.outbox.is_none() {
            drop(link);
            return Err(self.last_closed());
        }
        // With the lock held: a connection that is lost now is lost by an open session.
        self.phase.send_if_modified(|phase| {
            let over = phase.is_over();
            if !over {
                *phase = Phase::Open;
            }
            !over
        });
        match &*self.phase.borrow() {
            Phase::Ended(closed) => Err(closed.clone()),
            _ => {
                link.is_open = true;
                Ok(())
            }
        }
    }

    /// Records missing state, in addition to state that was missing already.
    pub(crate) fn add_lost_state(&self, mut missing: Vec<LostState>) {
        let known = &mut self.link.lock().lost_state;
        if let Some(known) = known {
            missing.splice(..0, known.missing.iter().cloned());
        }
        *known = Some(Arc::new(StateLost { missing }));
    }

    /// Whether state is missing in the session.
    pub(crate) fn has_lost_state(&self) -> bool {
        self.link.lock().lost_state.is_some()
    }

    /// Allows calls despite missing state. Returns what is missing.
    pub(crate) fn accept_lost_state(&self) -> Option<Arc<StateLost>> {
        self.link.lock().lost_state.take()
    }

    /// Whether there is a connection.
    pub(crate) fn is_connected(&self) -> bool {
        self.link.lock().outbox.is_some()
    }

    /// How the last connection ended.
    pub(crate) fn last_closed(&self) -> Closed {
        let closed = self.link.lock().closed.clone();
        closed.unwrap_or_else(|| Closed::new(ClosedBy::Network, CloseCode::LOST, ""))
    }

    /// The last message of a proxy before it closed the connection.
    pub(super) fn last_words(&self) -> Option<String> {
        self.link.lock().last_words.take()
    }

    /// Sets the receiver that is notified when the tasks of the connection end, and the sender that ends them.
    pub(crate) fn set_ends(&self, over: watch::Receiver<()>, cut: oneshot::Sender<Infallible>) {
        let link = &mut *self.link.lock();
        link.over = Some(over);
        link.cut = Some(cut);
    }

    /// Waits until the tasks of the connection have ended.
    pub(crate) async fn over(&self) {
        let over = self.link.lock().over.clone();
        if let Some(mut over) = over {
            // The only change is that the sender is dropped.
            over.changed().await.ok();
        }
    }
}
