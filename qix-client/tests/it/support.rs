//! A scripted engine, whose messages are written in the test.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex};

use futures_util::{SinkExt, StreamExt};
use qix_client::{Doc, Error, Field, FieldApi as _, Session, SessionBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::handshake::server::{Request, Response};
use tokio_tungstenite::tungstenite::protocol::Role;

/// The engine's end of a session.
pub(crate) struct Engine<S = TcpStream> {
    socket: WebSocketStream<S>,
    /// Path and headers of the client's upgrade request.
    pub(crate) upgrade: Request,
    marks: Marks,
}

/// The IDs of the session objects by which the client recognizes the session.
type Marks = Arc<Mutex<HashSet<String>>>;

/// A connected session with a scripted engine.
pub(crate) async fn session() -> (Session, Engine) {
    let listener = Listener::bind().await;
    let (session, engine) = tokio::join!(Session::connect(listener.url()), async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    });
    (session.unwrap(), engine)
}

/// A session with its app opened, and custom settings.
pub(crate) async fn opened(setup: impl FnOnce(SessionBuilder) -> SessionBuilder) -> (Session, Engine, Doc) {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine
    };
    let user = async {
        let session = setup(Session::builder().url(listener.url())).connect().await.unwrap();
        let doc = session.open_doc("sales").await.unwrap();
        (session, doc)
    };
    let ((session, doc), engine) = tokio::join!(user, script);
    (session, engine, doc)
}

/// A selection in a task of its own.
pub(crate) fn selecting(field: &Field) -> JoinHandle<Result<bool, Error>> {
    let field = field.clone();
    tokio::spawn(async move { field.select("2021").await })
}

/// A port that sessions connect to.
pub(crate) struct Listener(TcpListener, Marks);

impl Listener {
    pub(crate) async fn bind() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").await.unwrap(), Marks::default())
    }

    pub(crate) fn url(&self) -> String {
        format!("ws://{}/app/", self.0.local_addr().unwrap())
    }

    pub(crate) async fn stream(&self) -> TcpStream {
        self.0.accept().await.unwrap().0
    }

    pub(crate) async fn accept(&self) -> Engine {
        let mut engine = accept_on(self.stream().await).await.unwrap();
        engine.marks = Arc::clone(&self.1);
        engine
    }

    /// The session has ended: a client that attaches finds another one.
    pub(crate) fn end_session(&self) {
        self.1.lock().unwrap().clear();
    }

    /// The next upgrade request. The test decides how to answer it.
    pub(crate) async fn upgrade(&self) -> Upgrade {
        let mut stream = self.stream().await;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("a whole request"));
        }
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let uri = lines.next().unwrap().split(' ').nth(1).unwrap();
        let mut request = Request::builder().uri(uri);
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            request = request.header(name, value);
        }
        Upgrade { stream, request: request.body(()).unwrap(), marks: Arc::clone(&self.1) }
    }
}

/// An upgrade request that is not answered yet.
pub(crate) struct Upgrade {
    stream: TcpStream,
    pub(crate) request: Request,
    marks: Marks,
}

impl Upgrade {
    /// The value of a header, or an empty string.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.request.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Opens the WebSocket, with additional headers in the response.
    pub(crate) async fn accept(mut self, headers: &[(&str, &str)]) -> Engine {
        let key = derive_accept_key(self.header("sec-websocket-key").as_bytes());
        let ours = [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", key.as_str())];
        respond(&mut self.stream, "101 Switching Protocols", ours.iter().chain(headers), "").await;
        let socket = WebSocketStream::from_raw_socket(self.stream, Role::Server, None).await;
        Engine { socket, upgrade: self.request, marks: self.marks }
    }

    /// Answers without a WebSocket, and closes the connection.
    pub(crate) async fn refuse(mut self, status: &str, headers: &[(&str, &str)], body: &str) {
        let length = body.len().to_string();
        let ours = [("Content-Length", length.as_str()), ("Connection", "close")];
        respond(&mut self.stream, status, ours.iter().chain(headers), body).await;
        self.stream.shutdown().await.unwrap();
    }
}

async fn respond<'a>(
    stream: &mut TcpStream,
    status: &str,
    headers: impl Iterator<Item = &'a (&'a str, &'a str)>,
    body: &str,
) {
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let answer = format!("HTTP/1.1 {status}\r\n{headers}\r\n{body}");
    stream.write_all(answer.as_bytes()).await.unwrap();
}

/// Connections within the process, so that tests can control the clock.
pub(crate) struct Inside {
    dial: mpsc::UnboundedSender<DuplexStream>,
    streams: mpsc::UnboundedReceiver<DuplexStream>,
    marks: Marks,
}

impl Inside {
    pub(crate) fn new() -> Self {
        let (dial, streams) = mpsc::unbounded_channel();
        Self { dial, streams, marks: Marks::default() }
    }

