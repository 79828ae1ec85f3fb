//! The first bytes of a server's response, before it is parsed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The first two bytes of a TLS alert: a record of type 21, major version 3.
const TLS_ALERT: u16 = 0x1503;

/// A byte stream that remembers the first two bytes that it has read.
pub(super) struct FirstBytes<S> {
    stream: S,
    /// `None` when both are known.
    seen: Option<Seen>,
}

/// The first two bytes, when they have arrived.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<AtomicU16>);

impl<S> FirstBytes<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream, seen: Some(Seen::default()) }
    }

    pub(super) fn seen(&self) -> Seen {
        self.seen.clone().unwrap_or_default()
    }
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
        // Both bytes arrive together: the smallest packet that a server sends is larger.
        if let Some(seen) = self.seen.take()
            && let [first, second, ..] = buf.filled()[before..]
        {
            seen.0.store(u16::from_be_bytes([first, second]), Ordering::Relaxed);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FirstBytes<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
