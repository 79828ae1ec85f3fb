//! The head of a server's response, before it is parsed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The first two bytes of a TLS alert: a record of type 21, major version 3.
const TLS_ALERT: u16 = 0x1503;

/// The end of a head.
const END: &[u8] = b"\r\n\r\n";

/// A byte stream during the handshake. It remembers the first two bytes that it has read, and keeps back what follows
/// the head of an accepted upgrade: these are messages.
pub(super) struct FirstBytes<S> {
    stream: S,
    seen: Seen,
    head: Vec<u8>,
    /// The beginning of the messages.
    rest: Vec<u8>,
}

/// The first two bytes, when they have arrived.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<AtomicU16>);

impl<S> FirstBytes<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, seen: Seen::default(), head: Vec::new(), rest: Vec::new() }
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.clone()
    }

    /// The stream after the handshake, and what it has kept back.
    pub(super) fn into_parts(self) -> (S, Vec<u8>) {
        (self.stream, self.rest)
    }

    /// Takes note of bytes of the response. Returns how many of them belong to its head, or to a refusal.
    fn note(&mut self, bytes: &[u8]) -> usize {
        let before = self.head.len();
        self.head.extend_from_slice(bytes);
        if let (0..2, [first, second, ..]) = (before, &*self.head) {
            self.seen.0.store(u16::from_be_bytes([*first, *second]), Ordering::Relaxed);
        }
        let from = before.saturating_sub(END.len() - 1);
        let end = self.head[from..].windows(END.len()).position(|window| window == END);
        match end {
            Some(end) if is_accepted(&self.head) => {
                self.rest = self.head.split_off(from + end + END.len());
                bytes.len() - self.rest.len()
            }
            _ => bytes.len(),
        }
    }
}

/// Whether the head of a response accepts the upgrade.
fn is_accepted(head: &[u8]) -> bool {
    head.split(|byte| *byte == b' ').nth(1) == Some(b"101")
}

impl Seen {
    /// Whether the server uses TLS although the client does not.
    pub(super) fn is_tls_alert(&self) -> bool {
        self.0.load(Ordering::Relaxed) == TLS_ALERT
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for FirstBytes<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let own = self.note(&buf.filled()[before..]);
        buf.set_filled(before + own);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    const ACCEPTED: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    const REFUSED: &str = "HTTP/1.1 401 No\r\nContent-Length: 6\r\n\r\n";

    #[tokio::test]
    async fn messages_after_the_head_are_kept_back_however_it_is_cut() {
        let response = format!("{ACCEPTED}\x01frames");
        for piece in 1..=response.len() {
            let mut stream = FirstBytes::new(response.as_bytes());
            let mut read = String::new();
            while read.len() < ACCEPTED.len() {
                let mut bytes = vec![0; piece];
                let length = stream.read(&mut bytes).await.unwrap();
                assert!(length > 0, "{read}");
                read.push_str(str::from_utf8(&bytes[..length]).unwrap());
            }
            assert_eq!(read, ACCEPTED);
            let (left, rest) = stream.into_parts();
            assert_eq!([rest, left.to_vec()].concat(), b"\x01frames");
        }
    }

    #[tokio::test]
    async fn the_body_of_a_refusal_is_not_kept_back() {
        let response = format!("{REFUSED}reason");
        let mut stream = FirstBytes::new(response.as_bytes());
        let mut read = String::new();
        stream.read_to_string(&mut read).await.unwrap();
        assert_eq!(read, response);
    }

    #[tokio::test]
    async fn an_alert_is_recognized_by_its_first_bytes() {
        for piece in [1, 7] {
            let mut stream = FirstBytes::new(&[0x15, 3, 1, 0, 2, 2, 70][..]);
            while stream.read(&mut vec![0; piece]).await.unwrap() > 0 {}
            assert!(stream.seen().is_tls_alert());
        }
    }
}
