//! How a connection was closed.

use std::fmt;

/// How a connection to an engine was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed {
    /// The side that closed the connection.
    pub by: ClosedBy,
    /// Code of the WebSocket close frame.
    pub code: CloseCode,
    /// Reason in the close frame: often JSON such as `{"code":"QEP-104","traceId":"…"}`, or empty.
    pub reason: String,
}

/// The side that closed a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// This program.
    Client,
    /// The engine, or a proxy in front of it, with a close frame.
    Engine,
    /// Neither side: the connection was lost without a close frame.
    Network,
}

/// A WebSocket close code.
///
/// ```
/// use qix_schema::rpc::{CloseCode, Retry};
///
/// let code = CloseCode(4204);
/// assert_eq!(code.to_string(), "4204 app not found or deleted");
/// assert_eq!(code.retry(), Retry::No);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(pub u16);

/// Whether to reconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Immediately.
    Now,
    /// After a delay.
    Later,
    /// Not until something changes: the URL, the permissions, or the app.
    No,
}

impl Closed {
    /// Creates a value with a code and a reason.
    pub fn new(by: ClosedBy, code: CloseCode, reason: impl Into<String>) -> Self {
        Self { by, code, reason: reason.into() }
    }

    /// Closed by this program.
    pub fn by_client() -> Self {
        Self::new(ClosedBy::Client, CloseCode::NORMAL, "")
    }

    /// Whether to reconnect.
    pub fn retry(&self) -> Retry {
        if self.by == ClosedBy::Client { Retry::No } else { self.code.retry() }
    }
}

impl CloseCode {
    /// Normal closure.
    pub const NORMAL: Self = Self(1000);
    /// Lost without a close frame.
    pub const LOST: Self = Self(1006);
    /// Closed by the client to suspend the session.
    pub const SUSPENDED: Self = Self(4000);

    /// The meaning of the code.
    pub fn meaning(self) -> Option<&'static str> {
        Some(match self.0 {
            1000 => "normal closure",
            1001 => "the server is going away",
            1002 => "WebSocket protocol error",
            1003 => "unsupported data",
            1006 => "lost without a close frame",
            1007 => "invalid data",
            1008 => "policy violation",
            1009 => "message too big",
            1011 => "server error",
            1012 => "the server is restarting",
            1013 => "the server is overloaded",
            4000 => "suspended by the client",
            4001 => "idle timeout",
            4002 => "license renewal",
            4003 => "the engine is terminating",
            4004 => "app deleted or moved",
            4005 => "too many sessions",
            4006 => "authentication failed",
            4007 => "the mode of the app changed",
            4200 => "engine proxy error",
            4201 => "client timeout",
            4202 => "malformed request",
            4203 => "no permission",
            4204 => "app not found or deleted",
            4205 => "too many requests",
            4206 => "network error",
            4210 | 4211 => "a service that the engine needs failed",
            4220 => "engine error",
            4222 => "no session reservation",
            4230 => "too many open apps in the organization",
            4240 => "no engine is available",
            _ => return None,
        })
    }

    /// What to do about the reason, if it can be removed: an instruction such as `check the credentials`.
    pub fn advice(self) -> Option<&'static str> {
        Some(match self.0 {
            1008 | 4203 => "check what the user may access",
            1009 => "send less in one call",
            4002 => "check the license",
            4004 | 4204 => "check the ID of the app",
            4005 => "close other sessions of the user",
            4006 => "check the credentials",
            4202 => "check the URL",
            4205 => "send fewer requests at once",
            4230 => "close other apps",
            _ => return None,
        })
    }

    /// Whether to reconnect.
    pub fn retry(self) -> Retry {
        match self.0 {
            1001 | 1006 | 1012 | 4003 | 4007 => Retry::Now,
            1011 | 1013 | 4200 | 4201 | 4205 | 4206 | 4210..=4240 => Retry::Later,
            _ => Retry::No,
        }
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meaning() {
            Some(meaning) => write!(f, "{} {meaning}", self.0),
            None => self.0.fmt(f),
        }
    }
}

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.by {
            ClosedBy::Client => write!(f, "closed by this program")?,
            ClosedBy::Engine => write!(f, "closed by the engine: {}", self.code)?,
            ClosedBy::Network => write!(f, "{}", self.code)?,
        }
        if !self.reason.is_empty() {
            write!(f, " ({})", self.reason)?;
        }
        Ok(())
    }
}
