//! Transports, which send and receive text messages.
//!
//! A WebSocket is one transport; tests and replays use others.

use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::{Sink, Stream};
use qix_schema::rpc::CloseCode;

pub use super::text::Text;

/// An error of a transport. It ends the connection.
pub type TransportError = Box<dyn StdError + Send + Sync>;

pub(crate) type IncomingStream = Pin<Box<dyn Stream<Item = Result<Incoming, TransportError>> + Send>>;
pub(crate) type OutgoingSink = Pin<Box<dyn Outlet>>;

/// A sink that also accepts borrowed texts.
pub(crate) trait Outlet: Sink<Outgoing, Error = TransportError> + Send {
    /// Waits until the sink accepts a text, and sends it.
    fn poll_text(self: Pin<&mut Self>, cx: &mut Context<'_>, text: &str) -> Poll<Result<(), TransportError>>;
}

/// A sink that accepts owned texts only.
struct Owning<O>(Pin<Box<O>>);

/// An open connection to an engine.
///
/// Two queues can simulate an engine:
///
/// ```
/// use futures_channel::mpsc;
/// use futures_util::{SinkExt, StreamExt};
/// use qix_client::{GlobalApi, Session};
/// use qix_client::transport::{Incoming, Outgoing, Transport, TransportError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (mut answer, incoming) = mpsc::unbounded::<Result<Incoming, TransportError>>();
/// let (outgoing, mut requests) = mpsc::unbounded();
/// tokio::spawn(async move {
///     let greeting = r#"{"method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}"#;
///     answer.send(Ok(Incoming::Text(greeting.into()))).await.ok();
///     while let Some(Outgoing::Text(request)) = requests.next().await {
///         assert!(request.contains("EngineVersion"));
///         let result = r#"{"id":1,"result":{"qVersion":{"qComponentVersion":"12.2886.0"}}}"#;
///         answer.send(Ok(Incoming::Text(result.into()))).await.ok();
///     }
/// });
/// let transport = Transport::new(incoming, outgoing.sink_map_err(TransportError::from));
/// let session = Session::builder().connect_over(transport).await?;
/// assert_eq!(session.engine_version().await?.component_version, "12.2886.0");
/// # Ok(())
/// # }
/// ```
pub struct Transport {
    pub(crate) reading: IncomingStream,
    pub(crate) writing: OutgoingSink,
    /// Whether the server accepted the cookie of an earlier connection, without a login.
    pub(crate) by_cookie: bool,
}

/// An incoming item.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// A message.
    Text(Text),
    /// The other side closes the connection.
    Close(CloseCode, String),
}

/// An outgoing item.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outgoing {
    /// A message.
    Text(String),
    /// Closes the connection.
    Close(CloseCode, String),
}

impl Transport {
    /// Creates a transport from a stream of incoming items and a sink for outgoing items.
    ///
    /// The session sends everything that is ready before it flushes. The end of the stream, or its first error, ends
    /// the connection.
    pub fn new<I, O>(incoming: I, outgoing: O) -> Self
    where
        I: Stream<Item = Result<Incoming, TransportError>> + Send + 'static,
        O: Sink<Outgoing, Error = TransportError> + Send + 'static,
    {
        Self::with_outlet(incoming, Owning(Box::pin(outgoing)))
    }

    pub(crate) fn with_outlet<I, O>(incoming: I, outgoing: O) -> Self
    where
        I: Stream<Item = Result<Incoming, TransportError>> + Send + 'static,
        O: Outlet + 'static,
    {
        Self { reading: Box::pin(incoming), writing: Box::pin(outgoing), by_cookie: false }
    }
}

impl<O: Sink<Outgoing, Error = TransportError> + Send> Outlet for Owning<O> {
    fn poll_text(mut self: Pin<&mut Self>, cx: &mut Context<'_>, text: &str) -> Poll<Result<(), TransportError>> {
        ready!(self.0.as_mut().poll_ready(cx))?;
        Poll::Ready(self.0.as_mut().start_send(Outgoing::Text(text.to_owned())))
    }
}

impl<O: Sink<Outgoing>> Sink<Outgoing> for Owning<O> {
    type Error = O::Error;

    fn poll_ready(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), O::Error>> {
        self.0.as_mut().poll_ready(cx)
    }

    fn start_send(mut self: Pin<&mut Self>, outgoing: Outgoing) -> Result<(), O::Error> {
        self.0.as_mut().start_send(outgoing)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), O::Error>> {
        self.0.as_mut().poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<(), O::Error>> {
        self.0.as_mut().poll_close(cx)
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}
