//! Connections to hosts.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::connect::ConnectError;
use crate::connect::url::Url;

/// A byte stream that a WebSocket can run on.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Socket for T {}

/// Connects to the host of a URL, through a proxy if the environment sets one for it.
pub(crate) async fn dial(url: &Url) -> Result<Box<dyn Socket>, ConnectError> {
    let (host, port) = (url.host(), url.port());
    #[cfg(feature = "proxy")]
    if let Some(proxy) = super::proxy::of(url) {
        return proxy.connect(host, port).await;
    }
    Ok(Box::new(connect(host, port).await?))
}

pub(super) async fn connect(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let unreachable = |cause| ConnectError::Unreachable { address: format!("{host}:{port}"), cause };
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<_> =
        found.map_err(|source| ConnectError::Resolve { host: host.to_owned(), cause: source })?.collect();
    let socket = TcpStream::connect(&*found).await.map_err(unreachable)?;
    // A call is one small packet that must not wait for the next one.
    socket.set_nodelay(true).map_err(unreachable)?;
    Ok(socket)
}
