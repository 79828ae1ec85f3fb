//! Tracing spans and events of calls, which cost nothing without a subscriber.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use qix_schema::Error;
use qix_schema::rpc::{Instant, RawAnswer, RawCall};
use tracing::Span;
use tracing::field::Empty;

use super::core::Object;
use crate::record::redact;

/// Maximum number of characters of a payload.
const EXCERPT: usize = 10_000;

/// What a trace contains of a payload. The function is not part of a program that traces none.
pub(crate) type Excerpt = fn(&str) -> String;

/// The span of a call, if enabled.
pub(crate) struct Trace(Option<Box<Active>>);

struct Active {
    span: Span,
    payloads: Option<Excerpt>,
    begun: Instant,
    /// When the unanswered request was queued.
    asked: Option<Instant>,
    /// How long the engine has been processing requests of the call.
    engine: Duration,
}

impl Trace {
    /// Starts the trace of a call.
    pub(crate) fn begin(call: &RawCall, object: &Object, payloads: Option<Excerpt>) -> Self {
        let span = tracing::debug_span!(
            "qix.call",
            class = call.method.class,
            method = call.method.name,
            object = object.handle().id.as_deref(),
            app = Empty,
            handle = Empty,
            id = Empty,
            request_bytes = call.params.len(),
            answer_bytes = Empty,
            waiting_us = Empty,
            engine_us = Empty,
            decoding_us = Empty,
        );
        if span.is_disabled() {
            return Self(None);
        }
        if let Some(app) = object.session().doc().as_ref().and_then(|doc| doc.id.as_deref()) {
            span.record("app", app);
        }
        Self(Some(Box::new(Active { span, payloads, begun: Instant::now(), asked: None, engine: Duration::ZERO })))
    }

    /// The span of the call.
    pub(crate) fn span(&self) -> Span {
        self.0.as_ref().map_or_else(Span::none, |told| told.span.clone())
    }

    /// A request is being sent.
    pub(crate) fn asked(&mut self, id: i64, handle: i64, params: &str) {
        let Some(told) = &mut self.0 else { return };
        told.asked = Some(Instant::now());
        told.span.record("id", id).record("handle", handle);
        tracing::debug!("called");
        if let Some(excerpt) = told.payloads {
            tracing::trace!(params = excerpt(params), "request");
        }
    }

    /// The request was answered, or never will be.
    pub(crate) fn ended(&mut self) {
        if let Some(told) = &mut self.0 {
            told.engine += told.asked.take().map_or(Duration::ZERO, |asked| asked.elapsed());
        }
    }

    /// Wraps a response to measure the time of decoding it.
    pub(crate) fn answer<T: AsRef<str> + Send + Sync + 'static>(&mut self, text: T, range: Range<usize>) -> RawAnswer {
        let Some(told) = &mut self.0 else { return RawAnswer::within(text, range) };
        told.note_times();
        told.span.record("answer_bytes", range.len());
        if let Some(excerpt) = told.payloads {
            let result = excerpt(text.as_ref().get(range.clone()).unwrap_or_default());
            told.span.in_scope(|| tracing::trace!(result, "answer"));
        }
        let read = Read { text, span: told.span.clone(), arrived: Instant::now(), begun: AtomicU64::new(0) };
        RawAnswer::within(read, range)
    }

    /// Records a failed call.
    pub(crate) fn failed(mut self, error: &Error) {
        self.ended();
        if let Some(told) = &self.0 {
            told.note_times();
            told.span.in_scope(|| tracing::debug!(%error, "failed"));
        }
    }
}

impl Active {
    fn note_times(&self) {
        let waiting = self.begun.elapsed().saturating_sub(self.engine);
        self.span.record("waiting_us", micros(waiting)).record("engine_us", micros(self.engine));
    }
}

/// The text of a response while it is decoded.
struct Read<T> {
    text: T,
    span: Span,
    arrived: Instant,
    /// When it was last borrowed, in microseconds after its arrival: decoding starts with that.
    begun: AtomicU64,
}

impl<T: AsRef<str>> AsRef<str> for Read<T> {
    fn as_ref(&self) -> &str {
        self.begun.store(micros(self.arrived.elapsed()), Ordering::Relaxed);
        self.text.as_ref()
    }
}

impl<T> Drop for Read<T> {
    fn drop(&mut self) {
        let decoding = micros(self.arrived.elapsed()).saturating_sub(*self.begun.get_mut());
        self.span.record("decoding_us", decoding);
        self.span.in_scope(|| tracing::debug!("answered"));
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// The beginning of a payload, without secrets.
pub(super) fn excerpt(json: &str) -> String {
    let mut text = redact::hidden(json);
    if let Some((end, _)) = text.char_indices().nth(EXCERPT) {
        text.truncate(end);
        text.push('…');
    }
    text
}
