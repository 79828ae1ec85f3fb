//! Errors of calls.

use std::fmt;
use std::time::Duration;

use crate::error_codes;
use crate::rpc::{Closed, ClosedBy, Effect, Method, ObjectHandle, Retry};
use crate::wire::DecodeError;

/// A failed call: the reason, the method, and the object.
///
/// The message contains the whole cause, so [`source`](std::error::Error::source) returns `None`. `{:?}` prints the
/// message as well, for `unwrap` and for `main` functions that return an error; `{:#?}` prints the fields.
pub struct Error {
    kind: Box<ErrorKind>,
    call: Option<Box<FailedCall>>,
    retry: Option<Retry>,
}

#[derive(Debug)]
struct FailedCall {
    method: Method,
    object: ObjectHandle,
    /// The parameters, if the call looks something up.
    sought: Option<String>,
}

/// The reason of a failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The engine returned an error.
    #[error("{0}")]
    Engine(EngineError),
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
    Decode(DecodeError),
    /// The parameters could not be encoded as JSON.
    #[error("cannot encode the parameters as JSON: {0}")]
    Encode(serde_json::Error),
    /// The call timed out.
    #[error("no response within {0:?}; increase the timeout, or check whether the engine is busy")]
    TimedOut(Duration),
    /// The response has neither a result nor an error, although the method has results.
    #[error("the response has neither a result nor an error; retry the call if it only reads")]
    NoResult,
    /// The connection was lost or closed before the response arrived, or before the call.
    #[error("no connection, {closed}{}", what_next(closed, *.pending, *.reconnecting))]
    Closed {
        /// How the connection was closed.
        closed: Closed,
        /// Whether the call is a write that was sent, so the engine may have executed it.
        pending: bool,
        /// Whether the session reconnects by itself, so that later calls can succeed.
        reconnecting: bool,
    },
    /// The object was not restored after the connection was lost.
    #[error("the object is gone since the connection was lost: {reason}; get it again")]
    Lost {
        /// The reason.
        reason: String,
    },
    /// An operation of several calls, such as reading rows, selecting, or reloading, failed; the inner error is the
    /// reason.
    #[error("{0}")]
    Unusable(Box<dyn std::error::Error + Send + Sync>),
    /// Connecting failed, so that no call was made.
    #[error("{0}")]
    Connect(Box<dyn std::error::Error + Send + Sync>),
    /// The transport failed.
    #[error("{0}")]
    Transport(Box<dyn std::error::Error + Send + Sync>),
}

