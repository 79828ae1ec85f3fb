//! The HTTP request that opens a socket: a WebSocket upgrade, or the download of an export.

use serde_json::Value;
use std::fmt::Write;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// Regular requests have shorter heads.
const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a request, and the bytes after it.
#[derive(Debug, Default)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) rest: Vec<u8>,
}

impl Head {
    /// Reads up to the empty line.
    pub(crate) async fn read(stream: &mut TcpStream) -> io::Result<Self> {
        let invalid = || io::Error::from(io::ErrorKind::InvalidData);
        let mut bytes = Vec::new();
        let end = loop {
            if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                break end;
            }
            if bytes.len() > LONGEST_HEAD || stream.read_buf(&mut bytes).await? == 0 {
                return Err(invalid());
            }
        };
        let rest = bytes.split_off(end + 4);
        let text = String::from_utf8_lossy(&bytes);
        let mut lines = text.split("\r\n");
        let mut first = lines.next().unwrap_or_default().split(' ');
        let (Some(method), Some(target)) = (first.next(), first.next()) else { return Err(invalid()) };
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.trim().to_lowercase(), value.trim().to_owned()));
        Ok(Self { method: method.to_owned(), target: target.to_owned(), headers: headers.collect(), rest })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let headers = self.headers.iter().filter(|(known, _)| known == "cookie");
        let mut cookies =
            headers.flat_map(|(_, value)| value.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
        cookies.find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Reads the body, whose length is in the head.
    pub(crate) async fn body(&self, stream: &mut TcpStream) -> io::Result<Vec<u8>> {
        let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        if length > LONGEST_HEAD {
            return Err(io::ErrorKind::InvalidData.into());
        }
        let mut body = self.rest.clone();
        while body.len() < length {
            if stream.read_buf(&mut body).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(body)
    }

    /// The key of a WebSocket upgrade.
    pub(crate) fn upgrade_key(&self) -> Option<&str> {
        let wants = self.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        self.header("sec-websocket-key").filter(|_| wants)
    }

    /// The user: from the directory header of a trusted caller, or else from the credentials; otherwise empty.
    pub(crate) fn user(&self) -> &str {
        self.header("x-qlik-user").or_else(|| self.header("authorization")).unwrap_or_default()
    }
}

/// A response to a request that is not an upgrade.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Response {
    pub(crate) fn new(status: u16, kind: &str, body: Vec<u8>) -> Self {
        Self { status, headers: vec![("Content-Type".to_owned(), kind.to_owned())], body }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::new(status, "text/plain", body.as_bytes().to_vec())
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", body.to_string().into_bytes())
    }

    /// Writes the response and shuts down the stream.
    pub(crate) async fn send(&self, stream: &mut TcpStream) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        // Writing to a string does not fail.
        let _ = write!(head, "Content-Length: {}\r\nConnection: close\r\n", self.body.len());
        write_headers(&mut head, &self.headers);
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&self.body).await?;
        stream.shutdown().await
    }
}

/// Headers, and the empty line after them.
fn write_headers(head: &mut String, headers: &[(String, String)]) {
    for (name, value) in headers {
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
}

/// Accepts an upgrade.
pub(crate) async fn accept(stream: &mut TcpStream, key: &str, headers: &[(String, String)]) -> io::Result<()> {
    let accept = derive_accept_key(key.as_bytes());
    let mut head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n"
    );
    write_headers(&mut head, headers);
    stream.write_all(head.as_bytes()).await
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        426 => "Upgrade Required",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        _ => "Status",
    }
}
