//! Messages over a byte stream: a WebSocket after its handshake.

use std::io;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use qix_schema::rpc::CloseCode;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio_tungstenite::tungstenite::error::{Error as WsError, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

use super::frames::{Arrived, Frames, Masks};
use crate::connect::transport::Outlet;
use crate::connect::{Incoming, Outgoing, Transport, TransportError};

/// With more than this to send, the next message waits.
const MOST_QUEUED: usize = 128 * 1024;

/// The memory that a connection keeps for the next messages in any case.
const KEPT: usize = 4 * 1024;

/// A transport over a byte stream. `arrived` is what the server has sent after its part of the handshake.
pub(super) fn transport<S>(socket: S, arrived: Vec<u8>, max_size: Option<usize>) -> Transport
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let out =
        Out { bytes: Vec::new(), sent: 0, masks: Masks::default(), is_open: true, is_flushing: false, owes: false };
    let ends = Arc::new(Mutex::new(Ends { socket, out }));
    let reading = Reading { ends: Arc::clone(&ends), frames: Frames::new(arrived, max_size), is_over: false };
    Transport::with_outlet(reading, Writing { ends })
}

/// What both directions share.
struct Ends<S> {
    socket: S,
    out: Out,
}

/// What is to be sent.
struct Out {
    bytes: Vec<u8>,
    /// How many of the bytes are sent.
    sent: usize,
    masks: Masks,
    /// Whether no close frame was sent.
    is_open: bool,
    /// Whether the task of the sink waits until the socket takes more.
    is_flushing: bool,
    /// Whether the reader has something to send that the socket has not taken.
    owes: bool,
}

impl Out {
    /// Queues a text for sending.
    fn write(&mut self, text: &str) -> Result<(), TransportError> {
        if !self.is_open {
            return Err(WsError::from(ProtocolError::SendAfterClosing).into());
        }
        self.masks.write(&mut self.bytes, OpCode::Data(Data::Text), text.as_bytes());
        Ok(())
    }
}

struct Reading<S> {
    ends: Arc<Mutex<Ends<S>>>,
    frames: Frames,
    is_over: bool,
}

struct Writing<S> {
    ends: Arc<Mutex<Ends<S>>>,
}

fn lock<S>(ends: &Mutex<Ends<S>>) -> MutexGuard<'_, Ends<S>> {
    ends.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Reading<S> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Incoming>, WsError>> {
        loop {
            match self.frames.next()? {
                Some(Arrived::Text(text)) => return Poll::Ready(Ok(Some(Incoming::Text(text)))),
                Some(Arrived::Ping(payload)) => {
                    let ends = &mut *lock(&self.ends);
                    if ends.out.is_open {
                        ends.out.masks.write(&mut ends.out.bytes, OpCode::Control(Control::Pong), &payload);
                        ends.answer(cx)?;
                    }
                }
                Some(Arrived::Close(closing)) => {
                    let ends = &mut *lock(&self.ends);
                    if std::mem::take(&mut ends.out.is_open) {
                        let echo = closing.as_ref().map(|(code, reason)| (*code, reason.as_str()));
                        ends.out.masks.write_close(&mut ends.out.bytes, echo);
                        // The other side is closing, so nothing depends on this.
                        ends.answer(cx).ok();
                    }
                    let (code, reason) = closing.map_or((1005, String::new()), |(code, reason)| (code.into(), reason));
                    self.is_over = true;
                    return Poll::Ready(Ok(Some(Incoming::Close(CloseCode(code), reason))));
                }
                None => {
                    let (buffer, room) = self.frames.room();
                    let mut ends = lock(&self.ends);
                    if ends.out.owes {
                        ends.answer(cx)?;
                    }
                    let arrived = poll_read(&mut ends.socket, buffer, room, cx);
                    drop(ends);
                    match arrived {
                        Poll::Ready(Ok(0)) => {
                            return Poll::Ready(Err(ProtocolError::ResetWithoutClosingHandshake.into()));
                        }
                        Poll::Ready(arrived) => drop(arrived?),
                        Poll::Pending => {
                            self.frames.rest();
                            return Poll::Pending;
                        }
                    }
                }
            }
        }
    }
}

/// Reads at most `room` bytes to the end of a buffer, which has room for them.
fn poll_read<S: AsyncRead + Unpin>(
    socket: &mut S,
    buffer: &mut Vec<u8>,
    room: usize,
    cx: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let mut limited = socket.take(room as u64);
    // It keeps nothing between two calls, so that it can be created for each.
    pin!(limited.read_buf(buffer)).poll(cx)
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for Reading<S> {
    type Item = Result<Incoming, TransportError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let arrived = ready!(self.poll(cx));
        self.is_over |= !matches!(arrived, Ok(Some(Incoming::Text(_))));
        Poll::Ready(arrived.map_err(TransportError::from).transpose())
    }
}

