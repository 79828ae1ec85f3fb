//! One call, from its request to its answer.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use qix_schema::rpc::{Effect, Method, ObjectHandle, RawAnswer, RawCall, Remote};
use qix_schema::{EngineError, Error, ErrorCode, ErrorKind};
use serde::Deserialize;
use tokio::sync::oneshot;
use tracing::Instrument;

use crate::ext::progress;
use crate::protocol::envelope;
use crate::session::books::{Outcome, Reply};
use crate::session::core::{Binder, Object, Origin, Place};
use crate::session::core::{Hub, Request};
use crate::session::follow::{self, Unread};
use crate::session::retry::Attempts;
use crate::session::trace::Trace;

/// How often a call that only reads is made again because its connection was lost.
const REPEATS: usize = 3;

/// Answers that name objects are short.
const NAMES_OBJECT: usize = 8192;

/// Makes a call, within its time.
///
/// What is rare on the way is boxed, so that the future of a call stays below the size (1,032 bytes with glibc) up to
/// which memory is had at once.
pub(crate) async fn make(hub: &Arc<Hub>, object: &Object, call: &RawCall) -> Result<RawAnswer, Error> {
    let _under_way = hub.begin_call().map_err(|closed| ErrorKind::Closed { closed, pending: false })?;
    let limit = hub.settings.time_of(&call.options);
    let mut trace = Trace::begin(call, hub.settings.trace_payloads);
    let span = trace.span();
    let mut rest = None;
    let outcome = {
        let exchange = Exchange { hub, object, call, rest: &mut rest, trace: &mut trace }.run().instrument(span);
        let exchange = pin!(exchange);
        match limit {
            None => exchange.await,
            // What is too late is not begun.
            Some(Duration::ZERO) => Err(match hub.ended().now_or_never() {
                Some(closed) => ErrorKind::Closed { closed, pending: false }.into(),
                None => ErrorKind::TimedOut(Duration::ZERO).into(),
            }),
            Some(limit) => match tokio::time::timeout(limit, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err(ErrorKind::TimedOut(limit).into()),
            },
        }
    };
    if let Some(rest) = rest {
        // An answer that has come in time is not lost over the last question.
        Box::pin(rest.ask()).await;
    }
    outcome.inspect_err(|error| trace.failed(error))
}

struct Exchange<'a> {
    hub: &'a Arc<Hub>,
    object: &'a Object,
    call: &'a RawCall,
    /// What is still to be asked about the progress of the call.
    rest: &'a mut Option<follow::Rest>,
    trace: &'a mut Trace,
}

impl Exchange<'_> {
    async fn run(self) -> Result<RawAnswer, Error> {
        let Self { hub, object, call, .. } = self;
        let listener = progress::listener(call.method);
        let _turn = hub.turn().await;
        let mut delta = call.options.delta.unwrap_or_else(|| hub.settings.asks_for_delta(call.method.name));
        delta &= has_delta(call.method);
        let mut repeats = 0;
        let mut attempts = Attempts::default();
        loop {
            if let Some(rest) = self.rest.take() {
                Box::pin(rest.ask()).await;
            }
            let (generation, handle) = match object.place() {
                Place::At { generation, handle } => (generation, handle),
                Place::Lost(reason) => return Err(ErrorKind::Lost { reason: reason.to_string() }.into()),
            };
            if listener.is_some() {
                Unread::drop_rest(hub);
            }
            let request = Request { handle, method: call.method, params: &call.params, delta };
            let Ok((id, answer)) = hub.send(generation, request) else {
                // Not sent, so that nothing can have happened.
                resumption(hub).await?;
                continue;
            };
            self.trace.asked(id, handle, &call.params);
            let waiting = Waiting { hub, id, answer, detached: call.options.detached };
            if progress::is_told(call.method) {
                hub.unread.leave();
            }
            let outcome = match &listener {
                None => waiting.finish().await,
                Some(listener) => {
                    let answer = waiting.finish();
                    let following = Box::pin(follow::follow(hub, generation, id, answer, listener.clone()));
                    let (outcome, rest) = following.await;
                    *self.rest = Some(rest);
                    outcome
                }
            };
            self.trace.ended();
            match outcome {
                Ok(Reply::Misfit) if delta => delta = false,
                Ok(Reply::Error(text, range)) => {
                    let error = engine_error(&text.as_ref()[range]);
                    if !Box::pin(attempts.again(hub, call.method, &error)).await {
                        return Err(error.into());
                    }
                    tracing::debug!(method = call.method.name, code = error.code.0, "the call is made again");
                }
                Ok(reply) => return self.result(reply, generation, handle),
                Err(ended) if !ended.pending_write && repeats < REPEATS => {
                    repeats += 1;
                    resumption(hub).await?;
                }
                Err(ended) => {
                    return Err(ErrorKind::Closed { closed: ended.closed, pending: ended.pending_write }.into());
                }
            }
        }
    }

    fn result(self, reply: Reply, generation: u32, handle: i64) -> Result<RawAnswer, Error> {
        let Self { hub, object, call, trace, .. } = self;
        let answer = match reply {
            Reply::Result(text, range) => {
                let names_object = names_object(&text.as_ref()[range.clone()]);
                let answer = trace.answer(text, range).or_search(envelope::result_of);
                if names_object {
                    let origin = Origin { parent: handle, method: call.method.name, params: call.params.clone() };
                    let caller = object.handle().clone();
                    answer.bound_by(Arc::new(Binder { hub: Arc::clone(hub), caller, generation, origin }))
                } else {
                    answer
                }
            }
            Reply::Nothing if call.method.results.is_empty() => trace.answer("{}", 0..2),
            Reply::Merged(merged) => {
                let text = merged.text();
                let range = 0..text.len();
                trace.answer(text, range)
            }
            // Asked for in whole, an answer is no difference.
            Reply::Nothing | Reply::Error(..) | Reply::Misfit => return Err(ErrorKind::NoResult.into()),
        };
        if call.method.effect == Effect::Write
            && let Some(memory) = &mut *object.memory()
        {
            memory.note(call.method.name, &call.params);
        }
        Ok(answer)
    }
}

