//! One call, from its request to its response.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use qix_schema::rpc::{self, Closed, Effect, Method, ObjectHandle, RawAnswer, RawCall};
use qix_schema::{Error, ErrorKind, generic_object, global};
use tokio::sync::oneshot;
use tracing::Instrument;

use super::books::{Outcome, Reply};
use super::core::{NotSent, Object, Origin, Outbound, Phase, Place, Shared};
use super::follow::{self, ProgressListener, is_long_running};
use super::journal;
use super::remote::Binder;
use super::retry::Attempts;
use super::trace::Trace;
use crate::config::Temporary;
use crate::platform;
use crate::protocol::answer::engine_error;
use crate::protocol::envelope;

/// How often a read is retried because its connection was lost.
const REPEATS: usize = 3;

/// Responses with objects are short.
const NAMES_OBJECT: usize = 8192;

/// Makes a call within its timeout.
///
/// Rare parts are boxed, so that the future stays below the size (1,032 bytes with glibc) up to which the allocator has
/// a fast path.
pub(crate) async fn make(shared: &Arc<Shared>, object: &Object, call: &RawCall) -> Result<RawAnswer, Error> {
    let _under_way = shared.begin_call().map_err(over)?;
    #[cfg(all(feature = "download", not(target_family = "wasm")))]
    super::download::tell(&call.options, shared.endpoint.as_ref());
    let limit = shared.settings.time_of(call.method, &call.options);
    let mut trace = Trace::begin(call, object, shared.settings.trace_payloads);
    let span = trace.span();
    let mut rest = None;
    let outcome = {
        let exchange = Exchange { shared, object, call, rest: &mut rest, trace: &mut trace }.run().instrument(span);
        let exchange = pin!(exchange);
        match limit {
            None => exchange.await,
            // A call whose time is over is not started.
            Some(Duration::ZERO) => Err(match shared.closed().now_or_never() {
                Some(closed) => over(closed),
                None => ErrorKind::TimedOut(Duration::ZERO).into(),
            }),
            Some(limit) => match platform::timeout(limit, exchange).await {
                Ok(outcome) => outcome,
                Err(_) => Err(ErrorKind::TimedOut(limit).into()),
            },
        }
    };
    if let Some(rest) = rest {
        // A response that arrived in time is not lost while the last progress is fetched.
        rest.await;
    }
    outcome.inspect_err(|error| trace.failed(error))
}

struct Exchange<'a> {
    shared: &'a Arc<Shared>,
    object: &'a Object,
    call: &'a RawCall,
    /// The progress of the call that is still to be fetched.
    rest: &'a mut Option<follow::Rest>,
    trace: &'a mut Trace,
}

