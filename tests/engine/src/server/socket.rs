//! The life of one socket: the upgrade, one request after the other, the close.

use super::address::{Address, decode};
use super::answers::Step;
use super::head::{self, Head, Response};
use super::{Shared, answers};
use crate::faults::{Kind as FaultKind, Stage, strike};
use crate::methods;
use crate::protocol::envelope::Request;
use crate::protocol::failure::to_json;
use crate::proxy::{self, Admission, Passage, Verdict};
use crate::received::{Received, Upgrade};
use crate::session::connection::{Connection, GLOBAL, Outgoing};
use crate::session::world::World;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

type Socket = WebSocketStream<TcpStream>;

/// An engine needs a moment before `OnConnected`. Clients that start to listen after the upgrade rely on
/// it: a message in the same packet as the response to the upgrade never reaches them.
const BEFORE_CONNECTED: Duration = Duration::from_millis(5);

/// Runs a socket until it ends. Any error just ends it.
pub(super) async fn run(mut stream: TcpStream, shared: Arc<Shared>) {
    let Ok(head) = Head::read(&mut stream).await else { return };
    let Some(key) = head.upgrade_key().map(str::to_owned) else {
        let _ = answer_plain_http(&mut stream, &head, &shared).await;
        return;
    };
    let address = Address::parse(&head.target);
    let mut own_faults = address.faults();
    let mut faults = strike(&mut shared.world().faults, Stage::Upgrade, 0, "");
    faults.extend(strike(&mut own_faults, Stage::Upgrade, 0, ""));
    if let Some(status) = faults.iter().find_map(|fault| match fault {
        FaultKind::Refuse { status } => Some(*status),
        _ => None,
    }) {
        let _ = Response::text(status, "").send(&mut stream).await;
        return;
    }
    if let Some(redirect) = to_folder(&head.target) {
        let _ = redirect.send(&mut stream).await;
        return;
    }
    let verdict = shared.world().proxy.as_mut().map(|proxy| proxy.judge(&head));
    let admission = match verdict {
        None => Admission { user: head.user().to_owned(), ..Admission::default() },
        Some(Verdict::Admitted(admission)) => admission,
        Some(Verdict::Refused(response)) => {
            let _ = response.send(&mut stream).await;
            return;
        }
        Some(Verdict::Notified { headers, message, close }) => {
            if head::accept(&mut stream, &key, &headers).await.is_ok() {
                send_and_close(stream, head.rest, message.to_string(), close).await;
            }
            return;
        }
    };
    if head::accept(&mut stream, &key, &admission.headers).await.is_err() {
        return;
    }
    tokio::time::sleep(BEFORE_CONNECTED).await;
    let (sink, source) = upgraded(stream, head.rest.clone()).await.split();
    let (outbox, outgoing) = unbounded_channel();
    let connection = join(&shared, &head, address, &admission, outbox, &faults);
    let guard = Guard { connection, shared: Arc::clone(&shared) };
    shared.world().faults.extend(own_faults.into_iter().map(|fault| fault.only_for(connection)));
    tokio::select! {
        () = write(sink, outgoing) => {}
        () = read(source, &shared, guard.connection, admission.idle) => {}
    }
}

async fn upgraded(stream: TcpStream, rest: Vec<u8>) -> Socket {
    // Engines send and accept messages of any size.
    let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
    WebSocketStream::from_partially_read(stream, rest, Role::Server, Some(config)).await
}

/// An engine answers `/app` with a redirect to `/app/`.
fn to_folder(target: &str) -> Option<Response> {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let path = path.strip_suffix("/app").map(|prefix| format!("{prefix}/app/"))?;
    let mut response = Response::text(301, "");
    let location = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    response.headers.push(("Location".to_owned(), location));
    Some(response)
}

/// Sends one message over a socket without an engine, then closes it or waits for the client to.
async fn send_and_close(stream: TcpStream, rest: Vec<u8>, message: String, close: Option<u16>) {
    tokio::time::sleep(BEFORE_CONNECTED).await;
    let mut socket = upgraded(stream, rest).await;
    if socket.send(Message::Text(message.into())).await.is_err() {
        return;
    }
    if let Some(code) = close {
        let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::default() };
        let _ = socket.send(Message::Close(Some(frame))).await;
    }
    while socket.next().await.is_some_and(|message| message.is_ok()) {}
}

