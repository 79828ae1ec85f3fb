//! Replaying recordings.

use std::io::BufRead;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::sink;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::connect::{Incoming, Outgoing, Transport, TransportError};
use crate::protocol::mark;

/// A handle that no recorded object has.
const MARK: i64 = i64::MAX;

/// Simulates the engine of a recording: a request is answered with the recorded response for the same method, handle,
/// and parameters, regardless of its ID. Repeated requests get the recorded responses in order, then the last one
/// again. A request that was not recorded returns an error and is reported as a difference.
///
/// ```no_run
/// use qix_client::{prelude::*, record::Replay};
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let replay = Replay::read(std::io::BufReader::new(std::fs::File::open("traffic.jsonl")?))?;
/// let session = Session::builder().connect_over(replay.transport()).await?;
/// let doc = session.open_doc("Sales.qvf").await?;
/// assert!(replay.differences().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Replay {
    tape: Arc<Mutex<Tape>>,
}

/// An invalid recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The file cannot be read.
    #[error("the recording cannot be read: {0}")]
    Io(std::io::Error),
    /// A line does not have the form that [`Recorder`](crate::record::Recorder) writes.
    #[error("line {line} of the recording is invalid: {cause}; expected {{\"dir\":\">\",\"msg\":{{…}}}}")]
    Line {
        /// Line number, from 1.
        line: usize,
        /// What is wrong.
        cause: serde_json::Error,
    },
}

#[derive(Debug, Default)]
struct Tape {
    /// Messages before the first request.
    greeting: Vec<Value>,
    exchanges: Vec<RecordedCall>,
    differences: Vec<String>,
}

#[derive(Debug)]
struct RecordedCall {
    request: Value,
    answer: Option<Value>,
    /// Notifications after the request.
    pushed: Vec<Value>,
    used: bool,
}

#[derive(Deserialize)]
struct Line {
    dir: String,
    #[serde(default)]
    msg: Option<Value>,
}

impl Replay {
    /// Parses a recording.
    ///
    /// # Errors
    ///
    /// Returns a [`ReplayError`] if it cannot be read or a line is invalid.
    pub fn read(recording: impl BufRead) -> Result<Self, ReplayError> {
        let mut tape = Tape::default();
        for (index, line) in recording.lines().enumerate() {
            let line = line.map_err(ReplayError::Io)?;
            if line.trim().is_empty() {
                continue;
            }
            let line: Line =
                serde_json::from_str(&line).map_err(|source| ReplayError::Line { line: index + 1, cause: source })?;
            if let Some(message) = line.msg {
                tape.enter(&line.dir, message);
            }
        }
        Ok(Self { tape: Arc::new(Mutex::new(tape)) })
    }

    /// Opens a transport to the simulated engine.
    pub fn transport(&self) -> Transport {
        let (answers, incoming) = mpsc::unbounded_channel();
        let tape = Arc::clone(&self.tape);
        let with = |tape: &Mutex<Tape>| tape.lock().unwrap_or_else(PoisonError::into_inner).greeting.clone();
        for message in with(&tape) {
            // The other end is in the same scope.
            answers.send(message).ok();
        }
        let outgoing = sink::unfold((tape, answers), async |(tape, answers), outgoing| {
            if let Outgoing::Text(request) = outgoing {
                let replies = tape.lock().unwrap_or_else(PoisonError::into_inner).reply(&request)?;
                for reply in replies {
                    answers.send(reply).map_err(|_| TransportError::from("the session is closed"))?;
                }
            }
            Ok((tape, answers))
        });
        let incoming = futures_util::stream::unfold(incoming, async |mut incoming| {
            let message: Value = incoming.recv().await?;
            Some((Ok(Incoming::Text(message.to_string().into())), incoming))
        });
        Transport::new(incoming, outgoing)
    }

    /// Requests that were made but not recorded, as text.
    pub fn differences(&self) -> Vec<String> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner).differences.clone()
    }

    /// Requests that were recorded but not made, as text.
    pub fn unused(&self) -> Vec<String> {
        let tape = self.tape.lock().unwrap_or_else(PoisonError::into_inner);
        tape.exchanges.iter().filter(|exchange| !exchange.used).map(|exchange| show(&exchange.request)).collect()
    }
}