impl Exchange<'_> {
    async fn run(self) -> Result<RawAnswer, Error> {
        let Self { shared, object, call, .. } = self;
        let long_running = is_long_running(call.method);
        let listener = call.options.extension::<ProgressListener>().filter(|_| long_running);
        let _slot = shared.slot().await;
        let mut delta = call.options.delta.unwrap_or_else(|| shared.settings.requests_delta(call.method));
        delta &= has_delta(call.method);
        let owned = shared.settings.owns(call.method, &call.options);
        let mut repeats = 0;
        let mut attempts = Attempts::default();
        loop {
            if let Some(rest) = self.rest.take() {
                rest.await;
            }
            let (generation, handle) = match object.place() {
                Place::At { generation, handle } => (generation, handle),
                Place::Lost(reason) => return Err(ErrorKind::Lost { reason: reason.to_string() }.into()),
            };
            if listener.is_some() {
                follow::drop_rest(shared);
            }
            let sent = shared
                .send(generation, Outbound { handle, method: effective(call), params: &call.params, delta, owned });
            let (id, answer) = match sent {
                Ok(sent) => sent,
                Err(NotSent::StateLost(lost)) => return Err(ErrorKind::Unusable(Box::new((*lost).clone())).into()),
                // It was not executed.
                Err(NotSent::NoConnection) => {
                    Box::pin(connection(shared)).await?;
                    continue;
                }
            };
            let noted = journal::note(object, id, call);
            self.trace.asked(id, handle, &call.params);
            let waiting = Waiting { shared, id, answer, detached: call.options.detached };
            if long_running {
                shared.unread.leave();
            }
            let outcome = match listener {
                None => waiting.finish().await,
                Some(listener) => {
                    let answer = Box::pin(waiting.finish());
                    let (outcome, rest) = (listener.follow)(shared, generation, id, answer, listener).await;
                    *self.rest = Some(rest);
                    outcome
                }
            };
            self.trace.ended();
            match outcome {
                Ok(Reply::Misfit) if delta => delta = false,
                Ok(Reply::Error(text, range)) => {
                    noted.refused();
                    let error = engine_error(&text.as_ref()[range]);
                    if !Box::pin(attempts.again(shared, call.method, &error)).await {
                        return Err(error.into());
                    }
                    tracing::debug!(method = call.method.name, code = error.code.0, "the call is retried");
                }
                Ok(reply) => {
                    noted.answered(&reply);
                    return self.result(reply, generation, handle, owned);
                }
                Err(ended) if !ended.pending_write && repeats < REPEATS => {
                    noted.refused();
                    repeats += 1;
                    resumption(shared).await?;
                }
                Err(ended) => {
                    noted.cut_off();
                    let reconnecting = shared.phase().borrow().closed().is_none();
                    let (closed, pending) = (ended.closed, ended.pending_write);
                    return Err(ErrorKind::Closed { closed, pending, reconnecting }.into());
                }
            }
        }
    }

    fn result(self, reply: Reply, generation: u32, handle: i64, owned: bool) -> Result<RawAnswer, Error> {
        let Self { shared, object, call, trace, .. } = self;
        let answer = match reply {
            Reply::Result(text, range) => {
                let names_object = names_object(&text.as_ref()[range.clone()]);
                let answer = trace.answer(text, range).or_search(envelope::result_of);
                if names_object {
                    let origin = Origin { parent: handle, method: call.method, params: call.params.clone(), owned };
                    let caller = object.handle().clone();
                    answer.bound_by(Arc::new(Binder { shared: Arc::clone(shared), caller, generation, origin }))
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
            // A complete response was requested, so this is not a delta.
            Reply::Nothing | Reply::Error(..) | Reply::Misfit => return Err(ErrorKind::NoResult.into()),
        };
        if call.method.effect == Effect::Write
            && let Some(recipe) = &mut *object.recipe()
        {
            recipe.note(call.method, &call.params);
        }
        Ok(answer)
    }
}

/// The method of a call. Creating a temporary object has no lasting effect, so it can be repeated.
fn effective(call: &RawCall) -> Method {
    match call.options.extension::<Temporary>() {
        None => call.method,
        Some(_) => Method::new(call.method.class, call.method.name, Effect::Read, call.method.results),
    }
}

/// Waits for a connection, or resumes the session.
async fn connection(shared: &Arc<Shared>) -> Result<(), Error> {
    let is_disconnected = matches!(*shared.phase().borrow(), Phase::Disconnected(_));
    if let (true, Some(resume), Some(_)) = (is_disconnected, shared.hooks.resume, &shared.endpoint) {
        resume(shared).await?;
        return Ok(());
    }
    resumption(shared).await
}

/// Waits until there is a connection again.
async fn resumption(shared: &Shared) -> Result<(), Error> {
    Box::pin(shared.ready()).await.map_err(over)
}

/// The error of a call in a session without a connection, which does not get one by itself.
fn over(closed: Closed) -> Error {
    ErrorKind::Closed { closed, pending: false, reconnecting: false }.into()
}

/// Methods of several classes whose results are properties.
const PROPERTIES: [&str; 2] = [
    <generic_object::GetProperties as rpc::Request>::METHOD.name,
    <generic_object::GetFullPropertyTree as rpc::Request>::METHOD.name,
];

/// Whether the engine supports deltas for a method. Properties are excluded because they are written back.
/// written back.
fn has_delta(method: Method) -> bool {
    method.effect == Effect::Read
        && matches!(method.results, [only] if *only != "qSuccess")
        && !PROPERTIES.contains(&method.name)
}

/// Whether a result may contain an object of the engine.
fn names_object(result: &str) -> bool {
    // Most small responses contain plain values, which is detected faster.
    let holds_members = result.as_bytes().get(1..).is_some_and(|rest| rest.contains(&b'{'));
    result.len() < NAMES_OBJECT && holds_members && result.contains("\"qHandle\"")
}

/// A pending call. If it is dropped before its response, the client asks the engine to cancel the request.
struct Waiting<'a> {
    shared: &'a Shared,
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
        if !self.answer.is_terminated() && self.shared.abandon(self.id) && !self.detached {
            tracing::debug!(id = self.id, "given up");
            self.shared.notify(ObjectHandle::GLOBAL, &global::CancelRequest::new(self.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use qix_schema::rpc::Remote;

    use super::*;
    use crate::config::Settings;
    use crate::session::core::Hooks;

    #[test]
    fn a_call_is_small() {
        let shared = Shared::new(None, Settings::default(), Hooks::default());
        let object = Object::global(&shared);
        let method = Method::new("Doc", "Evaluate", Effect::Read, &["qReturn"]);
        let call = RawCall::new(method, "{}");
        let size = size_of_val(&*object.invoke(call));
        assert!(size <= 1032, "{size}");
    }

    #[test]
    fn a_result_that_can_name_an_object_is_recognized() {
        assert!(names_object(r#"{"qReturn":{"qType":"Field","qHandle":2}}"#));
        assert!(names_object(r#"{"a":[{"qHandle":2}]}"#));
        for plain in ["", "7", "{}", r#"{"qReturn":"{"}"#, r#"{"qReturn":{"handle":2}}"#] {
            assert!(!names_object(plain), "{plain}");
        }
    }
}
