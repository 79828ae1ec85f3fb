//! What the engine has received, for assertions in tests.

use serde_json::Value;

/// A request received by the engine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// The number of its socket, see [`Upgrade::connection`].
    pub connection: u64,
    /// The client's ID of the request.
    pub id: Value,
    /// The handle; -1 is the global handle.
    pub handle: i64,
    /// The method, without its class.
    pub method: String,
    /// The parameters as they were sent, a list or an object.
    pub params: Value,
    /// Whether the client requested a delta.
    pub delta: bool,
}

/// The HTTP request that opened a socket.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Upgrade {
    /// The number of the socket; increasing, not necessarily by one.
    pub connection: u64,
    /// Path and query as they were sent.
    pub target: String,
    /// Headers in their original order, with names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Upgrade {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