impl Tape {
    fn enter(&mut self, direction: &str, message: Value) {
        if direction == ">" {
            let used = is_about_mark(&message);
            self.exchanges.push(RecordedCall { request: message, answer: None, pushed: Vec::new(), used });
            return;
        }
        let id = message.get("id").filter(|id| !id.is_null());
        let asked = id.and_then(|id| self.exchanges.iter().rposition(|exchange| exchange.request["id"] == *id));
        match asked {
            Some(index) => self.exchanges[index].answer = Some(message),
            None => match self.exchanges.last_mut() {
                Some(last) => last.pushed.push(message),
                None => self.greeting.push(message),
            },
        }
    }

    /// The response to a request.
    fn reply(&mut self, request: &str) -> Result<Vec<Value>, TransportError> {
        let request: Value = serde_json::from_str(request)?;
        if is_about_mark(&request) {
            // The client's own request, with an ID of its own in each session.
            let object = json!({ "qReturn": { "qType": "GenericObject", "qHandle": MARK } });
            return Ok(vec![json!({ "jsonrpc": "2.0", "id": request["id"], "result": object })]);
        }
        let same = |exchange: &&mut RecordedCall| {
            ["method", "handle", "params"].iter().all(|part| exchange.request[part] == request[part])
        };
        let mut matching: Vec<_> = self.exchanges.iter_mut().filter(same).collect();
        let next = matching.iter().position(|exchange| !exchange.used).or(matching.len().checked_sub(1));
        let Some(exchange) = next.map(|next| &mut matching[next]) else {
            let difference = self.difference(&request);
            let error = json!({ "code": -1, "parameter": "", "message": difference });
            self.differences.push(difference);
            return Ok(vec![json!({ "jsonrpc": "2.0", "id": request["id"], "error": error })]);
        };
        exchange.used = true;
        let mut answer = exchange.answer.clone();
        if let Some(answer) = &mut answer {
            answer["id"] = request["id"].clone();
        }
        Ok(answer.into_iter().chain(exchange.pushed.clone()).collect())
    }

    /// How a request differs.
    fn difference(&self, request: &Value) -> String {
        let mut of_method = self.exchanges.iter().filter(|exchange| exchange.request["method"] == request["method"]);
        match of_method
            .clone()
            .find(|exchange| exchange.request["handle"] == request["handle"])
            .or(of_method.next_back())
        {
            Some(near) => format!("not recorded: {}; the recording has {}", show(request), show(&near.request)),
            None => format!("not recorded: {}, and no other call of the method", show(request)),
        }
    }
}

fn show(request: &Value) -> String {
    let method = request["method"].as_str().unwrap_or_default();
    format!("{method} of handle {} with {}", request["handle"], request["params"])
}

/// Whether a request creates the mark of a session or looks for it.
fn is_about_mark(request: &Value) -> bool {
    let params = &request["params"];
    match request["method"].as_str() {
        Some("CreateSessionObject") => params["qProp"]["qInfo"]["qType"] == mark::TYPE,
        Some("GetObject") => params["qId"].as_str().is_some_and(|id| id.starts_with(mark::TYPE)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_about_marks_are_recognized() {
        let id = mark::id(7);
        let parse = |params: &str| serde_json::from_str::<Value>(params).unwrap();
        assert!(is_about_mark(&json!({ "method": "CreateSessionObject", "params": parse(&mark::creation(&id)) })));
        assert!(is_about_mark(&json!({ "method": "GetObject", "params": parse(&mark::search(&id)) })));
        let other = parse(r#"{"qProp":{"qInfo":{"qId":"a","qType":"table"}}}"#);
        assert!(!is_about_mark(&json!({ "method": "CreateSessionObject", "params": other })));
        assert!(!is_about_mark(&json!({ "method": "GetObject", "params": { "qId": "a" } })));
    }
}
