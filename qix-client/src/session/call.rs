//! One call, from its request to its response.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::FutureExt;
use qix_schema::rpc::{self, Closed, Effect, Method, ObjectHandle, RawAnswer, RawCall};
use qix_schema::{Error, ErrorKind, generic_object, global};
use tracing::Instrument;

use super::books::{Answer, Outcome, Reply};
use super::core::{NotSent, Object, Origin, Outbound, Passed, Phase, Place, Shared};
use super::follow::{self, ProgressListener, is_long_running};
use super::journal::{self, Noted};
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

/// A call within its timeout.
///
/// Most calls are plain: sent once, and answered with a result. Everything else is in a future of its own, in a box.
/// Hand-written, because the future of an `async` block takes twice the memory.
pub(crate) struct Making<'a> {
    object: &'a Object,
    /// Taken by the future that continues.
    call: Option<RawCall>,
    under_way: Option<Passed<'a>>,
    stage: Stage<'a>,
}

enum Stage<'a> {
    New,
    Plain(Waiting<'a>, Sent),
    /// A timer is larger than the rest of the call.
    Limited(Pin<Box<dyn Future<Output = Option<Outcome>> + Send + 'a>>, Limit, Sent),
    Other(Pin<Box<dyn Future<Output = Result<RawAnswer, Error>> + Send + 'a>>),
    Over,
}

impl<'a> Making<'a> {
    pub(crate) fn new(object: &'a Object, call: RawCall) -> Self {
        Self { object, call: Some(call), under_way: None, stage: Stage::New }
    }

    /// Sends the request, if the call is plain.
    fn start(&mut self) -> Result<Stage<'a>, Error> {
        let (object, shared) = (self.object, self.object.session());
        self.under_way = Some(shared.gate.pass().ok_or_else(|| over(Closed::by_client()))?);
        let call = self.call.as_ref().expect("a new call has not been taken");
        #[cfg(all(feature = "download", not(target_family = "wasm")))]
        super::download::tell(&call.options, shared.endpoint.as_ref());
        let limit = shared.settings.time_of(call.method, &call.options).map(Limit::from_now);
        let trace = Trace::begin(call, object, shared.settings.trace_payloads);
        let is_over = limit.is_some_and(|limit| limit.time.is_zero());
        if is_over || !trace.is_off() || shared.limits_calls() || is_long_running(call.method) {
            return Ok(self.other(limit, trace, None));
        }
        let exchange = Exchange { shared, object, call };
        Ok(match (exchange.send(exchange.wants_delta()), limit) {
            (Ok((waiting, sent)), None) => Stage::Plain(waiting, sent),
            (Ok((waiting, sent)), Some(limit)) => {
                let waiting = async move { platform::timeout_at(limit.end, waiting).await.ok() };
                Stage::Limited(Box::pin(waiting), limit, sent)
            }
            (Err(_), limit) => self.other(limit, Trace::off(), None),
        })
    }

    /// Continues in a future for calls of any kind.
    fn other(&mut self, limit: Option<Limit>, trace: Trace, first: Option<(Sent, Outcome)>) -> Stage<'a> {
        let call = self.call.take().expect("only one future continues");
        Stage::Other(Box::pin(any_kind(self.object, call, limit, trace, first)))
    }

    /// Goes on as far as possible.
    fn advance(&mut self, cx: &mut Context<'_>) -> Poll<Result<RawAnswer, Error>> {
        loop {
            let (limit, outcome) = match &mut self.stage {
                Stage::New => {
                    self.stage = self.start()?;
                    continue;
                }
                Stage::Plain(waiting, _) => (None, ready!(Pin::new(waiting).poll(cx))),
                Stage::Limited(waiting, limit, _) => match ready!(waiting.as_mut().poll(cx)) {
                    Some(outcome) => (Some(*limit), outcome),
                    None => return Poll::Ready(Err(ErrorKind::TimedOut(limit.time).into())),
                },
                Stage::Other(other) => return other.as_mut().poll(cx),
                Stage::Over => panic!("a call is polled after its end"),
            };
            let (Stage::Plain(_, sent) | Stage::Limited(_, _, sent)) = std::mem::replace(&mut self.stage, Stage::Over)
            else {
                unreachable!("only a request that was sent has an outcome")
            };
            match (outcome, &self.call) {
                (Ok(reply @ Reply::Result(..)), Some(call)) => {
                    let object = self.object;
                    Noted::new(object, sent.id, call).answered();
                    let exchange = Exchange { shared: object.session(), object, call };
                    return Poll::Ready(exchange.result(reply, &sent, &mut Trace::off()));
                }
                (outcome, _) => self.stage = self.other(limit, Trace::off(), Some((sent, outcome))),
            }
        }
    }

    /// Ends the call, in the order in which its parts depend on each other.
    fn end(&mut self) {
        if !matches!(self.stage, Stage::Over) {
            let id = match std::mem::replace(&mut self.stage, Stage::Over) {
                Stage::Plain(_, sent) | Stage::Limited(_, _, sent) => Some(sent.id),
                Stage::New | Stage::Other(_) | Stage::Over => None,
            };
            if let (Some(id), Some(call)) = (id, &self.call) {
                drop(Noted::new(self.object, id, call));
            }
        }
        self.under_way = None;
    }
}

