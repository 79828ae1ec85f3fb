//! A log in memory: its messages, the calls they make up, the objects they are about.

use std::sync::Arc;

use crate::{Fault, Micros, Object, State};

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The client.
    ToEngine,
    /// The engine.
    FromEngine,
}

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A request: the first half of a call.
    Request {
        /// The call, as a position in [`Log::calls`].
        call: usize,
    },
    /// A reply.
    Reply {
        /// The identifier it answers.
        id: i64,
        /// The call, as a position in [`Log::calls`]. `None`: nobody was waiting for it.
        call: Option<usize>,
    },
    /// A message with a method that expects no reply.
    Notification {
        /// The method.
        method: Arc<str>,
    },
    /// A message that answers nothing and names nothing, such as one with a list of changes only.
    Bare,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Message {
    /// Its line in the log, from 1.
    pub line: usize,
    /// When it passed.
    pub at: Option<Micros>,
    /// Who sent it.
    pub direction: Direction,
    /// Its length as it stands in the log.
    pub bytes: usize,
    /// What it is.
    pub kind: Kind,
    /// Objects that it says are stale, as positions in [`Log::objects`].
    pub change: Vec<usize>,
    /// Objects that it says are closed.
    pub close: Vec<usize>,
    /// Objects that it says are suspended.
    pub suspend: Vec<usize>,
    /// Whether it asks for patches, or carries some.
    pub delta: bool,
    /// Whether it holds the text that was looked for; true if none was.
    pub found: bool,
    /// The message, shortened and without secrets.
    pub text: String,
}

/// The error of a reply, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EngineError {
    /// The code.
    pub code: i64,
    /// What it is about.
    pub parameter: String,
    /// What went wrong.
    pub message: String,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No reply is in the log.
    Unanswered,
    /// With a result.
    Answered,
    /// With a result that says there is no such object.
    NotFound,
    /// With an error.
    Failed(EngineError),
}

impl Outcome {
    /// Whether the caller got something else than was asked for.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotFound)
    }
}

/// A request and its reply.
#[derive(Clone, Debug)]
pub struct Call {
    /// The identifier that pairs the two.
    pub id: i64,
    /// The handle it was sent to.
    pub handle: Option<i64>,
    /// The object behind the handle, as a position in [`Log::objects`].
    pub object: Option<usize>,
    /// The method.
    pub method: Arc<str>,
    /// The request, as a position in [`Log::messages`].
    pub request: usize,
    /// The reply.
    pub reply: Option<usize>,
    /// How it ended.
    pub outcome: Outcome,
}

impl Call {
    /// The time from the request to the reply, if the log has times.
    #[must_use]
    pub fn took(&self, log: &Log) -> Option<Micros> {
        let reply = log.messages[self.reply?].at?;
        Some(reply.since(log.messages[self.request].at?))
    }
}

/// A log: see [`Log::read`].
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Its messages, in order.
    pub messages: Vec<Message>,
    /// Requests, each with its reply.
    pub calls: Vec<Call>,
    /// The objects that were open at some time.
    pub objects: Vec<Object>,
    /// Lines that could not be used, or not wholly.
    pub faults: Vec<Fault>,
    /// The length of the log.
    pub bytes: u64,
}

impl Log {
    /// The objects that had a handle, one after the other.
    pub fn objects_of(&self, handle: i64) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |object| object.handle == handle)
    }

    /// The objects that are open at the end, without the global one.
    pub fn open_objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(|object| object.state != State::Closed && object.handle != Object::GLOBAL)
    }

    /// The time of the last message, if the log has times.
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
