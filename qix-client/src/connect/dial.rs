//! Connections to hosts.

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use url::{Host, Url};

use super::ConnectError;

/// A byte stream that a WebSocket can run on.
pub(crate) trait Socket: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + 'static> Socket for T {}

/// Connects to the host of an address, through a proxy if the environment names one for it.
pub(crate) async fn dial(url: &Url) -> Result<Box<dyn Socket>, ConnectError> {
    let (host, port) = host_and_port(url);
    #[cfg(feature = "proxy")]
    if !is_here(url)
        && let Some(proxy) = super::proxy::of(url)
    {
        return proxy.connect(&host, port).await;
    }
    Ok(Box::new(connect(&host, port).await?))
}

/// The host, without the brackets of an IPv6 address, and the port.
pub(crate) fn host_and_port(url: &Url) -> (String, u16) {
    let host = match url.host() {
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(host) => host.to_string(),
        None => String::new(),
    };
    (host, url.port_or_known_default().unwrap_or(443))
}

/// Whether the host is this machine, which no proxy can reach.
#[cfg(feature = "proxy")]
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(super) async fn connect(host: &str, port: u16) -> Result<TcpStream, ConnectError> {
    let unreachable = |source| ConnectError::Unreachable { address: format!("{host}:{port}"), source };
    let found = tokio::net::lookup_host((host, port)).await;
    let found: Vec<_> = found.map_err(|source| ConnectError::Resolve { host: host.to_owned(), source })?.collect();
    let socket = TcpStream::connect(&*found).await.map_err(unreachable)?;
    // A call is one small packet that must not wait for the next one.
    socket.set_nodelay(true).map_err(unreachable)?;
    Ok(socket)
}
