//! Objects of the engine, as handles of a session.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use qix_schema::rpc::{Method, ObjectHandle, RawAnswer, RawCall, Remote};
use qix_schema::{EngineError, Error, ErrorCode, ErrorKind};
use serde::Deserialize;
use tokio::sync::{oneshot, watch};

use crate::hub::{Hub, Request};
use crate::protocol::{Body, envelope};
use crate::state::{Outcome, Reply, Signal};

/// An object that calls can go to.
pub(crate) struct Object {
    hub: Arc<Hub>,
    handle: ObjectHandle,
    signal: watch::Receiver<Signal>,
}

impl Object {
    /// The object that a handle stands for, the same for all who hold it.
    pub(crate) fn bind(hub: &Arc<Hub>, handle: ObjectHandle) -> Arc<Self> {
        let number = handle.handle;
        hub.handles().bind(number, |signal| Arc::new(Self { hub: Arc::clone(hub), handle, signal }))
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        self.hub.handles().release(self.handle.handle);
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}

#[async_trait]
impl Remote for Object {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        let request = Request {
            handle: self.handle.handle,
            method: call.method.name,
            params: &call.params,
            effect: call.method.effect,
        };
        let sent = self.hub.send(request);
        let (id, answer) = sent.map_err(|closed| ErrorKind::Closed { closed, pending: false })?;
        let waiting = Waiting { hub: &self.hub, id, answer, detached: call.options.detached };
        let reply = waiting.finish(call.options.timeout.or(self.hub.timeout)).await?;
        read(reply, call.method)
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Self::bind(&self.hub, object)
    }

    fn handle(&self) -> &ObjectHandle {
        &self.handle
    }

    fn invalidations(&self) -> u64 {
        self.signal.borrow().invalidations
    }

    async fn invalidated(&self, seen: u64) -> Option<u64> {
        let mut signal = self.signal.clone();
        let news = signal.wait_for(|signal| signal.closed || signal.invalidations > seen).await;
        // The sender goes with the last holder of the object, and that is not before this call ends.
        let news = *news.ok()?;
        (!news.closed).then_some(news.invalidations)
    }
}

/// A call under way. Dropped before its answer, it tells the engine to give the request up.
struct Waiting<'a> {
    hub: &'a Hub,
    id: i64,
    answer: oneshot::Receiver<Outcome>,
    detached: bool,
}

impl Waiting<'_> {
    async fn finish(mut self, timeout: Option<Duration>) -> Result<Reply, ErrorKind> {
        let outcome = match timeout {
            None => (&mut self.answer).await,
            Some(limit) => match tokio::time::timeout(limit, &mut self.answer).await {
                Ok(outcome) => outcome,
                Err(_) => return Err(ErrorKind::TimedOut(limit)),
            },
        };
        let outcome = outcome.expect("the other end is kept until it is used");
        outcome.map_err(|ended| ErrorKind::Closed { closed: ended.closed, pending: ended.pending_write })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.hub.abandon(self.id) && !self.detached {
            let params = format!(r#"{{"qRequestId":{}}}"#, self.id);
            self.hub.order(ObjectHandle::GLOBAL, "CancelRequest", &params);
        }
    }
}

/// What an answer brings.
fn read(reply: Reply, method: Method) -> Result<RawAnswer, Error> {
    match reply.body {
        Body::Result(range) => Ok(RawAnswer::within(reply.text, range).or_search(envelope::result_of)),
        Body::Error(range) => Err(engine_error(&reply.text.as_ref()[range]).into()),
        _ if method.results.is_empty() => Ok(RawAnswer::new("{}")),
        _ => Err(ErrorKind::NoResult.into()),
    }
}

fn engine_error(text: &str) -> EngineError {
    #[derive(Deserialize)]
    struct Wire {
        code: i64,
        #[serde(default)]
        parameter: Option<String>,
        #[serde(default)]
        message: Option<String>,
    }
    match serde_json::from_str::<Wire>(text) {
        Ok(wire) => {
            EngineError::new(ErrorCode(wire.code), wire.parameter.unwrap_or_default(), wire.message.unwrap_or_default())
        }
        // An error of another form is an error all the same.
        Err(_) => EngineError::new(ErrorCode(0), "", text),
    }
}
