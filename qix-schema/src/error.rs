//! Errors of calls.

use std::fmt;
use std::time::Duration;

use crate::rpc::{Closed, Method, ObjectHandle};
use crate::wire::DecodeError;

/// A failed call: the reason, the method, and the object.
#[derive(Debug)]
pub struct Error {
    kind: Box<ErrorKind>,
    call: Option<Box<(Method, ObjectHandle)>>,
}

/// The reason of a failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The engine returned an error.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The object does not exist. Engines report it with a response that contains no handle.
    #[error("the engine has no such object; check the name or identifier")]
    NotFound,
    /// The engine returned an object of another class.
    #[error("the engine returned a {found} instead of a {expected}; check the ID")]
    WrongClass {
        /// The expected class.
        expected: &'static str,
        /// The class that the engine returned.
        found: String,
    },
    /// The response does not match the schema.
    #[error("cannot decode the response {0}; check whether the engine version matches the schema")]
    Decode(#[source] DecodeError),
    /// The parameters could not be encoded as JSON.
    #[error("cannot encode the parameters as JSON: {0}")]
    Encode(#[source] serde_json::Error),
    /// The call timed out.
    #[error("no response within {0:?}; increase the timeout, or check whether the engine is busy")]
    TimedOut(Duration),
    /// The response has neither a result nor an error, although the method has results.
    #[error("the response has neither a result nor an error; retry the call if it only reads")]
    NoResult,
    /// The connection was lost or closed before the response arrived, or before the call.
    #[error("no connection, {closed}{}", may_have_happened(*.pending))]
    Closed {
        /// How the connection was closed.
        closed: Closed,
        /// Whether the call is a write that was sent, so the engine may have executed it.
        pending: bool,
    },
    /// The object was not restored after the connection was lost.
    #[error("the object is gone since the connection was lost: {reason}; get it again")]
    Lost {
        /// The reason.
        reason: String,
    },
    /// An operation of several calls, such as reading rows, selecting, or reloading, failed; the inner error is the
    /// reason.
    #[error(transparent)]
    Unusable(Box<dyn std::error::Error + Send + Sync>),
    /// The transport failed.
    #[error(transparent)]
    Transport(Box<dyn std::error::Error + Send + Sync>),
}

fn may_have_happened(pending: bool) -> &'static str {
    if pending { "; the engine may have executed the call; check before you retry" } else { "" }
}

/// An error returned by the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineError {
    /// Error code.
    pub code: ErrorCode,
    /// What the error refers to, often a parameter or an unknown name.
    pub parameter: String,
    /// Message of the engine.
    pub message: String,
}

impl EngineError {
    /// Creates an error with a code.
    pub fn new(code: ErrorCode, parameter: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code, parameter: parameter.into(), message: message.into() }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "engine error {}", self.code)?;
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if self.parameter.is_empty() { Ok(()) } else { write!(f, " ({})", self.parameter) }
    }
}

impl std::error::Error for EngineError {}

/// An error code of the engine. The names in the schema are constants in [`error_codes`](crate::error_codes).
///
/// ```
/// use qix_schema::{ErrorCode, error_codes};
///
/// assert_eq!(ErrorCode(15), error_codes::GENERIC_ABORTED);
/// assert_eq!(ErrorCode(15).to_string(), "15 LOCERR_GENERIC_ABORTED");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(pub i64);

impl ErrorCode {
    /// The name of the code in the schema.
    pub fn name(self) -> Option<&'static str> {
        crate::error_codes::NAMES.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => write!(f, "{} {name}", self.0),
            None => self.0.fmt(f),
        }
    }
}

impl Error {
    /// The reason of the failure.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The method that failed, if the error belongs to a call.
    pub fn method(&self) -> Option<Method> {
        self.call.as_ref().map(|call| call.0)
    }

    /// The object of the call, if the error belongs to a call.
    pub fn object(&self) -> Option<&ObjectHandle> {
        self.call.as_ref().map(|call| &call.1)
    }

    /// The error returned by the engine, if any.
    pub fn engine(&self) -> Option<&EngineError> {
        if let ErrorKind::Engine(error) = self.kind() { Some(error) } else { None }
    }

    /// How the connection was closed, if that is the reason of the failure.
    pub fn closed(&self) -> Option<&Closed> {
        if let ErrorKind::Closed { closed, .. } = self.kind() { Some(closed) } else { None }
    }

    /// Whether the object does not exist: the response contains no handle, or the error code is "not found".
    pub fn is_not_found(&self) -> bool {
        match self.kind() {
            ErrorKind::NotFound => true,
            ErrorKind::Engine(error) => error.code == crate::error_codes::GENERIC_NOT_FOUND,
            _ => false,
        }
    }

    /// Adds the method and the object, unless they are already set.
    #[must_use]
    pub fn of_call(mut self, method: Method, object: &ObjectHandle) -> Self {
        self.call.get_or_insert_with(|| Box::new((method, object.clone())));
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind), call: None }
    }
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        ErrorKind::Engine(error).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((method, object)) = self.call.as_deref() {
            write!(f, "{method} of {object}: ")?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&*self.kind)
    }
}
