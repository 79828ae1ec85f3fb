//! The way out: requests, and waiting for their answers.

use std::convert::Infallible;

use qix_schema::doc;
use qix_schema::rpc::{self, CloseCode, Closed, ClosedBy, Method};
use tokio::sync::{mpsc, oneshot, watch};

use super::phase::Phase;
use super::shared::{Queued, Request, Shared};
use crate::protocol::request;
use crate::session::books::{Cut, Outcome, Purpose, Reply};

/// A request that could not be sent: there is no connection, or it is another one by now.
#[derive(Debug)]
pub(crate) struct NotSent;

/// Is not waited for any more once it is dropped.
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

    /// Puts a request on its way, if the connection is still the one that its handle belongs to.
    pub(crate) fn send(
        &self,
        generation: u32,
        request: Request<'_>,
    ) -> Result<(i64, oneshot::Receiver<Outcome>), NotSent> {
        let Request { handle, method, params, delta, owned } = request;
        let key = (handle, method.name);
        let purpose = match delta && self.deltas.lock().useful(key) {
            true => Purpose::Delta(key),
            false if owned => Purpose::SessionObject { doc: handle },
            false => Purpose::Answer,
        };
        let link = &mut *self.link.lock();
        let Some(outbox) = link.outbox.as_ref().filter(|_| link.generation == generation) else { return Err(NotSent) };
        let id = link.calls.next_id();
        let text = request::encode(id, handle, method.name, params, matches!(purpose, Purpose::Delta(_)));
        let answer = link.calls.wait(id, method.effect, purpose);
        // A writer that is gone has ended, or is about to end, all calls.
        outbox.send(Queued::Call(id, text)).ok();
        Ok((id, answer))
    }

    /// Makes a request of the session's own; no answer if the connection is lost. Who gives up leaves nothing behind.
    pub(crate) async fn ask(&self, generation: u32, request: Request<'_>) -> Option<Reply> {
        let (id, answer) = self.send(generation, request).ok()?;
        let _question = Question { shared: self, id };
        answer.await.ok()?.ok()
    }

    /// Sends a request whose answer nobody needs; without a connection it is not sent.
    pub(crate) fn notify<R: rpc::Request>(&self, handle: i64, request: &R) {
        self.notify_raw(handle, R::METHOD, &request::params(request));
    }

    /// Sends a request whose answer nobody needs, already encoded.
    pub(crate) fn notify_raw(&self, handle: i64, method: Method, params: &str) {
        let link = &mut *self.link.lock();
        if let Some(outbox) = &link.outbox {
            let id = link.calls.next_id();
            outbox.send(Queued::Notice(request::encode(id, handle, method.name, params, false))).ok();
        }
    }

    /// Destroys a session object, now or when there is a connection again.
    pub(crate) fn destroy(&self, generation: u32, doc: i64, id: &str) {
        let request = doc::DestroySessionObject::new(id);
        self.notify_app(
            generation,
            doc,
            <doc::DestroySessionObject as rpc::Request>::METHOD,
            request::params(&request),
        );
    }

    /// Sends something to the app, now or when there is a connection again.
    pub(crate) fn notify_app(&self, generation: u32, doc: i64, method: Method, params: String) {
        {
            let link = &mut *self.link.lock();
            if link.outbox.is_none() || link.generation != generation {
                return link.deferred.push((method, params));
            }
        }
        self.notify_raw(doc, method, &params);
    }

    /// What could not be sent to the app without a connection.
    pub(crate) fn take_deferred(&self) -> Vec<(Method, String)> {
        std::mem::take(&mut self.link.lock().deferred)
    }

    /// Stops waiting for an answer; whether the engine works on the request.
    pub(crate) fn abandon(&self, id: i64) -> bool {
        self.link.lock().calls.abandon(id)
    }

    /// How many calls wait for their answers.
    pub(crate) fn pending(&self) -> usize {
        self.link.lock().calls.len()
    }

    /// What of a batch is worth sending; notes that it is sent.
    pub(crate) fn sending(&self, batch: &mut Vec<Queued>) {
        let calls = &mut self.link.lock().calls;
        batch.retain(|queued| !matches!(queued, Queued::Call(id, _) if !calls.sent(*id)));
    }

    /// Takes a new connection into use; its number.
    pub(super) fn connect_link(&self, outbox: mpsc::UnboundedSender<Queued>) -> u32 {
        let link = &mut *self.link.lock();
        link.generation += 1;
        link.outbox = Some(outbox);
        link.closed = None;
        link.last_words = None;
        link.generation
    }

    /// Gives up the connection, if there is one: no call can begin any more. Who has waited is to be told once the
    /// phase says what comes next.
    pub(super) fn cut(&self, closed: &Closed, farewell: Option<Queued>) -> Option<Cut> {
        let link = &mut *self.link.lock();
        let outbox = link.outbox.take()?;
        if let Some(farewell) = farewell {
            outbox.send(farewell).ok();
        }
        link.closed = Some(closed.clone());
        link.cut = None;
        Some(link.calls.take())
    }

    /// Lets calls go out, if there still is a connection.
    pub(crate) fn open(&self) -> Result<(), Closed> {
        let link = self.link.lock();
        if link.outbox.is_none() {
            drop(link);
            return Err(self.last_closed());
        }
        // With the lock held: a connection that is lost now is lost to an open session.
        self.phase.send_if_modified(|phase| {
            let over = phase.is_over();
            if !over {
                *phase = Phase::Open;
            }
            !over
        });
        match &*self.phase.borrow() {
            Phase::Ended(closed) => Err(closed.clone()),
            _ => Ok(()),
        }
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

    /// What a proxy said before it closed the connection.
    pub(super) fn last_words(&self) -> Option<String> {
        self.link.lock().last_words.take()
    }

    /// Notes what learns when the tasks of the connection are over, and what tells them that it is given up.
    pub(crate) fn set_ends(&self, over: watch::Receiver<()>, cut: oneshot::Sender<Infallible>) {
        let link = &mut *self.link.lock();
        link.over = Some(over);
        link.cut = Some(cut);
    }

    /// Waits until the tasks of the connection are over.
    pub(crate) async fn over(&self) {
        let over = self.link.lock().over.clone();
        if let Some(mut over) = over {
            // The only news is that nobody is left to send any.
            over.changed().await.ok();
        }
    }
}
