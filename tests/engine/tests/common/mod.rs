//! A plain client: JSON in, JSON out, without interpretation.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

use futures_util::{SinkExt, StreamExt};
use qix_test_engine::TestEngine;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Responses take this long only if something hangs.
#[allow(dead_code, reason = "not every test file uses every helper")]
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Messages that arrived while the client waited for another.
    kept: VecDeque<Value>,
    last_id: i64,
}

#[allow(dead_code, reason = "not every test file uses every helper")]
impl Client {
    /// Connects and reads `OnConnected`.
    pub(crate) async fn connect(engine: &TestEngine, path: &str) -> Self {
        let mut client = Self::connect_as(engine, path, "").await;
        assert_eq!(client.notification().await["method"], "OnConnected");
        client
    }

    /// Connects as a user; reads nothing.
    pub(crate) async fn connect_as(engine: &TestEngine, path: &str, user: &str) -> Self {
        let mut request = format!("{}{path}", engine.url()).into_client_request().unwrap();
        if !user.is_empty() {
            request.headers_mut().insert("X-Qlik-User", user.parse().unwrap());
        }
        let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        Self { socket, kept: VecDeque::new(), last_id: 0 }
    }

    /// Connects and opens an app; its handle is 1.
    pub(crate) async fn open(engine: &TestEngine, app: &str) -> Self {
        let mut client = Self::connect(engine, &format!("/app/{app}")).await;
        let doc = client.result(-1, "OpenDoc", json!([app])).await;
        assert_eq!(doc["qReturn"]["qHandle"], 1);
        client
    }

    pub(crate) async fn send(&mut self, handle: i64, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        self.send_json(json!({ "jsonrpc": "2.0", "id": id, "handle": handle, "method": method, "params": params }))
            .await;
        id
    }

    pub(crate) async fn send_json(&mut self, message: Value) {
        self.send_text(&message.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message of any kind; `None` when the socket has ended.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("no message arrives").and_then(Result::ok)
    }

    async fn next_json(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("expected a message, received {other:?}"),
        }
    }

    /// The next message; buffered ones first.
    pub(crate) async fn message(&mut self) -> Value {
        match self.kept.pop_front() {
            Some(message) => message,
            None => self.next_json().await,
        }
    }

    /// The next message without an ID.
    pub(crate) async fn notification(&mut self) -> Value {
        if let Some(index) = self.kept.iter().position(|message| message["id"].is_null()) {
            return self.kept.remove(index).unwrap();
        }
        loop {
            let message = self.next_json().await;
            if message["id"].is_null() {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    /// The response to a request.
    pub(crate) async fn answer(&mut self, id: i64) -> Value {
        if let Some(index) = self.kept.iter().position(|message| message["id"] == id) {
            return self.kept.remove(index).unwrap();
        }
        loop {
            let message = self.next_json().await;
            if message["id"] == id {
                return message;
            }
            self.kept.push_back(message);
        }
    }

    /// Sends a request and returns the whole response.
    pub(crate) async fn call(&mut self, handle: i64, method: &str, params: Value) -> Value {
        let id = self.send(handle, method, params).await;
        self.answer(id).await
    }

    /// Sends a request that succeeds and returns its result.
    pub(crate) async fn result(&mut self, handle: i64, method: &str, params: Value) -> Value {
        let mut answer = self.call(handle, method, params).await;
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }

    /// Sends a request that fails and returns the error code.
    pub(crate) async fn error(&mut self, handle: i64, method: &str, params: Value) -> i64 {
        let answer = self.call(handle, method, params).await;
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{method}: {answer}"))
    }

    /// Sends a request that returns an object and returns its handle.
    pub(crate) async fn object(&mut self, handle: i64, method: &str, params: Value) -> i64 {
        let result = self.result(handle, method, params).await;
        result["qReturn"]["qHandle"].as_i64().unwrap_or_else(|| panic!("{method}: {result}"))
    }

    pub(crate) async fn close(mut self, code: u16) {
        use tokio_tungstenite::tungstenite::protocol::CloseFrame;
        let frame = CloseFrame { code: code.into(), reason: "".into() };
        self.socket.close(Some(frame)).await.unwrap();
        while self.next().await.is_some() {}
    }
}

/// Sends a plain HTTP request (`GET /path`). Returns its status, its headers with names in lower case, and its body.
#[allow(dead_code, reason = "not every test file uses every helper")]
pub(crate) async fn raw_request(
    engine: &TestEngine,
    request: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (u16, std::collections::BTreeMap<String, String>, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let text =
        format!("{request} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = TcpStream::connect(engine.address()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    (status, headers.collect(), body.to_owned())
}
