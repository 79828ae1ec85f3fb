//! The way out: requests, and waiting for their answers.

use std::convert::Infallible;

use qix_schema::rpc::{CloseCode, Closed, ClosedBy};
use tokio::sync::{mpsc, oneshot, watch};

use super::{Hub, Phase, Queued, Request, lock};
use crate::protocol::request;
use crate::session::books::{Cut, Outcome, Purpose, Reply};

/// A request that could not be sent: there is no connection, or it is another one by now.
#[derive(Debug)]
pub(crate) struct NotSent;

/// Is not waited for any more once it is dropped.
struct Question<'a> {
    hub: &'a Hub,
    id: i64,
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.hub.abandon(self.id);
    }
}

impl Hub {
    /// The number of the connection.
    pub(crate) fn generation(&self) -> u32 {
        lock(&self.line).generation
    }

    /// Puts a request on its way, if the connection is still the one that its handle belongs to.
    pub(crate) fn send(
        &self,
        generation: u32,
        request: Request<'_>,
    ) -> Result<(i64, oneshot::Receiver<Outcome>), NotSent> {
        let Request { handle, method, params, delta } = request;
        let key = (handle, method.name);
        let purpose = match delta && lock(&self.deltas).useful(key) {
            true => Purpose::Delta(key),
            false if self.settings.owns(method) => Purpose::SessionObject { doc: handle },
            false => Purpose::Answer,
        };
        let line = &mut *lock(&self.line);
        let Some(outbox) = line.outbox.as_ref().filter(|_| line.generation == generation) else { return Err(NotSent) };
        let id = line.calls.next_id();
        let text = request::encode(id, handle, method.name, params, matches!(purpose, Purpose::Delta(_)));
        let answer = line.calls.wait(id, method.effect, purpose);
        // A writer that is gone has ended, or is about to end, all calls.
        outbox.send(Queued::Call(id, text)).ok();
        Ok((id, answer))
    }

    /// Makes a request of the session's own; no answer if the connection is lost. Who gives up leaves nothing behind.
    pub(crate) async fn ask(&self, generation: u32, request: Request<'_>) -> Option<Reply> {
        let (id, answer) = self.send(generation, request).ok()?;
        let _question = Question { hub: self, id };
        answer.await.ok()?.ok()
    }

    /// Sends a request whose answer nobody needs; without a connection there is nobody to tell.
    pub(crate) fn order(&self, handle: i64, method: &str, params: &str) {
        let line = &mut *lock(&self.line);
        if let Some(outbox) = &line.outbox {
            let id = line.calls.next_id();
            outbox.send(Queued::Order(request::encode(id, handle, method, params, false))).ok();
        }
    }

    /// Destroys a session object, now or when there is a connection again.
    pub(crate) fn destroy(&self, generation: u32, doc: i64, id: &str) {
        let params = format!(r#"{{"qId":{}}}"#, serde_json::Value::from(id));
        self.order_of_app(generation, doc, "DestroySessionObject", params);
    }

    /// Orders something of the app, now or when there is a connection again.
    pub(crate) fn order_of_app(&self, generation: u32, doc: i64, method: &'static str, params: String) {
        {
            let line = &mut *lock(&self.line);
            if line.outbox.is_none() || line.generation != generation {
                return line.put_off.push((method, params));
            }
        }
        self.order(doc, method, &params);
    }

    /// What was ordered of the app without a connection.
    pub(crate) fn take_put_off(&self) -> Vec<(&'static str, String)> {
        std::mem::take(&mut lock(&self.line).put_off)
    }

    /// Stops waiting for an answer; whether the engine works on the request.
    pub(crate) fn abandon(&self, id: i64) -> bool {
        lock(&self.line).calls.abandon(id)
    }

    /// How many calls wait for their answers.
    pub(crate) fn pending(&self) -> usize {
        lock(&self.line).calls.len()
    }

    /// What of a batch is worth sending; notes that it is sent.
    pub(crate) fn sending(&self, batch: &mut Vec<Queued>) {
        let calls = &mut lock(&self.line).calls;
        batch.retain(|queued| !matches!(queued, Queued::Call(id, _) if !calls.sent(*id)));
    }

    /// Takes a new connection into use; its number.
    pub(super) fn connect_line(&self, outbox: mpsc::UnboundedSender<Queued>) -> u32 {
        let line = &mut *lock(&self.line);
        line.generation += 1;
        line.outbox = Some(outbox);
        line.closed = None;
        line.last_words = None;
        line.generation
    }

    /// Gives up the connection, if there is one: no call can begin any more. Who has waited is to be told once the
    /// phase says what comes next.
    pub(super) fn cut(&self, closed: &Closed, farewell: Option<Queued>) -> Option<Cut> {
        let line = &mut *lock(&self.line);
        let outbox = line.outbox.take()?;
        if let Some(farewell) = farewell {
            outbox.send(farewell).ok();
        }
        line.closed = Some(closed.clone());
        line.cut = None;
        Some(line.calls.take())
    }

    /// Lets calls go out, if there still is a connection.
    pub(crate) fn open(&self) -> Result<(), Closed> {
        let line = lock(&self.line);
        if line.outbox.is_none() {
            drop(line);
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
        lock(&self.line).outbox.is_some()
    }

    /// How the last connection ended.
    pub(crate) fn last_closed(&self) -> Closed {
        let closed = lock(&self.line).closed.clone();
        closed.unwrap_or_else(|| Closed::new(ClosedBy::Network, CloseCode::LOST, ""))
    }

    /// What a proxy said before it closed the connection.
    pub(super) fn last_words(&self) -> Option<String> {
        lock(&self.line).last_words.take()
    }

    /// Notes what learns when the tasks of the connection are over, and what tells them that it is given up.
    pub(crate) fn set_ends(&self, over: watch::Receiver<()>, cut: oneshot::Sender<Infallible>) {
        let line = &mut *lock(&self.line);
        line.over = Some(over);
        line.cut = Some(cut);
    }

    /// Waits until the tasks of the connection are over.
    pub(crate) async fn over(&self) {
        let over = lock(&self.line).over.clone();
        if let Some(mut over) = over {
            // The only news is that nobody is left to send any.
            over.changed().await.ok();
        }
    }
}
