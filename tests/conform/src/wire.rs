//! The messages of a session, as they were on the wire.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;

use crate::fact::Trouble;

/// A recording in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wire(Arc<Mutex<Vec<u8>>>);

/// A request and its response.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) response: Value,
    /// Size of the response in bytes.
    pub(crate) bytes: usize,
    /// The messages without an ID that arrived between the request and the response.
    pub(crate) between: Vec<Value>,
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Wire {
    /// Drops what was recorded.
    pub(crate) fn clear(&self) {
        if let Ok(mut recorded) = self.0.lock() {
            recorded.clear();
        }
    }

    /// Waits until a message with a text has been recorded, and with it everything before.
    pub(crate) async fn until(&self, text: &str) -> Result<(), Trouble> {
        let is_recorded = || {
            let recorded = self.0.lock().map(|recorded| recorded.clone()).unwrap_or_default();
            let recorded = String::from_utf8_lossy(&recorded);
            recorded.lines().any(|line| line.contains(r#""dir":"<""#) && line.contains(text))
        };
        wait(|| is_recorded().then_some(()))
            .await
            .ok_or_else(|| Trouble::Differs("the recording has stopped".to_owned()))
    }

    /// The exchanges of a method in order. Waits until a number of them is complete.
    pub(crate) async fn exchanges(&self, method: &str, count: usize) -> Result<Vec<Exchange>, Trouble> {
        let missing = || Trouble::Differs(format!("there are fewer than {count} responses to {method}"));
        wait(|| Some(self.recorded(method)).filter(|found| found.len() >= count)).await.ok_or_else(missing)
    }

    fn messages(&self) -> Vec<(bool, Value, usize)> {
        let recorded = self.0.lock().map(|recorded| recorded.clone()).unwrap_or_default();
        let lines = recorded.split(|byte| *byte == b'\n');
        let message = |line: &[u8]| {
            let mut entry: Value = serde_json::from_slice(line).ok()?;
            Some((entry["dir"] == "<", entry["msg"].take(), line.len()))
        };
        lines.filter_map(message).collect()
    }

    fn recorded(&self, method: &str) -> Vec<Exchange> {
        let messages = self.messages();
        let requests = messages.iter().enumerate();
        let requests = requests.filter(|(_, (received, message, _))| !received && message["method"] == method);
        let exchange = |at: usize, request: &Value| {
            let rest = &messages[at..];
            let answered =
                rest.iter().position(|(received, message, _)| *received && message["id"] == request["id"])?;
            let between =
                rest[..answered].iter().filter(|(received, message, _)| *received && message.get("id").is_none());
            let (_, response, bytes) = &rest[answered];
            let between = between.map(|(_, message, _)| message.clone()).collect();
            Some(Exchange { response: response.clone(), bytes: *bytes, between })
        };
        requests.filter_map(|(at, (_, request, _))| exchange(at, request)).collect()
    }
}

/// Tries for a few seconds.
async fn wait<T>(attempt: impl Fn() -> Option<T>) -> Option<T> {
    for _ in 0..500 {
        if let Some(found) = attempt() {
            return Some(found);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    None
}

impl Exchange {
    /// The handles in a list of the response and of messages shortly before it.
    pub(crate) fn handles(&self, list: &str) -> Vec<i64> {
        let messages = self.between.iter().chain([&self.response]);
        messages.filter_map(|message| message[list].as_array()).flatten().filter_map(Value::as_i64).collect()
    }
}