/// Removes the socket from the world, even when its task is canceled.
struct Guard {
    connection: u64,
    shared: Arc<Shared>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave(&self.shared, self.connection);
    }
}

/// Ends everything that belongs to the socket. A session that outlives it ends after its time to live.
fn leave(shared: &Arc<Shared>, connection: u64) {
    let waiting = {
        let mut world = shared.world();
        let waiting = world.disconnect(connection);
        world.push_changes(None);
        waiting
    };
    if let Some((session, leaves, ttl)) = waiting
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        let shared = Arc::downgrade(shared);
        runtime.spawn(async move {
            tokio::time::sleep(ttl).await;
            if let Some(shared) = shared.upgrade() {
                shared.world().expire(session, leaves);
            }
        });
    }
}

/// Answers plain HTTP requests: downloads of exports, health checks.
async fn answer_plain_http(stream: &mut TcpStream, head: &Head, shared: &Shared) -> std::io::Result<()> {
    let path = head.target.split('?').next().unwrap_or_default();
    let body = head.body(stream).await?;
    let response = {
        let world = &mut *shared.world();
        let passage = world.proxy.as_mut().map(|state| proxy::answer(state, head, &body));
        let path = world.proxy.as_ref().map_or(path, |state| proxy::below_prefix(state, path));
        match passage {
            Some(Passage::Answered(response)) => response,
            Some(Passage::Forwarded(headers)) => {
                let mut response = served(path, head, world);
                response.headers.extend(headers);
                response
            }
            None => served(path, head, world),
        }
    };
    response.send(stream).await
}

/// The engine's response to a plain HTTP request.
fn served(path: &str, head: &Head, world: &World) -> Response {
    let path = &*decode(path);
    match world.downloads.get(path) {
        Some(file) if head.method == "GET" => {
            let kind = match path.rsplit('.').next() {
                Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                _ => "text/csv; charset=utf-8",
            };
            Response::new(200, kind, file.clone())
        }
        _ if path == "/healthcheck" || path == "/healthz" => Response::json(200, &json!({})),
        _ if path == "/" || path.starts_with("/app") => Response::text(426, "This is a WebSocket."),
        _ => Response::text(404, ""),
    }
}

/// Adds the socket to its session and announces it.
fn join(
    shared: &Arc<Shared>,
    head: &Head,
    mut address: Address,
    admission: &Admission,
    outbox: UnboundedSender<Outgoing>,
    faults: &[FaultKind],
) -> u64 {
    let world = &mut *shared.world();
    if let Some(node) = admission.node {
        // Nodes do not share sessions.
        address.prefix = format!("{} {node}", address.prefix);
    }
    let key = address.session_key(&admission.user);
    let others = world.sessions_of(&admission.user);
    let (session_id, attached) = world.session_for(key);
    let connection = world.next_id();
    world.upgrades.push(Upgrade { connection, target: head.target.clone(), headers: head.headers.clone() });
    world.connections.insert(connection, Connection::new(session_id, outbox));
    let usual_ttl = world.usual_ttl;
    if let Some(session) = world.sessions.get_mut(&session_id) {
        session.connections.insert(connection);
        session.ttl = address.ttl.unwrap_or(usual_ttl);
        session.template = address.query("from").map(str::to_owned);
        session.address_app = address.app;
    }
    if !attached {
        // Without its template there is no app yet; `OpenDoc` returns the error.
        let _ = methods::open_session_app_of_address(world, session_id);
    }
    let over_limit = !attached && world.most_sessions.is_some_and(|most| others >= most);
    let state = match (over_limit, attached) {
        (true, _) => "SESSION_ERROR_LIMIT_EXCEEDED",
        (_, true) => "SESSION_ATTACHED",
        _ => "SESSION_CREATED",
    };
    if let Some(message) = &admission.message {
        world.deliver(connection, message.to_string());
    }
    greet(shared, world, connection, state, faults);
    if over_limit && let Some(connection) = world.connections.get(&connection) {
        connection.send(Outgoing::Close { code: 4005, reason: String::new() });
    }
    connection
}

