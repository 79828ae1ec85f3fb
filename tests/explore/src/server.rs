//! Serves the page.

use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use qix_traffic::page;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::code::code;
use crate::desk::Desk;
use crate::files;
use crate::guard::Guard;
use crate::message::{Command, Event};
use crate::replay::replay;
use crate::target::Target;

/// The largest recording that a page can send.
const LARGEST: usize = 1 << 30;

/// What the page may do: load its own files, talk to this server, and show the traffic in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The traffic contains its scripts and styles, like the file that `cargo xtask traffic` writes. It loads nothing.
const TRAFFIC_POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                              base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// The page, served until this is dropped.
#[derive(Debug)]
pub struct Explorer {
    url: String,
    server: JoinHandle<io::Result<()>>,
}

impl Explorer {
    /// Serves the page for an engine on a port of the loopback interface; 0 is any free port.
    ///
    /// # Errors
    ///
    /// Returns an error if the port is taken, or if the system has no random numbers.
    pub async fn start(target: Target, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let guard = Guard::new(listener.local_addr()?.port()).map_err(io::Error::other)?;
        let url = guard.url();
        let desk = Desk::start(target)?;
        let server = tokio::spawn(async move { axum::serve(listener, routes(guard, desk)).await });
        Ok(Self { url, server })
    }

    /// The address of the page. It contains the token that a browser needs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Serves the page until the server fails.
    pub async fn run(mut self) {
        let _ = (&mut self.server).await;
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn routes(guard: Guard, desk: Arc<Desk>) -> Router {
    let at = |file: &str| format!("/{}/{file}", guard.token());
    let own = |kind: &'static str, content: String| get(async move || ([(header::CONTENT_TYPE, kind)], content));
    Router::new()
        .route(&at(""), own("text/html; charset=utf-8", files::PAGE.to_owned()))
        .route(&at("explore.js"), own("text/javascript; charset=utf-8", files::script()))
        .route(&at("explore.css"), own("text/css; charset=utf-8", files::style()))
        .route(&at("schema.json"), own("application/json", desk.schema.json.clone()))
        .route(&at("events"), get(events))
        .route(&at("traffic"), get(traffic))
        .route(&at("traffic.json"), get(traffic_since))
        .route(&at("recording.jsonl"), get(recording))
        .route(&at("replay"), post(replayed))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(desk)
        .layer(middleware::from_fn_with_state(Arc::new(guard), guarded))
}

/// Refuses requests of others, and states what the page may do.
async fn guarded(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let mut response = match guard.check(&request) {
        Ok(()) => next.run(request).await,
        Err(status) => status.into_response(),
    };
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    for (name, value) in [
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn events(State(desk): State<Arc<Desk>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |socket| talk(desk, socket).await)
}

/// Passes events to a page and commands from it, until it is closed.
async fn talk(desk: Arc<Desk>, mut socket: WebSocket) {
    let (hello, mut events) = desk.watch();
    if socket.send(Message::text(hello)).await.is_err() {
        return;
    }
    loop {
        let answer = tokio::select! {
            event = events.recv() => match event {
                Ok(event) => Some(event.to_string()),
                Err(RecvError::Lagged(_)) => {
                    let (hello, later) = desk.watch();
                    events = later;
                    Some(hello)
                }
                Err(RecvError::Closed) => return,
            },
            message = socket.recv() => match message {
                Some(Ok(Message::Text(text))) => obey(&desk, &text),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
                Some(Ok(_)) => None,
            },
        };
        if let Some(answer) = answer
            && socket.send(Message::text(answer)).await.is_err()
        {
            return;
        }
    }
}

/// Does what a page requests; returns what only this page needs to know.
fn obey(desk: &Arc<Desk>, text: &str) -> Option<String> {
    // The page sends nothing else.
    let command = serde_json::from_str(text).ok()?;
    match command {
        Command::Connect => {
            let desk = Arc::clone(desk);
            tokio::spawn(async move { desk.connect().await });
        }
        Command::Disconnect => {
            let desk = Arc::clone(desk);
            tokio::spawn(async move { desk.disconnect().await });
        }
        Command::Call { page, handle, method, params } => desk.call(&page, handle, &method, params),
        Command::Cancel { call } => desk.cancel(call),
        Command::Code { ask, handle, method, params } => {
            let (code, error) = match code(desk, handle, &method, &params) {
                Ok(code) => (Some(code), None),
                Err(error) => (None, Some(error)),
            };
            return serde_json::to_string(&Event::Code { ask, code, error }).ok();
        }
    }
    None
}

/// The traffic viewer, with the messages so far.
async fn traffic(State(desk): State<Arc<Desk>>) -> Result<Response, StatusCode> {
    let mut content = Vec::new();
    let title = desk.target.name.as_str();
    page::write_live(desk.traffic().log(), title, &mut content).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let headers =
        [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, TRAFFIC_POLICY)];
    Ok((headers, content).into_response())
}

#[derive(Deserialize)]
struct Since {
    from: usize,
}

/// The messages that the viewer does not have yet.
async fn traffic_since(State(desk): State<Arc<Desk>>, Query(since): Query<Since>) -> Result<Response, StatusCode> {
    let mut content = Vec::new();
    page::update(desk.traffic().log(), since.from, &mut content).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(([(header::CONTENT_TYPE, "application/json")], content).into_response())
}

/// Everything that was sent and received, as a file.
async fn recording(State(desk): State<Arc<Desk>>) -> Result<Response, StatusCode> {
    let read = move || {
        let mut content = Vec::new();
        desk.recording()?.read_to_end(&mut content)?;
        Ok::<_, io::Error>(content)
    };
    let content = tokio::task::spawn_blocking(read).await.map_err(io::Error::other).and_then(|content| content);
    let content = content.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"traffic.jsonl\""),
    ];
    Ok((headers, Body::from(content)).into_response())
}

async fn replayed(State(desk): State<Arc<Desk>>, recording: String) -> Response {
    match replay(&desk, &recording).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(why) => (StatusCode::UNPROCESSABLE_ENTITY, why).into_response(),
    }
}
