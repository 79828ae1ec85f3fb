//! One call, from its request to its answer.

use std::time::Instant;

use qix_schema::rpc::{Effect, Method, ObjectHandle, RawAnswer, RawCall};
use qix_schema::{EngineError, Error, ErrorCode, ErrorKind};
use serde::Deserialize;
use tokio::sync::oneshot;

use crate::hub::{Hub, Request};
use crate::protocol::{Body, envelope};
use crate::state::{Outcome, Reply, SessionObject};

/// Makes a call, within its time.
pub(crate) async fn make(hub: &Hub, handle: i64, call: &RawCall) -> Result<RawAnswer, Error> {
    let options = &call.options;
    let left = options.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let limit = match (options.timeout.or(hub.settings.timeout), left) {
        (Some(timeout), Some(left)) => Some(timeout.min(left)),
        (timeout, left) => timeout.or(left),
    };
    match limit {
        None => exchange(hub, handle, call).await,
        Some(limit) => match tokio::time::timeout(limit, exchange(hub, handle, call)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(ErrorKind::TimedOut(limit).into()),
        },
    }
}

async fn exchange(hub: &Hub, handle: i64, call: &RawCall) -> Result<RawAnswer, Error> {
    let _turn = hub.turn().await;
    let mut delta = call.options.delta.unwrap_or_else(|| hub.settings.asks_for_delta(call.method.name));
    delta &= has_delta(call.method);
    loop {
        let request = Request { handle, method: call.method, params: &call.params, delta };
        let sent = hub.send(request);
        let (id, answer) = sent.map_err(|closed| ErrorKind::Closed { closed, pending: false })?;
        let waiting = Waiting { hub, id, answer, detached: call.options.detached };
        match waiting.finish().await? {
            Reply::Message(text, Body::Result(range)) => {
                if hub.settings.owns(call.method)
                    && let Some((made, object)) = SessionObject::read(handle, &text.as_ref()[range.clone()])
                {
                    hub.own(made, object);
                }
                return Ok(RawAnswer::within(text, range).or_search(envelope::result_of));
            }
            Reply::Message(text, Body::Error(range)) => return Err(engine_error(&text.as_ref()[range]).into()),
            Reply::Message(..) if call.method.results.is_empty() => return Ok(RawAnswer::new("{}")),
            Reply::Message(..) => return Err(ErrorKind::NoResult.into()),
            Reply::Merged(merged) => return Ok(RawAnswer::new(merged.text())),
            // Asked for in whole, the answer is no difference.
            Reply::Misfit if delta => delta = false,
            Reply::Misfit => return Err(ErrorKind::NoResult.into()),
        }
    }
}

/// Whether the engine can say of a method's result what has changed. Properties are not worth the risk: they are
/// written back.
fn has_delta(method: Method) -> bool {
    method.effect == Effect::Read
        && matches!(method.results, [only] if *only != "qSuccess")
        && !matches!(method.name, "GetProperties" | "GetFullPropertyTree")
}

/// A call under way. Dropped before its answer, it tells the engine to give the request up.
struct Waiting<'a> {
    hub: &'a Hub,
    id: i64,
    answer: oneshot::Receiver<Outcome>,
    detached: bool,
}

impl Waiting<'_> {
    async fn finish(mut self) -> Result<Reply, ErrorKind> {
        let outcome = (&mut self.answer).await.expect("the other end is kept until it is used");
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
