//! What the engine has received, for tests that want to look.

use serde_json::Value;

/// A request that the engine has received.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// The number of the socket it came over, see [`Upgrade::connection`].
    pub connection: u64,
    /// The client's id of the request.
    pub id: Value,
    /// The handle it was for; -1 is the global one.
    pub handle: i64,
    /// The method, without its class.
    pub method: String,
    /// The parameters as they came, a list or an object.
    pub params: Value,
    /// Whether the client asked for the difference only.
    pub delta: bool,
}

/// The HTTP request that a socket began with.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Upgrade {
    /// The number of the socket; counts up, not necessarily by one.
    pub connection: u64,
    /// Path and query as they came.
    pub target: String,
    /// Headers in the order they came, names in lower case.
    pub headers: Vec<(String, String)>,
}

impl Upgrade {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}