    /// A builder for sessions that connect here.
    pub(crate) fn builder(&self) -> SessionBuilder {
        let dial = self.dial.clone();
        Session::builder().url("ws://inside/app/").dial(move |_, _| {
            let (near, far) = tokio::io::duplex(1 << 16);
            let outcome = dial.send(far).map_err(|_| io::ErrorKind::ConnectionRefused.into());
            std::future::ready(outcome.map(|()| near))
        })
    }

    pub(crate) async fn stream(&mut self) -> DuplexStream {
        self.streams.recv().await.unwrap()
    }

    pub(crate) async fn accept(&mut self) -> Engine<DuplexStream> {
        let mut engine = accept_on(self.stream().await).await.unwrap();
        engine.marks = Arc::clone(&self.marks);
        engine
    }

    /// A connected session.
    pub(crate) async fn session(
        &mut self,
        setup: impl FnOnce(SessionBuilder) -> SessionBuilder,
    ) -> (Session, Engine<DuplexStream>) {
        let connect = setup(self.builder()).connect();
        let (session, engine) = tokio::join!(connect, async {
            let mut engine = self.accept().await;
            engine.greet("SESSION_CREATED").await;
            engine
        });
        (session.unwrap(), engine)
    }
}

/// Opens a WebSocket on a stream, unless the client rejects it.
#[allow(clippy::result_large_err)]
pub(crate) async fn accept_on<S: AsyncRead + AsyncWrite + Unpin>(stream: S) -> Option<Engine<S>> {
    let mut upgrade = None;
    let keep = |request: &Request, response: Response| {
        upgrade = Some(request.clone());
        Ok(response)
    };
    let socket = tokio_tungstenite::accept_hdr_async(stream, keep).await.ok()?;
    Some(Engine { socket, upgrade: upgrade?, marks: Marks::default() })
}

impl<S: AsyncRead + AsyncWrite + Unpin> Engine<S> {
    pub(crate) async fn greet(&mut self, state: &str) {
        if state == "SESSION_CREATED" {
            self.marks.lock().unwrap().clear();
        }
        self.push(json!({ "jsonrpc": "2.0", "method": "OnConnected", "params": { "qSessionState": state } })).await;
    }

    /// The next request of the program. The client's own requests about its session are answered.
    pub(crate) async fn request(&mut self) -> Value {
        loop {
            let request = self.any_request().await;
            let found = match mark_in(&request) {
                None => return request,
                Some((id, creates)) => {
                    let mut marks = self.marks.lock().unwrap();
                    if creates {
                        marks.insert(id.clone());
                    }
                    marks.contains(&id)
                }
            };
            let object = match found {
                true => object("GenericObject", 1_000_000),
                false => json!({ "qReturn": { "qType": null, "qHandle": null } }),
            };
            self.push(json!({ "jsonrpc": "2.0", "id": request["id"], "result": object })).await;
        }
    }

    /// The next request of the program or the client.
    pub(crate) async fn any_request(&mut self) -> Value {
        loop {
            match self.socket.next().await.expect("the connection is open").expect("the client is well-behaved") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }

    /// The next request, which must be for a method. Returns its ID.
    pub(crate) async fn expect(&mut self, method: &str) -> Value {
        let request = self.request().await;
        assert_eq!(request["method"], method, "{request}");
        request["id"].clone()
    }

    /// Answers the next request, which must be for a method.
    pub(crate) async fn answer(&mut self, method: &str, result: Value) {
        let id = self.expect(method).await;
        self.push(json!({ "jsonrpc": "2.0", "id": id, "result": result })).await;
    }

    /// Sends a message.
    pub(crate) async fn push(&mut self, message: Value) {
        self.send_text(message.to_string()).await;
    }

    /// Sends a text.
    pub(crate) async fn send_text(&mut self, text: String) {
        self.socket.send(Message::Text(text.into())).await.unwrap();
    }

    /// Closes with a code and a reason.
    pub(crate) async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = tokio_tungstenite::tungstenite::protocol::CloseFrame { code: code.into(), reason: reason.into() };
        self.socket.close(Some(frame)).await.unwrap();
    }

    /// The code of the client's close frame, if there is one.
    pub(crate) async fn close_code(mut self) -> Option<u16> {
        while let Some(message) = self.socket.next().await {
            if let Ok(Message::Close(frame)) = message {
                let code = frame.map(|frame| frame.code.into());
                while self.socket.next().await.is_some() {}
                return code;
            }
        }
        None
    }
}

/// The ID of the object by which the client recognizes a session, and whether the request creates it.
pub(crate) fn mark_in(request: &Value) -> Option<(String, bool)> {
    let id = &request["params"]["qId"];
    let info = &request["params"]["qProp"]["qInfo"];
    let (id, creates) = if id.is_string() { (id, false) } else { (&info["qId"], true) };
    let id = id.as_str()?;
    id.starts_with("qix-session-mark-").then(|| (id.to_owned(), creates))
}

/// An object in a response. There is one app.
pub(crate) fn object(class: &str, handle: i64) -> Value {
    let id = if class == "Doc" { 1 } else { handle };
    json!({ "qReturn": { "qType": class, "qHandle": handle, "qGenericId": format!("id-{id}") } })
}
