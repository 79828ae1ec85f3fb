//! What the page and the program say to each other.

use qix_client::Json;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request of the page.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
pub(crate) enum Command {
    /// Open a session.
    Connect,
    /// Close the session.
    Disconnect,
    /// Call a method of an open object.
    Call {
        /// The page that asks.
        page: String,
        handle: i64,
        method: String,
        params: Value,
    },
    /// Drop a call, so that the engine cancels it.
    Cancel { call: usize },
    /// Write a call as Rust.
    Code { ask: u64, handle: i64, method: String, params: Value },
}

/// What the program tells all pages.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum Event {
    /// The whole state, for a page that has just been opened.
    Hello { target: String, status: Status, objects: Vec<ObjectNode>, history: Vec<Entry>, traffic: usize },
    /// The connection has changed.
    Status { status: Status },
    /// An object was opened, or more is known about it.
    Opened { object: ObjectNode },
    /// Data of objects is stale.
    Changed { handles: Vec<i64>, call: Option<usize> },
    /// Objects are closed.
    Closed { handles: Vec<i64> },
    /// A call was sent.
    Started { entry: Entry },
    /// A call has an answer.
    Answered { entry: Entry },
    /// The engine reports the progress of a call.
    Progress { call: usize, data: Json },
    /// The engine has sent a notification.
    Notification { name: String, params: Json },
    /// The number of messages in the log.
    Traffic { count: usize },
    /// A call as Rust.
    Code { ask: u64, code: Option<String>, error: Option<String> },
    /// A recording was replayed.
    Replayed { calls: usize, different: usize, skipped: Vec<String> },
}

/// The state of the connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub(crate) enum Status {
    Disconnected {
        /// Why, unless the user wanted it.
        reason: Option<String>,
    },
    Connecting,
    Connected,
}

/// An object in the tree.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ObjectNode {
    pub(crate) handle: i64,
    pub(crate) class: &'static str,
    pub(crate) kind: Option<String>,
    pub(crate) id: Option<String>,
    /// The object whose method returned it.
    pub(crate) parent: Option<i64>,
    /// The call that returned it.
    pub(crate) call: Option<usize>,
}

/// A call in the history.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) call: usize,
    /// The page that requested it.
    pub(crate) page: String,
    pub(crate) handle: i64,
    pub(crate) class: &'static str,
    pub(crate) method: &'static str,
    pub(crate) params: Value,
    /// Microseconds until the answer.
    pub(crate) took: Option<u64>,
    /// The objects in the answer.
    pub(crate) opened: Vec<i64>,
    /// The objects that the call made stale.
    pub(crate) changed: Vec<i64>,
    pub(crate) outcome: Outcome,
}

/// The answer of a call.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    Pending,
    Result(Json),
    Error(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_form_that_the_page_reads() {
        let event = Event::Status { status: Status::Disconnected { reason: None } };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(text, r#"{"event":"status","status":{"state":"disconnected","reason":null}}"#);
        let result = serde_json::from_str("1.50").unwrap();
        let text = serde_json::to_string(&Outcome::Result(result)).unwrap();
        assert_eq!(text, r#"{"result":1.50}"#);
        let command: Command = serde_json::from_str(r#"{"do":"cancel","call":3}"#).unwrap();
        assert!(matches!(command, Command::Cancel { call: 3 }));
    }
}
