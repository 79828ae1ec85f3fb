//! Makes the calls of a recording again, with the session of the page.

use std::collections::HashMap;
use std::sync::Arc;

use qix_client::rpc::{Method, ObjectHandle};
use serde::Deserialize;
use serde_json::Value;

use crate::desk::Desk;
use crate::message::{Event, Outcome};

/// Requests that belong to another one, which has another ID now.
const ABOUT_OTHERS: [&str; 4] = ["GetProgress", "CancelRequest", "CancelReload", "InteractDone"];

#[derive(Deserialize)]
struct Line {
    dir: String,
    #[serde(default)]
    msg: Option<Value>,
}

/// A recorded message of interest.
enum Step {
    /// Another session begins.
    Connect,
    Request {
        method: String,
        handle: i64,
        params: Value,
        answer: Option<Value>,
    },
}

/// Makes the calls of a recording one by one.
///
/// # Errors
///
/// Returns an error if a line of the recording is not valid, before any call.
pub(crate) async fn replay(desk: &Arc<Desk>, recording: &str) -> Result<(), String> {
    let steps = read(recording)?;
    desk.connect().await;
    // The handles of the recording, and what they are now.
    let mut handles = HashMap::from([(ObjectHandle::GLOBAL, ObjectHandle::GLOBAL)]);
    let (mut calls, mut different, mut skipped) = (0, 0, Vec::new());
    for step in steps {
        match step {
            Step::Connect => {
                desk.disconnect().await;
                desk.connect().await;
                handles.retain(|handle, _| *handle == ObjectHandle::GLOBAL);
            }
            Step::Request { method, .. } if ABOUT_OTHERS.contains(&&*method) => {}
            // The new session has a mark of its own.
            Step::Request { params, .. } if params["qProp"]["qInfo"]["qType"] == "qix-session-mark" => {}
            Step::Request { method, handle, params, answer } => {
                let Some(now) = handles.get(&handle) else {
                    skipped.push(format!("{method}: the recording does not say which object has the handle {handle}"));
                    continue;
                };
                let begun = desk.begin("", *now, &method, params);
                let call = begun.call;
                desk.finish(begun).await;
                calls += 1;
                if !compare(desk, call, answer.as_ref(), &mut handles) {
                    different += 1;
                }
            }
        }
    }
    let _state = desk.state();
    desk.tell(&Event::Replayed { calls, different, skipped });
    Ok(())
}

fn read(recording: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut waiting: HashMap<i64, usize> = HashMap::new();
    let mut greeted = false;
    for (index, line) in recording.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let line: Line =
            serde_json::from_str(line).map_err(|error| format!("line {} of the recording: {error}", index + 1))?;
        let Some(mut message) = line.msg else { continue };
        let id = message["id"].as_i64();
        match (line.dir.as_str(), id, message["method"].as_str()) {
            (">", Some(id), Some(method)) => {
                waiting.insert(id, steps.len());
                let method = method.to_owned();
                let handle = message["handle"].as_i64().unwrap_or(ObjectHandle::GLOBAL);
                steps.push(Step::Request { method, handle, params: message["params"].take(), answer: None });
            }
            ("<", Some(id), None) => {
                let request = waiting.remove(&id).map(|step| &mut steps[step]);
                // A response with patches cannot be compared.
                if let Some(Step::Request { answer, .. }) = request
                    && message["delta"] != true
                {
                    *answer = Some(message["result"].take());
                }
            }
            ("<", _, Some("OnConnected")) if std::mem::replace(&mut greeted, true) => {
                waiting.clear();
                steps.push(Step::Connect);
            }
            _ => {}
        }
    }
    Ok(steps)
}

/// Whether an answer is the recorded one. Learns the handles of its objects.
fn compare(desk: &Desk, call: usize, recorded: Option<&Value>, handles: &mut HashMap<i64, i64>) -> bool {
    let (outcome, method) = {
        let state = desk.state();
        let entry = &state.history[call];
        (entry.outcome.clone(), desk.schema.method(entry.class, entry.method))
    };
    let (Some(recorded), Some(method)) = (recorded, method) else { return matches!(outcome, Outcome::Result(_)) };
    let Outcome::Result(now) = outcome else { return recorded.is_null() };
    let mut now: Value = serde_json::from_str(now.as_str()).unwrap_or_default();
    let mut recorded = recorded.clone();
    let taken = (handles_of(desk, method, &mut recorded), handles_of(desk, method, &mut now));
    handles.extend(taken.0.into_iter().zip(taken.1).filter_map(|(recorded, now)| Some((recorded?, now?))));
    now == recorded
}

/// Takes the handles out of an answer.
fn handles_of(desk: &Desk, method: Method, answer: &mut Value) -> Vec<Option<i64>> {
    let mut handles = Vec::new();
    for (name, _) in desk.schema.objects(method) {
        let object = answer.get_mut(name).and_then(Value::as_object_mut);
        handles.push(object.and_then(|object| object.remove("qHandle")).and_then(|handle| handle.as_i64()));
    }
    handles
}
