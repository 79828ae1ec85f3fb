//! Where an engine is, and what it takes to be let in.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::dial::{Socket, dial, host_and_port};
#[cfg(feature = "oauth")]
use super::oauth;
use super::{Address, ConnectError, Transport, TransportError, websocket};
#[cfg(feature = "tls")]
use super::{certificates, tls};

/// How long connecting may take; an app that is not in memory can keep an engine busy for 20 seconds.
const CONNECT: Duration = Duration::from_secs(60);

/// Gives a fresh token.
pub(crate) type TokenSource =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<String, TransportError>> + Send>> + Send + Sync>;

/// Opens a connection to a host and a port.
pub(crate) type Dialer =
    Arc<dyn Fn(String, u16) -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Socket>>> + Send>> + Send + Sync>;

/// All that is needed to connect, and to connect again.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: Address,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cookies: Vec<String>,
    pub(crate) token: Option<TokenSource>,
    /// What opens connections, if that is not this program's own TCP.
    pub(crate) dialer: Option<Dialer>,
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<oauth::Client>,
    #[cfg(feature = "tls")]
    pub(crate) certificates: certificates::Certificates,
    pub(crate) connect_timeout: Duration,
    pub(crate) max_message_size: Option<usize>,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            address: Address::default(),
            headers: Vec::new(),
            cookies: Vec::new(),
            token: None,
            dialer: None,
            #[cfg(feature = "oauth")]
            oauth: None,
            #[cfg(feature = "tls")]
            certificates: certificates::Certificates::default(),
            connect_timeout: CONNECT,
            max_message_size: None,
        }
    }
}

impl Endpoint {
    /// Connects, with fresh credentials.
    pub(crate) async fn connect(&self) -> Result<Transport, ConnectError> {
        let limit = self.connect_timeout;
        let connecting = tokio::time::timeout(limit, self.open());
        connecting.await.map_err(|_| ConnectError::TimedOut(limit))?
    }

    async fn open(&self) -> Result<Transport, ConnectError> {
        let url = self.address.url(self.direct())?;
        let headers = self.headers(&url).await?;
        websocket::upgrade(self.socket(&url).await?, &url, &headers, self.max_message_size).await
    }

    /// A connection to the host of an address, encrypted if the address says so.
    pub(super) async fn socket(&self, url: &Url) -> Result<Box<dyn Socket>, ConnectError> {
        let socket = match &self.dialer {
            None => dial(url).await?,
            Some(dialer) => {
                let (host, port) = host_and_port(url);
                let unreachable = |source| ConnectError::Unreachable { address: format!("{host}:{port}"), source };
                dialer(host.clone(), port).await.map_err(unreachable)?
            }
        };
        #[cfg(feature = "tls")]
        if matches!(url.scheme(), "wss" | "https") {
            let socket = tls::wrap(socket, url, &self.certificates).await?;
            return Ok(Box::new(socket));
        }
        Ok(socket)
    }

    /// Whether the engine itself is meant, not a proxy before it: only the engine asks for client certificates.
    fn direct(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.certificates.has_identity();
        #[cfg(not(feature = "tls"))]
        return false;
    }

    async fn headers(&self, url: &Url) -> Result<HeaderMap, ConnectError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let key = name.parse::<HeaderName>().map_err(|_| ConnectError::Header { name: name.clone() })?;
            headers.append(key, secret(name, value)?);
        }
        if !self.cookies.is_empty() {
            headers.insert(COOKIE, secret("Cookie", &self.cookies.join("; "))?);
        }
        #[cfg(feature = "oauth")]
        if let Some(client) = &self.oauth {
            let token = client.token(url, self).await.map_err(ConnectError::Token)?;
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Bearer {token}"))?);
        }
        #[cfg(not(feature = "oauth"))]
        let _ = url;
        if let Some(source) = &self.token {
            let token = source().await.map_err(ConnectError::Token)?;
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Bearer {token}"))?);
        }
        Ok(headers)
    }
}

fn secret(name: &str, value: &str) -> Result<HeaderValue, ConnectError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| ConnectError::Header { name: name.to_owned() })?;
    value.set_sensitive(true);
    Ok(value)
}

impl fmt::Debug for Endpoint {
    /// Shows no value of a header and no query: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Endpoint").field("address", &self.address).field("headers", &headers).finish_non_exhaustive()
    }
}
