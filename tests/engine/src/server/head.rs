//! The HTTP request that a socket begins with: an upgrade to a WebSocket, or the download of an export.

use std::fmt::Write;
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// No honest request has a longer head.
const LONGEST_HEAD: usize = 64 * 1024;

/// The head of a request, and what came after it.
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

    /// The key of a request to become a WebSocket.
    pub(crate) fn upgrade_key(&self) -> Option<&str> {
        let wants = self.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
        self.header("sec-websocket-key").filter(|_| wants)
    }

    /// Who asks: the directory header of a trusted caller, else the credentials, else nobody.
    pub(crate) fn user(&self) -> &str {
        self.header("x-qlik-user").or_else(|| self.header("authorization")).unwrap_or_default()
    }
}

/// Answers an upgrade with yes.
pub(crate) async fn accept(stream: &mut TcpStream, key: &str) -> io::Result<()> {
    let accept = derive_accept_key(key.as_bytes());
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await
}

/// Answers with a status and a body, and ends.
pub(crate) async fn respond(stream: &mut TcpStream, status: u16, kind: &str, body: &[u8]) -> io::Result<()> {
    let mut head = String::new();
    let reason = reason(status);
    let length = body.len();
    // Writing to a string does not fail.
    let _ = write!(
        head,
        "HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body).await?;
    stream.shutdown().await
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
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