/// Sends `OnConnected`, unless a fault prevents it.
fn greet(shared: &Arc<Shared>, world: &mut World, connection: u64, state: &str, faults: &[FaultKind]) {
    let mut state = state.to_owned();
    let mut late = Duration::ZERO;
    for fault in faults {
        match fault {
            FaultKind::Silent => return,
            FaultKind::SessionState(other) => state.clone_from(other),
            FaultKind::LateConnected(by) => late += *by,
            FaultKind::BeforeConnected(text) => world.deliver(connection, text.clone()),
            _ => {}
        }
    }
    let message = json!({ "jsonrpc": "2.0", "method": "OnConnected", "params": { "qSessionState": state } });
    if late.is_zero() {
        return world.deliver(connection, message.to_string());
    }
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        tokio::time::sleep(late).await;
        if let Some(shared) = shared.upgrade() {
            shared.world().deliver(connection, message.to_string());
        }
    });
}

/// Reads requests until the client closes. The socket leaves the session before the close is answered, so a client
/// that waits for that answer finds the session ended or waiting.
async fn read(mut source: SplitStream<Socket>, shared: &Arc<Shared>, connection: u64, mut idle: Option<Duration>) {
    let mut step: Option<Step> = None;
    let mut waiting = VecDeque::new();
    loop {
        if step.is_none()
            && let Some(request) = waiting.pop_front()
        {
            step = answers::answer(shared, connection, request);
            continue;
        }
        let message = tokio::select! {
            () = finished(&mut step) => {
                step = None;
                continue;
            }
            message = source.next() => message,
            () = passed(idle) => {
                idle = None;
                if let Some(connection) = shared.world().connections.get(&connection) {
                    connection.send(Outgoing::Close { code: IDLE, reason: String::new() });
                }
                continue;
            }
        };
        let request = match message {
            Some(Ok(Message::Text(text))) => take(&text, shared, connection),
            Some(Ok(Message::Binary(bytes))) => take(&String::from_utf8_lossy(&bytes), shared, connection),
            Some(Ok(Message::Close(_))) => {
                leave(shared, connection);
                continue;
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
            None | Some(Err(_)) => return,
        };
        match request {
            // While a step runs, requests to the global handle go first: they may abort it.
            Some(request) if step.is_some() && request.handle != GLOBAL => waiting.push_back(request),
            Some(request) => step = answers::answer(shared, connection, request).or(step),
            None => {}
        }
    }
}

/// Close code of a socket that was idle for too long.
const IDLE: u16 = 4001;

async fn passed(time: Option<Duration>) {
    match time {
        Some(time) => tokio::time::sleep(time).await,
        None => std::future::pending().await,
    }
}

async fn finished(step: &mut Option<Step>) {
    match step {
        Some(step) => step.await,
        None => std::future::pending().await,
    }
}

/// Parses and records a request. Invalid requests are answered here.
fn take(text: &str, shared: &Shared, connection: u64) -> Option<Request> {
    let request = match Request::read(text) {
        Ok(request) => request,
        Err(refused) => {
            let (id, failure) = *refused;
            let answer = json!({ "jsonrpc": "2.0", "id": id, "error": to_json(&failure) });
            shared.world().deliver(connection, answer.to_string());
            return None;
        }
    };
    shared.world().receive(Received {
        connection,
        id: request.id.clone(),
        handle: request.handle,
        method: request.method.clone(),
        params: request.params.clone(),
        delta: request.delta,
    });
    Some(request)
}

/// Writes all waiting messages, then flushes once.
async fn write(mut sink: SplitSink<Socket, Message>, mut outgoing: UnboundedReceiver<Outgoing>) {
    while let Some(first) = outgoing.recv().await {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Outgoing::Text(text) => {
                    if sink.feed(Message::Text(text.into())).await.is_err() {
                        return;
                    }
                }
                Outgoing::Close { code, reason } => {
                    let frame = CloseFrame { code: code.into(), reason: Utf8Bytes::from(reason) };
                    let _ = sink.send(Message::Close(Some(frame))).await;
                    // The reader receives the client's close, or the end of the stream, and ends the socket.
                    std::future::pending::<()>().await;
                }
                Outgoing::Drop => return,
            }
            next = outgoing.try_recv().ok();
        }
        if sink.flush().await.is_err() {
            return;
        }
    }
}