impl Future for Making<'_> {
    type Output = Result<RawAnswer, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = ready!(self.advance(cx));
        self.end();
        Poll::Ready(outcome)
    }
}

impl Drop for Making<'_> {
    fn drop(&mut self) {
        self.end();
    }
}

/// Makes a call of any kind, whose first request may have been sent and answered.
async fn any_kind(
    object: &Object,
    call: RawCall,
    limit: Option<Limit>,
    trace: Trace,
    first: Option<(Sent, Outcome)>,
) -> Result<RawAnswer, Error> {
    let first = first.map(|(sent, outcome)| (Noted::new(object, sent.id, &call), sent, outcome));
    Exchange { shared: object.session(), object, call: &call }.run(limit, trace, first).await
}

/// The time that a call has.
#[derive(Clone, Copy)]
struct Limit {
    time: Duration,
    end: platform::Instant,
}

impl Limit {
    fn from_now(time: Duration) -> Self {
        // A time that ends after the end of time is long enough.
        const LONG: Duration = Duration::from_secs(86_400 * 365 * 30);
        Self { time, end: platform::Instant::now() + time.min(LONG) }
    }
}

#[derive(Clone, Copy)]
struct Exchange<'a, 'c> {
    shared: &'a Arc<Shared>,
    object: &'a Object,
    call: &'c RawCall,
}

/// A request that was sent, and the object on its connection.
struct Sent {
    id: i64,
    handle: i64,
    generation: u32,
    /// Whether the created object is destroyed when its last handle is dropped.
    owned: bool,
}

/// Why a request was not sent.
enum Unsent {
    NoConnection,
    Never(Error),
}