/// Waits until there is a connection again.
async fn resumption(hub: &Hub) -> Result<(), ErrorKind> {
    Box::pin(hub.ready()).await.map_err(|closed| ErrorKind::Closed { closed, pending: false })
}

/// Whether the engine can say of a method's result what has changed. Properties are not worth the risk: they are
/// written back.
fn has_delta(method: Method) -> bool {
    method.effect == Effect::Read
        && matches!(method.results, [only] if *only != "qSuccess")
        && !matches!(method.name, "GetProperties" | "GetFullPropertyTree")
}

/// Whether a result may name an object of the engine.
fn names_object(result: &str) -> bool {
    // Most small answers hold plain values, which is seen faster.
    let holds_members = result.as_bytes().get(1..).is_some_and(|rest| rest.contains(&b'{'));
    result.len() < NAMES_OBJECT && holds_members && result.contains("\"qHandle\"")
}

/// A call under way. Dropped before its answer, it tells the engine to give the request up.
struct Waiting<'a> {
    hub: &'a Hub,
    id: i64,
    answer: oneshot::Receiver<Outcome>,
    detached: bool,
}

impl Waiting<'_> {
    async fn finish(mut self) -> Outcome {
        (&mut self.answer).await.expect("the other end is kept until it is used")
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.answer.is_terminated() && self.hub.abandon(self.id) && !self.detached {
            tracing::debug!(id = self.id, "given up");
            let params = format!(r#"{{"qRequestId":{}}}"#, self.id);
            self.hub.order(ObjectHandle::GLOBAL, "CancelRequest", &params);
        }
    }
}

pub(crate) fn engine_error(text: &str) -> EngineError {
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

#[cfg(test)]
mod tests {
    use qix_schema::rpc::CallOptions;

    use super::*;
    use crate::config::Settings;

    #[test]
    fn a_call_is_small() {
        let hub = Hub::new(None, Settings::default());
        let object = Object::global(&hub);
        let method = Method { class: "Doc", name: "Evaluate", effect: Effect::Read, results: &["qReturn"] };
        let call = RawCall { method, params: "{}".to_owned(), options: CallOptions::default() };
        assert!(size_of_val(&*object.invoke(call)) <= 1032);
    }

    #[test]
    fn a_result_that_may_name_an_object_is_told_from_others() {
        assert!(names_object(r#"{"qReturn":{"qType":"Field","qHandle":2}}"#));
        assert!(names_object(r#"{"a":[{"qHandle":2}]}"#));
        for plain in ["", "7", "{}", r#"{"qReturn":"{"}"#, r#"{"qReturn":{"handle":2}}"#] {
            assert!(!names_object(plain), "{plain}");
        }
    }
}
