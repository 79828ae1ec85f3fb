//! Handles requests: immediately, or in the background.

use super::Shared;
use crate::error::{EngineError, Result};
use crate::faults::{self, Kind as FaultKind, Stage, strike};
use crate::methods::{self, Answer, Call, Done, Job, Params, Results, Tools};
use crate::protocol::envelope::Request;
use crate::protocol::failure::{INTERNAL, failure, to_json};
use crate::session::connection::{Held, Outgoing, Target};
use crate::session::jobs::{Abort, Running, Work};
use crate::session::world::World;
use serde_json::{Map, Value, json};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Work that later requests of the socket wait for.
pub(super) type Step = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Answers a request, immediately or in the background. A returned step must finish before the next request.
pub(super) fn answer(shared: &Arc<Shared>, connection: u64, request: Request) -> Option<Step> {
    let mut slow = Duration::ZERO;
    let world = &mut *shared.world();
    let mut failed = None;
    for fault in strike(&mut world.faults, Stage::Request, connection, &request.method) {
        match fault {
            FaultKind::Slow(by) => slow += by,
            FaultKind::Fail { code, message } => failed = Some(EngineError::new(code, "", message)),
            _ => {}
        }
    }
    let started = match failed {
        Some(failure) => Err(failure),
        None => catch_panic(|| methods::dispatch(world, connection, &request)),
    };
    let (work, job) = match started {
        Ok(Answer::Later(work, job)) => (work, job),
        Ok(Answer::Now(results)) if !slow.is_zero() => {
            (Work::Calculation, Box::new(|_: &Tools| Ok(Done::Result(results))) as Job)
        }
        Ok(Answer::Now(results)) => {
            send(shared, world, connection, &request, Ok(results));
            return None;
        }
        Err(failure) => {
            send(shared, world, connection, &request, Err(failure));
            return None;
        }
    };
    let (session, abort) = enter(world, connection, &request, work)?;
    world.push_changes(Some(connection));
    let task = Task { connection, session, request, work, abort, slow };
    let running = task.run(Arc::clone(shared), job);
    if work == Work::Step {
        return Some(Box::pin(running));
    }
    tokio::spawn(running);
    None
}

/// Turns a panic into an error response, so that the client learns about it.
fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    result.unwrap_or_else(|_| Err(failure(INTERNAL, "The test engine has panicked")))
}

/// Registers a running request, so that it can be aborted.
fn enter(world: &mut World, connection: u64, request: &Request, work: Work) -> Option<(u64, Abort)> {
    let id = world.connections.get(&connection)?.session;
    let abort = Abort::default();
    let running = Running { connection, request: request.id.clone(), work, abort: abort.clone() };
    world.sessions.get_mut(&id)?.running.push(running);
    Some((id, abort))
}

/// A request that is handled in the background.
struct Task {
    connection: u64,
    session: u64,
    request: Request,
    work: Work,
    abort: Abort,
    slow: Duration,
}

/// The outcome of a job.
enum Outcome {
    /// Serialized results.
    Written(String),
    Open(Done),
}

impl Task {
    async fn run(self, shared: Arc<Shared>, job: Job) {
        let tools = Tools { shared: Arc::clone(&shared), session: self.session, abort: self.abort.clone() };
        let slow = self.slow;
        let delta = self.request.delta;
        let calculate = async move {
            if !slow.is_zero() {
                tokio::time::sleep(slow).await;
            }
            let work = move || {
                let done = job(&tools)?;
                // A page of data can be large: if nothing has to inspect it, it is serialized here.
                let plain = !delta && tools.shared.world().faults.is_empty();
                Ok(match done {
                    Done::Result(results) if plain => Outcome::Written(result_body(results)),
                    done => Outcome::Open(done),
                })
            };
            let done = tokio::task::spawn_blocking(work).await;
            done.unwrap_or_else(|panic| Err(failure(INTERNAL, panic.to_string())))
        };
        let done = tokio::select! {
            done = calculate => done,
            () = self.abort.aborted() => Err(EngineError::aborted()),
        };
        let world = &mut *shared.world();
        let done = match done {
            Ok(Outcome::Written(body)) => {
                self.leave(world);
                return write_body(world, self.connection, &self.request, &body, &[]);
            }
            Ok(Outcome::Open(done)) => Ok(done),
            Err(failure) => Err(failure),
        };
        let results = self.finish(world, done);
        send(&shared, world, self.connection, &self.request, results);
    }

    /// Removes the request from the running ones.
    fn leave(&self, world: &mut World) {
        if let Some(session) = world.sessions.get_mut(&self.session) {
            let this = |running: &Running| running.connection == self.connection && running.request == self.request.id;
            session.running.retain(|running| !this(running));
        }
    }