impl<S: AsyncWrite + Unpin> Ends<S> {
    /// Sends the reader's response to a ping or a close frame, as far as the socket accepts it.
    fn answer(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        self.out.owes = true;
        // The socket wakes the last task that waited for it. That of the sink sends everything.
        if self.out.is_flushing {
            return Ok(());
        }
        match self.poll_flush(cx) {
            Poll::Ready(sent) => sent,
            Poll::Pending => Ok(()),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Out { bytes, sent, owes, .. } = &mut self.out;
        while *sent < bytes.len() {
            match ready!(Pin::new(&mut self.socket).poll_write(cx, &bytes[*sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                length => *sent += length,
            }
        }
        // Memory for a burst is not kept when it is over.
        if bytes.capacity() > KEPT && bytes.len() < bytes.capacity() / 8 {
            *bytes = Vec::new();
        }
        bytes.clear();
        *sent = 0;
        *owes = false;
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    /// Waits while too much is queued.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        if self.out.bytes.len() - self.out.sent > MOST_QUEUED { self.poll_sink(cx) } else { Poll::Ready(Ok(())) }
    }

    /// Flushes in the task of the sink.
    fn poll_sink(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let flushed = self.poll_flush(cx);
        self.out.is_flushing = flushed.is_pending();
        flushed.map_err(|error| WsError::from(error).into())
    }
}

impl<S: AsyncWrite + Unpin + Send> Outlet for Writing<S> {
    fn poll_text(self: Pin<&mut Self>, cx: &mut Context<'_>, text: &str) -> Poll<Result<(), TransportError>> {
        let mut ends = lock(&self.ends);
        ready!(ends.poll_ready(cx))?;
        Poll::Ready(ends.out.write(text))
    }
}

impl<S: AsyncWrite + Unpin> Sink<Outgoing> for Writing<S> {
    type Error = TransportError;

    fn poll_ready(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        lock(&self.ends).poll_ready(cx)
    }

    fn start_send(self: Pin<&mut Self>, outgoing: Outgoing) -> Result<(), TransportError> {
        let out = &mut lock(&self.ends).out;
        match outgoing {
            Outgoing::Text(text) => return out.write(&text),
            Outgoing::Close(code, reason) => {
                if std::mem::take(&mut out.is_open) {
                    out.masks.write_close(&mut out.bytes, Some((code.0.into(), &reason)));
                }
            }
        }
        Ok(())
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        lock(&self.ends).poll_sink(cx)
    }

    fn poll_close(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        let ends = &mut *lock(&self.ends);
        if std::mem::take(&mut ends.out.is_open) {
            ends.out.masks.write_close(&mut ends.out.bytes, None);
        }
        ends.poll_sink(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use futures_util::{FutureExt, SinkExt, StreamExt};
    use tokio::io::{DuplexStream, duplex};
    use tokio_tungstenite::WebSocketStream;
    use tokio_tungstenite::tungstenite::Message;
    use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};

    use super::*;

    /// A transport, and the other side; the pipe between them holds so many bytes.
    async fn pair(size: usize) -> (Transport, WebSocketStream<DuplexStream>) {
        let (ours, theirs) = duplex(size);
        let server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        (transport(ours, Vec::new(), None), server)
    }

    async fn text(transport: &mut Transport) -> String {
        match transport.reading.next().await {
            Some(Ok(Incoming::Text(text))) => text.as_ref().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn messages_of_any_length_pass_in_both_directions() {
        let lengths = [0, 1, 125, 126, 4096, 16_383, 16_384, 65_535, 65_536, 200_000, 1_000_000];
        for size in [100, 5000, 1 << 20] {
            let (mut client, mut server) = pair(size).await;
            let echo = async {
                while let Some(Ok(message)) = server.next().await {
                    server.send(message).await.unwrap();
                }
            };
            let there_and_back = async {
                for length in lengths {
                    let sent = "ä".repeat(length / 2) + &"x".repeat(length % 2);
                    let outgoing = Outgoing::Text(sent.clone());
                    let (sending, arrived) = tokio::join!(client.writing.send(outgoing), async {
                        match client.reading.next().await {
                            Some(Ok(Incoming::Text(text))) => text,
                            other => panic!("{other:?}"),
                        }
                    });
                    sending.unwrap();
                    assert!(arrived.as_ref() == sent, "{length}");
                }
                client
            };
            tokio::select! {
                () = echo => panic!("the client closes nothing"),
                _ = there_and_back => {}
            }
        }
    }

    #[tokio::test]
    async fn messages_after_the_handshake_come_first() {
        let (ours, theirs) = duplex(1000);
        let mut client = transport(ours, b"\x81\x05first\x81\x06sec".to_vec(), None);
        assert_eq!(text(&mut client).await, "first");
        let mut theirs = theirs;
        tokio::io::AsyncWriteExt::write_all(&mut theirs, b"ond").await.unwrap();
        assert_eq!(text(&mut client).await, "second");
    }

    #[tokio::test]
    async fn a_ping_is_answered_even_if_nothing_is_sent() {
        let (mut client, mut server) = pair(1000).await;
        server.send(Message::Ping("are you there".into())).await.unwrap();
        assert!(client.reading.next().now_or_never().is_none());
        assert_eq!(server.next().await.unwrap().unwrap(), Message::Pong("are you there".into()));
    }

    #[tokio::test]
    async fn a_ping_is_answered_after_a_message_that_the_other_side_reads_slowly() {
        let (mut client, mut server) = pair(100).await;
        let long = "x".repeat(1000);
        let mut writing = client.writing;
        let mut sending = Box::pin(writing.send(Outgoing::Text(long.clone())));
        assert!((&mut sending).now_or_never().is_none());
        server.send(Message::Ping("a".into())).await.unwrap();
        assert!(client.reading.next().now_or_never().is_none());
        let (sent, message) = tokio::join!(sending, server.next());
        sent.unwrap();
        assert_eq!(message.unwrap().unwrap(), Message::text(long));
        assert_eq!(server.next().await.unwrap().unwrap(), Message::Pong("a".into()));
    }

    #[tokio::test]
    async fn pings_are_answered_when_the_other_side_reads_again() {
        // More answers than the pipe holds, so that the reader waits for room.
        let mut questions = Vec::new();
        for number in 0..20_u8 {
            questions.extend_from_slice(&[0x89, 60]);
            questions.extend_from_slice(&[number; 60]);
        }
        let (ours, theirs) = duplex(100);
        let mut client = transport(ours, questions, None);
        let mut server = WebSocketStream::from_raw_socket(theirs, Role::Server, None).await;
        assert!(client.reading.next().now_or_never().is_none());
        let pongs = async {
            for number in 0..20_u8 {
                let Some(Ok(Message::Pong(payload))) = server.next().await else { panic!("a pong is missing") };
                assert_eq!(&payload[..], [number; 60]);
            }
        };
        tokio::select! {
            () = pongs => {}
            arrived = client.reading.next() => panic!("{arrived:?}"),
        }
    }

    #[tokio::test]
    async fn the_other_side_closes() {
        let (mut client, mut server) = pair(1000).await;
        let frame = CloseFrame { code: 4000.into(), reason: "enough".into() };
        server.send(Message::Close(Some(frame.clone()))).await.unwrap();
        match client.reading.next().await {
            Some(Ok(Incoming::Close(code, reason))) => assert_eq!((code.0, &*reason), (4000, "enough")),
            other => panic!("{other:?}"),
        }
        assert!(client.reading.next().await.is_none());
        assert_eq!(server.next().await.unwrap().unwrap(), Message::Close(Some(frame)));
        assert!(client.writing.send(Outgoing::Text("late".into())).await.is_err());
        client.writing.close().await.unwrap();
    }

    #[tokio::test]
    async fn this_side_closes() {
        let (mut client, mut server) = pair(1000).await;
        client.writing.send(Outgoing::Close(CloseCode(1000), "bye".into())).await.unwrap();
        client.writing.close().await.unwrap();
        // Messages that were already sent still arrive.
        server.send(Message::text("last")).await.unwrap();
        let Some(Ok(Message::Close(Some(frame)))) = server.next().await else { panic!("a close frame is missing") };
        assert_eq!((u16::from(frame.code), frame.reason.as_str()), (1000, "bye"));
        assert!(server.next().await.is_none_or(|end| end.is_err()), "only one close frame");
        assert_eq!(text(&mut client).await, "last");
        assert!(matches!(client.reading.next().await, Some(Ok(Incoming::Close(CloseCode(1000), _)))));
    }

    #[tokio::test]
    async fn an_end_without_a_close_frame_is_an_error() {
        let (mut client, server) = pair(1000).await;
        drop(server);
        let error = client.reading.next().await.unwrap().unwrap_err();
        assert_eq!(error.to_string(), "WebSocket protocol error: Connection reset without closing handshake");
        assert!(client.reading.next().await.is_none());
    }

    #[tokio::test]
    async fn more_than_the_limit_waits_for_the_socket() {
        let (mut client, _server) = pair(100).await;
        let long = "x".repeat(MOST_QUEUED + 1);
        client.writing.feed(Outgoing::Text(long)).await.unwrap();
        let ready = poll_fn(|cx| client.writing.poll_ready_unpin(cx));
        assert!(ready.now_or_never().is_none());
    }
}