impl<'a> Exchange<'a, '_> {
    fn wants_delta(self) -> bool {
        let Self { shared, call, .. } = self;
        call.options.delta.unwrap_or_else(|| shared.settings.requests_delta(call.method)) && has_delta(call.method)
    }

    fn send(self, delta: bool) -> Result<(Waiting<'a>, Sent), Unsent> {
        let Self { shared, object, call } = self;
        let (generation, handle) = match object.place() {
            Place::At { generation, handle } => (generation, handle),
            Place::Lost(reason) => {
                return Err(Unsent::Never(ErrorKind::Lost { reason: reason.to_string() }.into()));
            }
        };
        let owned = shared.settings.owns(call.method, &call.options);
        let request = Outbound { handle, method: effective(call), params: &call.params, delta, owned };
        let entry = journal::entry(object, call);
        let sent = platform::at_once(|| shared.send(generation, request, entry));
        let (id, answer) = sent.map_err(|error| match error {
            NotSent::StateLost(lost) => Unsent::Never(ErrorKind::Unusable(Box::new((*lost).clone())).into()),
            NotSent::NoConnection => Unsent::NoConnection,
        })?;
        let waiting = Waiting { shared, id, answer, detached: call.options.detached };
        Ok((waiting, Sent { id, handle, generation, owned }))
    }

    fn result(self, reply: Reply, sent: &Sent, trace: &mut Trace) -> Result<RawAnswer, Error> {
        let Self { shared, object, call } = self;
        let answer = match reply {
            Reply::Result(text, range) => {
                let names_object = names_object(&text.as_ref()[range.clone()]);
                let answer = match text.into_short() {
                    Ok(text) if trace.is_off() => RawAnswer::within_string(text, range),
                    Ok(text) => trace.answer(text, range),
                    Err(text) => trace.answer(text, range),
                };
                let answer = answer.or_search(envelope::result_of);
                if names_object {
                    let Sent { generation, handle: parent, owned, .. } = *sent;
                    let origin = Origin { parent, method: call.method, params: call.params.clone(), owned };
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
        Ok(answer)
    }
}

impl<'a> Exchange<'a, 'a> {
    /// Makes the call within its time.
    async fn run(
        self,
        limit: Option<Limit>,
        mut trace: Trace,
        first: Option<(Noted<'a>, Sent, Outcome)>,
    ) -> Result<RawAnswer, Error> {
        let span = trace.span();
        let mut rest = None;
        let outcome = {
            let exchange = pin!(self.repeat(first, &mut rest, &mut trace).instrument(span));
            match limit {
                None => exchange.await,
                // A call whose time is over is not started.
                Some(Limit { time: Duration::ZERO, .. }) => Err(match self.shared.closed().now_or_never() {
                    Some(closed) => over(closed),
                    None => ErrorKind::TimedOut(Duration::ZERO).into(),
                }),
                Some(Limit { time, end }) => match platform::timeout_at(end, exchange).await {
                    Ok(outcome) => outcome,
                    Err(_) => Err(ErrorKind::TimedOut(time).into()),
                },
            }
        };
        if let Some(rest) = rest {
            // A response that arrived in time is not lost while the last progress is fetched.
            rest.await;
        }
        outcome.inspect_err(|error| trace.failed(error))
    }

    /// Sends requests until one is answered for good. `rest` is the progress of the call that is still to be fetched.
    async fn repeat(
        self,
        mut first: Option<(Noted<'a>, Sent, Outcome)>,
        rest: &mut Option<follow::Rest>,
        trace: &mut Trace,
    ) -> Result<RawAnswer, Error> {
        let Self { shared, object, call } = self;
        let long_running = is_long_running(call.method);
        let listener = call.options.extension::<ProgressListener>().filter(|_| long_running);
        let _slot = shared.slot().await;
        let mut delta = self.wants_delta();
        let mut repeats = 0;
        let mut attempts = Attempts::default();
        loop {
            if let Some(rest) = rest.take() {
                rest.await;
            }
            let (noted, sent, outcome) = match first.take() {
                Some(answered) => answered,
                None => {
                    if listener.is_some() {
                        follow::drop_rest(shared);
                    }
                    let (waiting, sent) = match self.send(delta) {
                        Ok(sent) => sent,
                        // It was not executed.
                        Err(Unsent::NoConnection) => {
                            Box::pin(connection(shared)).await?;
                            continue;
                        }
                        Err(Unsent::Never(error)) => return Err(error),
                    };
                    let (id, generation) = (sent.id, sent.generation);
                    let noted = Noted::new(object, id, call);
                    trace.asked(id, sent.handle, &call.params);
                    if long_running {
                        shared.unread.leave();
                    }
                    let outcome = match listener {
                        None => waiting.await,
                        Some(listener) => {
                            let answer = Box::pin(waiting);
                            let (outcome, left) = (listener.follow)(shared, generation, id, answer, listener).await;
                            *rest = Some(left);
                            outcome
                        }
                    };
                    trace.ended();
                    (noted, sent, outcome)
                }
            };
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
                    noted.answered();
                    return self.result(reply, &sent, trace);
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
    answer: Answer,
    detached: bool,
}

impl Future for Waiting<'_> {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = ready!(Pin::new(&mut self.answer).poll(cx));
        Poll::Ready(outcome.expect("the other end is kept until it is used"))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if !self.answer.is_taken() && self.shared.abandon(self.id) && !self.detached {
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
        assert!(size <= 240, "{size}");
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