    /// Runs the last step, if there is one.
    fn finish(&self, world: &mut World, done: Result<Done>) -> Result<Results> {
        self.leave(world);
        let results = match done {
            Ok(Done::Result(results)) => Ok(results),
            Ok(Done::Then(last_step)) => catch_panic(|| {
                last_step(&mut Call {
                    world,
                    connection: self.connection,
                    session: self.session,
                    handle: self.request.handle,
                    target: Target::Global,
                    request: self.request.id.clone(),
                    params: Params::default(),
                })
            }),
            Err(failure) => Err(failure),
        };
        if self.work == Work::Reload {
            world.reload_is_over(self.session);
        }
        results
    }
}

/// Sends a response through its faults. A response that is delayed or waits for others is serialized when it is sent,
/// so that a delta always builds on the previous response.
fn send(shared: &Arc<Shared>, world: &mut World, connection: u64, request: &Request, results: Result<Results>) {
    let mut faults = strike(&mut world.faults, Stage::Answer, connection, &request.method);
    if faults.is_empty() {
        return write(world, connection, request, results, &[]);
    }
    if faults.contains(&FaultKind::Hold) {
        // Changes made by the request are announced in any case.
        return world.push_changes(None);
    }
    let late = faults.iter().filter_map(|fault| match fault {
        FaultKind::Delay(by) => Some(*by),
        _ => None,
    });
    let late: Duration = late.sum();
    let together = faults.iter().find_map(|fault| match fault {
        FaultKind::Reorder(answers) => Some(*answers),
        _ => None,
    });
    faults.retain(|fault| !matches!(fault, FaultKind::Delay(_) | FaultKind::Reorder(_)));
    let answer = Held { request: request.clone(), results, faults };
    if !late.is_zero() {
        let shared = Arc::downgrade(shared);
        tokio::spawn(async move {
            tokio::time::sleep(late).await;
            if let Some(shared) = shared.upgrade() {
                write(&mut shared.world(), connection, &answer.request, answer.results, &answer.faults);
            }
        });
        return;
    }
    let Some(socket) = world.connections.get_mut(&connection) else { return };
    socket.held.push(answer);
    if socket.held.len() < together.unwrap_or(1) {
        return;
    }
    let held = std::mem::take(&mut socket.held);
    if together.is_some() {
        faults::end_reorder(&mut world.faults);
    }
    for answer in held.into_iter().rev() {
        write(world, connection, &answer.request, answer.results, &answer.faults);
    }
}

/// Serializes a response and sends it.
fn write(world: &mut World, connection: u64, request: &Request, results: Result<Results>, faults: &[FaultKind]) {
    let Some(socket) = world.connections.get_mut(&connection) else { return };
    let results = results.map(|results| change_results(results, faults));
    let body = match results {
        _ if faults.contains(&FaultKind::Empty) => String::new(),
        Ok(results) if request.delta => {
            let patches = socket.delta(request.handle, &request.method, results);
            format!(",\"delta\":true{}", written("result", &Value::Object(patches)))
        }
        Ok(results) => result_body(results),
        Err(failure) => written("error", &to_json(&failure)),
    };
    write_body(world, connection, request, &body, faults);
}

fn result_body(results: Results) -> String {
    written("result", &Value::Object(results))
}

/// `,"name":value`
fn written(name: &str, value: &Value) -> String {
    let mut text = format!(",\"{name}\":").into_bytes();
    // Serializing a `Value` to memory does not fail: its keys are strings.
    let _ = serde_json::to_writer(&mut text, value);
    String::from_utf8(text).unwrap_or_default()
}

/// Adds ID and changes to a response, and sends it.
fn write_body(world: &mut World, connection: u64, request: &Request, body: &str, faults: &[FaultKind]) {
    world.push_changes(Some(connection));
    let Some(socket) = world.connections.get_mut(&connection) else { return };
    if !request.delta {
        socket.forget_delta(request.handle, &request.method);
    }
    let pending = socket.take_pending();
    let text = format!("{{\"jsonrpc\":\"2.0\",\"id\":{}{body}{pending}}}", request.id);
    for fault in faults {
        match fault {
            FaultKind::Drop => return socket.send(Outgoing::Drop),
            FaultKind::Close { code, reason } => {
                return socket.send(Outgoing::Close { code: *code, reason: reason.clone() });
            }
            FaultKind::Before(before) => socket.send(Outgoing::Text(before.clone())),
            FaultKind::Twice => socket.send(Outgoing::Text(text.clone())),
            _ => {}
        }
    }
    socket.send(Outgoing::Text(text));
}

fn change_results(results: Results, faults: &[FaultKind]) -> Results {
    let mut value = Value::Object(results);
    for fault in faults {
        if let FaultKind::Set { pointer, value: wanted } = fault {
            faults::set(&mut value, pointer, wanted);
        }
    }
    match value {
        Value::Object(results) => results,
        other => Map::from_iter([("value".to_owned(), json!(other))]),
    }
}
