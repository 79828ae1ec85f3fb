//! What can go wrong with a call.

use std::fmt;
use std::time::Duration;

use crate::error_codes;
use crate::rpc::{Closed, Effect, Method, ObjectHandle, Retry};
use crate::wire::DecodeError;

/// A call that failed: why, and which call it was.
///
/// The message holds the whole cause, so that [`source`](std::error::Error::source) returns nothing. `Debug` shows the
/// message as well, for `main` functions that return an error and for `unwrap`; `{:#?}` shows the fields.
pub struct Error {
    kind: Box<ErrorKind>,
    call: Option<Box<(Method, ObjectHandle)>>,
    retry: Option<Retry>,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The engine answered with an error.
    #[error("{0}")]
    Engine(EngineError),
    /// The engine knows no such object; it says so by an answer without a handle.
    #[error("the engine has no such object; check the name or identifier")]
    NotFound,
    /// The engine answered with an object of another class.
    #[error("the engine answered with a {found}, not a {expected}; check the identifier")]
    WrongClass {
        /// The class that the method returns.
        expected: &'static str,
        /// The class that came.
        found: String,
    },
    /// The answer is not of the form that the schema gives it.
    #[error("the answer does not decode {0}; is the engine of another version than the schema?")]
    Decode(DecodeError),
    /// The parameters could not be written as JSON.
    #[error("the parameters cannot be written as JSON: {0}")]
    Encode(serde_json::Error),
    /// No answer came in time.
    #[error("no answer within {0:?}; allow more time, or check whether the engine is busy")]
    TimedOut(Duration),
    /// The engine's answer has neither a result nor an error, though the method has results.
    #[error("the engine's answer has neither a result nor an error; repeat the call if it only reads")]
    NoResult,
    /// The connection ended before the answer came, or had ended before the call.
    #[error("no connection, {closed}{}", what_next(closed, *.pending))]
    Closed {
        /// Who ended it, and why.
        closed: Closed,
        /// Whether the call is a write that had been sent: the engine may have carried it out.
        pending: bool,
    },
    /// The object did not come back when the connection did.
    #[error("the object is gone since the connection was lost: {reason}; get it again")]
    Lost {
        /// What became of it.
        reason: String,
    },
    /// What was asked for beyond a single call, such as rows, a selection or a reload, does not come about; the error
    /// inside says why.
    #[error("{0}")]
    Unusable(Box<dyn std::error::Error + Send + Sync>),
    /// There is no connection: connecting failed, which is not the failure of a call.
    #[error("{0}")]
    Connect(Box<dyn std::error::Error + Send + Sync>),
    /// Whatever carries the calls failed.
    #[error("{0}")]
    Transport(Box<dyn std::error::Error + Send + Sync>),
}

fn what_next(closed: &Closed, pending: bool) -> &'static str {
    match closed.retry() {
        _ if pending => "; the engine may have carried out the call, look before you repeat it",
        Retry::Now => "; connect again",
        Retry::Later => "; connect again after a while",
        Retry::No => "",
    }
}

/// An error that the engine answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EngineError {
    /// The code.
    pub code: ErrorCode,
    /// What the error is about: often the parameter, or the name that is not there.
    pub parameter: String,
    /// The engine's text.
    pub message: String,
}

impl EngineError {
    /// An error with a code.
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

/// The number of an engine error; the schema's names are constants of [`error_codes`](crate::error_codes).
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
    /// The schema's name of the code.
    pub fn name(self) -> Option<&'static str> {
        error_codes::NAMES.iter().find(|(code, _)| *code == self).map(|(_, name)| *name)
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
    /// Why the call failed.
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The method that was called, if the error belongs to a call.
    pub fn method(&self) -> Option<Method> {
        self.call.as_ref().map(|call| call.0)
    }

    /// The object that was called, if the error belongs to a call.
    pub fn object(&self) -> Option<&ObjectHandle> {
        self.call.as_ref().map(|call| &call.1)
    }

    /// The error that the engine answered with, if it did.
    pub fn engine(&self) -> Option<&EngineError> {
        if let ErrorKind::Engine(error) = self.kind() { Some(error) } else { None }
    }

    /// How the connection ended, if that is why the call failed.
    pub fn closed(&self) -> Option<&Closed> {
        if let ErrorKind::Closed { closed, .. } = self.kind() { Some(closed) } else { None }
    }

    /// Whether the engine has no such object: an answer without a handle, or the code for "not found".
    pub fn is_not_found(&self) -> bool {
        match self.kind() {
            ErrorKind::NotFound => true,
            ErrorKind::Engine(error) => error.code == error_codes::GENERIC_NOT_FOUND,
            _ => false,
        }
    }

    /// The error inside of [`ErrorKind::Unusable`], [`ErrorKind::Connect`] or [`ErrorKind::Transport`], if it is of a type.
    ///
    /// ```
    /// use qix_schema::{Error, ErrorKind};
    ///
    /// let error = Error::from(ErrorKind::Transport(Box::new(std::io::Error::other("lost"))));
    /// assert!(error.downcast_ref::<std::io::Error>().is_some());
    /// ```
    pub fn downcast_ref<E: std::error::Error + 'static>(&self) -> Option<&E> {
        match self.kind() {
            ErrorKind::Unusable(error) | ErrorKind::Connect(error) | ErrorKind::Transport(error) => {
                error.downcast_ref()
            }
            _ => None,
        }
    }

    /// Whether it makes sense to make the call again, without changing it.
    ///
    /// A write whose answer is missing is not worth a repetition: the engine may have carried it out. Calls wait while a
    /// session reconnects by itself; if the connection ended for good, making the call again needs a new session.
    pub fn retry(&self) -> Retry {
        let writes = self.method().is_some_and(|method| method.effect == Effect::Write);
        match self.kind() {
            _ if self.retry.is_some() => self.retry.unwrap_or(Retry::No),
            ErrorKind::Engine(error) => match error.code {
                error_codes::GENERIC_ABORTED => Retry::Now,
                error_codes::RELOAD_IN_PROGRESS | error_codes::HC_MODAL_OBJECT_ERROR => Retry::Later,
                _ => Retry::No,
            },
            ErrorKind::TimedOut(_) | ErrorKind::NoResult | ErrorKind::Transport(_) if !writes => Retry::Later,
            ErrorKind::Closed { closed, pending: false } => closed.retry(),
            _ => Retry::No,
        }
    }

    /// Whether the same call can succeed later: [`retry`](Self::retry) is not [`Retry::No`].
    pub fn is_transient(&self) -> bool {
        self.retry() != Retry::No
    }

    /// Says whether it makes sense to make the call again, for errors that a program makes itself.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Says which call failed, unless that is known already.
    #[must_use]
    pub fn of_call(mut self, method: Method, object: &ObjectHandle) -> Self {
        self.call.get_or_insert_with(|| Box::new((method, object.clone())));
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self { kind: Box::new(kind), call: None, retry: None }
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

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !f.alternate() {
            return fmt::Display::fmt(self, f);
        }
        f.debug_struct("Error").field("kind", &self.kind).field("call", &self.call).finish_non_exhaustive()
    }
}

impl std::error::Error for Error {}
