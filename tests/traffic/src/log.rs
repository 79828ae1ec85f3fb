//! A parsed log: messages, calls, and objects.

use std::sync::Arc;

use crate::{Fault, Micros, Object, State};

/// Sender of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client.
    ToEngine,
    /// The engine.
    FromEngine,
}

/// Kind of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request: the first half of a call.
    Request {
        /// Index in [`Log::calls`].
        call: usize,
    },
    /// A response.
    Reply {
        /// ID of the request.
        id: i64,
        /// Index in [`Log::calls`]; `None` if there is no such request.
        call: Option<usize>,
    },
    /// A notification: a message with a method and no response.
    Notification {
        /// The method.
        method: Arc<str>,
    },
    /// A message without a method or an ID, for example with a change list only.
    Bare,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Line number in the log, from 1.
    pub line: usize,
    /// Time of the message.
    pub at: Option<Micros>,
    /// Sender.
    pub direction: Direction,
    /// Length in the log, in bytes.
    pub bytes: usize,
    /// Kind.
    pub kind: Kind,
    /// Objects that it reports as stale, as indexes in [`Log::objects`].
    pub change: Vec<usize>,
    /// Objects that it reports as closed.
    pub close: Vec<usize>,
    /// Objects that it reports as suspended.
    pub suspend: Vec<usize>,
    /// Whether it requests or contains a delta.
    pub delta: bool,
    /// Whether it contains the search string; `true` if there is none.
    pub found: bool,
    /// The message, abbreviated and redacted.
    pub text: String,
}

/// The error of a response, redacted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineError {
    /// Error code.
    pub code: i64,
    /// What the error refers to.
    pub parameter: String,
    /// Message.
    pub message: String,
}

/// Result of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The log contains no response.
    Unanswered,
    /// Success.
    Answered,
    /// Success, but the object does not exist.
    NotFound,
    /// Error.
    Failed(EngineError),
}

impl Outcome {
    /// Whether the call did not succeed.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotFound)
    }
}

/// A request and its response.
#[derive(Clone, Debug)]
pub struct Call {
    /// ID of the request.
    pub id: i64,
    /// Handle.
    pub handle: Option<i64>,
    /// Object of the handle, as an index in [`Log::objects`].
    pub object: Option<usize>,
    /// The method.
    pub method: Arc<str>,
    /// Request, as an index in [`Log::messages`].
    pub request: usize,
    /// Response, as an index in [`Log::messages`].
    pub reply: Option<usize>,
    /// Result.
    pub outcome: Outcome,
}

impl Call {
    /// Time between request and response, if the log contains times.
    #[must_use]
    pub fn took(&self, log: &Log) -> Option<Micros> {
        let reply = log.messages[self.reply?].at?;
        Some(reply.since(log.messages[self.request].at?))
    }
}

/// A parsed log; see [`Log::read`].
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The messages, in order.
    pub messages: Vec<Message>,
    /// The calls.
    pub calls: Vec<Call>,
    /// All objects that were open at any time.
    pub objects: Vec<Object>,
    /// Lines that could not be used completely.
    pub faults: Vec<Fault>,
    /// Size of the log, in bytes.
    pub bytes: u64,
}

impl Log {
    /// The objects that had a handle, in order.
    pub fn objects_of(&self, handle: i64) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |object| object.handle == handle)
    }

    /// The objects that are open at the end, without the global object.
    pub fn open_objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| object.state != State::Closed && object.handle != Object::GLOBAL)
    }

    /// Time of the last message, if the log contains times.
    #[must_use]
    pub fn duration(&self) -> Option<Micros> {
        let times = || self.messages.iter().filter_map(|message| message.at);
        Some(times().max()?.since(times().min()?))
    }

    /// The call that a message belongs to.
    #[must_use]
    pub fn call_of(&self, message: usize) -> Option<&Call> {
        match self.messages[message].kind {
            Kind::Request { call } | Kind::Reply { call: Some(call), .. } => Some(&self.calls[call]),
            _ => None,
        }
    }
}
