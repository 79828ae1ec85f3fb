//! The address of an engine, and the credentials for it.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http::header::{AUTHORIZATION, COOKIE};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::cookies::Cookies;
use super::dial::{Socket, dial};
#[cfg(feature = "oauth")]
use super::oauth;
use super::ticket::{Spent, Tickets};
use super::url::Url;
use super::{Address, ConnectError, Transport, TransportError, websocket};
#[cfg(feature = "tls")]
use super::{certificates, tls};

/// Timeout for connecting; loading an app into memory can keep an engine busy for 20 seconds.
const CONNECT: Duration = Duration::from_secs(60);

/// Returns a fresh token.
pub(crate) type TokenSource =
    Arc<dyn Fn() -> Pin<Box<dyn Future<Output = Result<String, TransportError>> + Send>> + Send + Sync>;

/// Opens a connection to a host and a port.
pub(crate) type Dialer =
    Arc<dyn Fn(String, u16) -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Socket>>> + Send>> + Send + Sync>;

/// A user's login, kept between connections.
#[derive(Default)]
pub(crate) struct Login {
    pub(crate) cookies: Cookies,
    /// Held while logging in, so that concurrent connections log in only once.
    first: tokio::sync::Mutex<()>,
    /// Whether the server has opened a connection without creating a session, so that waiting for a cookie is useless.
    without_cookies: AtomicBool,
}

/// Everything needed to connect and to reconnect.
#[derive(Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: Address,
    pub(crate) headers: Vec<(String, String)>,
    /// Cookies set by the program.
    pub(crate) cookies: Vec<(String, String)>,
    /// The login of this user; clones share it.
    pub(crate) login: Arc<Login>,
    pub(crate) token: Option<TokenSource>,
    pub(crate) tickets: Option<TokenSource>,
    pub(crate) spent_tickets: Spent,
    /// Opens connections, if the program has a custom connector.
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
            login: Arc::default(),
            token: None,
            tickets: None,
            spent_tickets: Spent::default(),
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
        let mut url = self.address.url(self.direct())?;
        let tickets = Tickets::of(&mut url, self.tickets.as_ref());
        let _turn = match self.login.without_cookies.load(Ordering::Relaxed) || self.login.cookies.has_session(&url) {
            false => Some(self.login.first.lock().await),
            true => None,
        };
        if self.login.cookies.has_session(&url) {
            match self.attempt(&url, None).await {
                // The session has ended on the server, so its cookie is no longer valid.
                Err(ConnectError::HttpStatus { status: 300..=399 | 401, .. }) => {
                    self.login.cookies.forget_session(&url)
                }
                outcome => return outcome.map(|transport| Transport { by_cookie: true, ..transport }),
            }
        }
        self.attempt(&url, Some(tickets)).await
    }

    /// Drops the cookies of a session that the server no longer has.
    pub(crate) fn forget_session(&self) -> Result<(), ConnectError> {
        self.login.cookies.forget_session(&self.address.url(self.direct())?);
        Ok(())
    }

    /// Connects once: with a login, or only with the cookies of earlier connections.
    async fn attempt(&self, url: &Url, log_in: Option<Tickets<'_>>) -> Result<Transport, ConnectError> {
        let headers = self.headers(url, log_in.is_some()).await?;
        let socket = self.socket(url).await?;
        let mut address = url.clone();
        if let Some(tickets) = log_in {
            tickets.spend(&mut address, &self.spent_tickets).await?;
        }
        let (transport, answer) = websocket::upgrade(socket, &address, &headers, self.max_message_size).await?;
        self.login.cookies.keep(url, &answer);
        self.login.without_cookies.store(!self.login.cookies.has_session(url), Ordering::Relaxed);
        Ok(transport)
    }

    /// A connection to the host of a URL, encrypted if the scheme requires it.
    pub(crate) async fn socket(&self, url: &Url) -> Result<Box<dyn Socket>, ConnectError> {
        let socket = match &self.dialer {
            None => dial(url).await?,
            Some(dialer) => {
                let (host, port) = (url.host().to_owned(), url.port());
                let unreachable = |cause| ConnectError::Unreachable { address: format!("{host}:{port}"), cause };
                dialer(host.clone(), port).await.map_err(unreachable)?
            }
        };
        #[cfg(feature = "tls")]
        if url.scheme.is_encrypted() {
            let socket = tls::wrap(socket, url, &self.certificates).await?;
            return Ok(Box::new(socket));
        }
        Ok(socket)
    }

    /// Whether the URL is that of the engine itself, not of a proxy: only the engine requires client certificates.
    pub(crate) fn direct(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.certificates.has_identity();
        #[cfg(not(feature = "tls"))]
        return false;
    }

    pub(crate) async fn headers(&self, url: &Url, log_in: bool) -> Result<HeaderMap, ConnectError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let key = name.parse::<HeaderName>().map_err(|_| ConnectError::Header { name: name.clone() })?;
            headers.append(key, secret(name, value)?);
        }
        if let Some(cookies) = self.login.cookies.header(url, &self.cookies) {
            headers.insert(COOKIE, secret("Cookie", &cookies)?);
        }
        if !log_in {
            return Ok(headers);
        }
        #[cfg(feature = "oauth")]
        if self.oauth.is_some() && self.token.is_some() {
            return Err(ConnectError::Contradiction { first: "oauth", second: "bearer" });
        }
        #[cfg(feature = "oauth")]
        if let Some(client) = &self.oauth {
            let token = client.token(url, self).await.map_err(ConnectError::Token)?;
            headers.insert(AUTHORIZATION, secret("Authorization", &format!("Bearer {token}"))?);
        }
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
    /// Omits header values and the query, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Endpoint").field("address", &self.address).field("headers", &headers).finish_non_exhaustive()
    }
}
