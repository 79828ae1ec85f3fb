//! How a connection ended.

use std::fmt;

/// How a connection to an engine ended: who closed it, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Closed {
    /// Who closed it.
    pub by: ClosedBy,
    /// The code of the WebSocket's close frame.
    pub code: CloseCode,
    /// The text that came with the code: often JSON such as `{"code":"QEP-104","traceId":"…"}`, or empty.
    pub reason: String,
}

/// Who ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// This program.
    Client,
    /// The engine, or a proxy before it, by a close frame.
    Engine,
    /// Nobody: the connection was lost without a close frame.
    Network,
}

/// The code of a close frame.
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

/// Whether it makes sense to connect again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// At once.
    Now,
    /// After a while.
    Later,
    /// Not without a change: of the address, the rights, the app.
    No,
}

impl Closed {
    /// An end by someone, with a code and its text.
    pub fn new(by: ClosedBy, code: CloseCode, reason: impl Into<String>) -> Self {
        Self { by, code, reason: reason.into() }
    }

    /// An end by this program.
    pub fn by_client() -> Self {
        Self::new(ClosedBy::Client, CloseCode::NORMAL, "")
    }

    /// Whether it makes sense to connect again.
    pub fn retry(&self) -> Retry {
        if self.by == ClosedBy::Client { Retry::No } else { self.code.retry() }
    }
}

impl CloseCode {
    /// Closed on purpose.
    pub const NORMAL: Self = Self(1000);
    /// Lost without a close frame.
    pub const LOST: Self = Self(1006);
    /// Closed by the client in order to go on later.
    pub const SUSPENDED: Self = Self(4000);

    /// What the code means.
    pub fn meaning(self) -> Option<&'static str> {
        Some(match self.0 {
            1000 => "closed on purpose",
            1001 => "the server goes away",
            1002 => "WebSocket protocol error",
            1003 => "kind of data not accepted",
            1006 => "lost without a close frame",
            1007 => "data does not fit its kind",
            1008 => "against the server's policy",
            1009 => "message too big",
            1011 => "error in the server",
            1012 => "the server restarts",
            1013 => "the server is overloaded",
            4000 => "suspended by the client",
            4001 => "idle for too long",
            4002 => "license renewal",
            4003 => "the engine terminates",
            4004 => "app deleted or moved",
            4005 => "too many sessions",
            4006 => "authentication failed",
            4007 => "the app changed its mode",
            4200 => "error in the engine's proxy",
            4201 => "time-out of the client",
            4202 => "malformed request",
            4203 => "no permission",
            4204 => "app not found or deleted",
            4205 => "too many requests",
            4206 => "network error",
            4210 | 4211 => "a service that the engine needs failed",
            4220 => "error in the engine",
            4222 => "no reservation of a session",
            4230 => "too many open apps in the organisation",
            4240 => "no engine is available",
            _ => return None,
        })
    }

    /// Whether it makes sense to connect again.
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