fn what_next(closed: &Closed, pending: bool, reconnecting: bool) -> String {
    let general = match closed.retry() {
        _ if pending => "; the engine may have executed the call; check before you retry",
        _ if reconnecting => "; the session reconnects by itself; retry the call",
        _ if closed.by == ClosedBy::Client => "",
        Retry::Later => "; later, resume the session or open a new one",
        Retry::Now | Retry::No => "; resume the session, or open a new one",
    };
    match closed.code.advice().filter(|_| closed.by == ClosedBy::Engine && !pending && !reconnecting) {
        Some(advice) => format!("; {advice}{general}"),
        None => general.to_owned(),
    }
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
        let (codes, names) = crate::error_codes::PACKED;
        names.lines().nth(codes.iter().position(|code| *code == self.0)?)
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
        self.call.as_ref().map(|call| call.method)
    }

    /// The object of the call, if the error belongs to a call.
    pub fn object(&self) -> Option<&ObjectHandle> {
        self.call.as_ref().map(|call| &call.object)
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
            ErrorKind::Engine(error) => error.code == error_codes::GENERIC_NOT_FOUND,
            _ => false,
        }
    }

    /// The inner error of [`ErrorKind::Unusable`], [`ErrorKind::Connect`], or [`ErrorKind::Transport`], if it has this
    /// type.
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

    /// Whether to retry the call as it is.
    ///
    /// A write without a response is not retried, because the engine may have executed it. Calls wait while a session
    /// reconnects; after its connection is closed for good, a retry needs a new session.
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
            ErrorKind::Closed { pending: false, reconnecting: true, .. } => Retry::Later,
            ErrorKind::Closed { closed, pending: false, .. } => closed.retry(),
            _ => Retry::No,
        }
    }

    /// Whether the same call can succeed later: [`retry`](Self::retry) does not return [`Retry::No`].
    pub fn is_transient(&self) -> bool {
        self.retry() != Retry::No
    }

    /// Sets what [`retry`](Self::retry) returns, for errors that a program creates.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Adds the method and the object, unless they are already set.
    #[must_use]
    pub fn of_call(mut self, method: Method, object: &ObjectHandle) -> Self {
        self.call.get_or_insert_with(|| Box::new(FailedCall { method, object: object.clone(), sought: None }));
        self
    }

    /// Adds the parameters to an error of the engine.
    pub(crate) fn about(mut self, sought: Option<String>) -> Self {
        let is_about = matches!(self.kind(), ErrorKind::NotFound | ErrorKind::Engine(_));
        if let Some(call) = self.call.as_mut().filter(|_| is_about) {
            call.sought = sought;
        }
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
        if let Some(FailedCall { method, object, sought }) = self.call.as_deref() {
            write!(f, "{method} of {object}")?;
            if let Some(sought) = sought {
                write!(f, " with `{sought}`")?;
            }
            f.write_str(": ")?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rpc::CloseCode;

    fn failed(kind: ErrorKind, effect: Effect) -> Error {
        let method = Method::new("Doc", "Something", effect, &[]);
        Error::from(kind).of_call(method, &ObjectHandle::new("Doc", 1))
    }

    #[test]
    fn a_call_is_worth_a_retry_if_nothing_can_have_happened() {
        let engine = |code| Error::from(EngineError::new(code, "", "")).retry();
        assert_eq!(engine(error_codes::GENERIC_ABORTED), Retry::Now);
        assert_eq!(engine(error_codes::RELOAD_IN_PROGRESS), Retry::Later);
        assert_eq!(engine(error_codes::GENERIC_NOT_FOUND), Retry::No);
        let late = || ErrorKind::TimedOut(Duration::from_secs(1));
        assert_eq!(failed(late(), Effect::Read).retry(), Retry::Later);
        assert_eq!(failed(late(), Effect::Write).retry(), Retry::No);
        let lost = |pending| {
            let closed = Closed::new(ClosedBy::Network, CloseCode::LOST, "");
            failed(ErrorKind::Closed { closed, pending, reconnecting: false }, Effect::Write)
        };
        assert_eq!((lost(false).retry(), lost(true).retry()), (Retry::Now, Retry::No));
        assert_eq!(Error::from(ErrorKind::NotFound).with_retry(Retry::Later).retry(), Retry::Later);
    }

    #[test]
    fn the_message_of_a_closed_connection_says_what_helps() {
        let advice = |closed: Closed, pending, reconnecting| {
            let known = format!("no connection, {closed}");
            let error = Error::from(ErrorKind::Closed { closed, pending, reconnecting });
            error.to_string().strip_prefix(&known).unwrap().to_owned()
        };
        let by_engine = |code| Closed::new(ClosedBy::Engine, CloseCode(code), "");
        for reconnecting in [false, true] {
            let pending = advice(by_engine(1012), true, reconnecting);
            assert_eq!(pending, "; the engine may have executed the call; check before you retry");
        }
        assert_eq!(advice(by_engine(1012), false, true), "; the session reconnects by itself; retry the call");
        assert_eq!(advice(by_engine(1012), false, false), "; resume the session, or open a new one");
        assert_eq!(advice(by_engine(4001), false, false), "; resume the session, or open a new one");
        assert_eq!(
            advice(by_engine(4005), false, false),
            "; close other sessions of the user; resume the session, or open a new one"
        );
        assert_eq!(advice(by_engine(1013), false, false), "; later, resume the session or open a new one");
        assert_eq!(advice(Closed::by_client(), false, false), "");
    }

    #[test]
    fn a_cause_is_printed_once() {
        let cause = std::io::Error::other("no network");
        let error = Error::from(ErrorKind::Transport(Box::new(cause)));
        assert_eq!((error.to_string(), format!("{error:?}")), ("no network".to_owned(), "no network".to_owned()));
        assert!(std::error::Error::source(&error).is_none());
        assert!(format!("{error:#?}").contains("Transport"));
        assert!(error.downcast_ref::<std::io::Error>().is_some());
    }
}
