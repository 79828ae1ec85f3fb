//! What a program can set for its connections, and a page cannot.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::cookies::Cookies;
use super::dial::{Socket, dial};
#[cfg(feature = "oauth")]
use super::oauth;
#[cfg(feature = "tls")]
use super::{certificates, tls};
use crate::connect::ConnectError;
use crate::connect::url::Url;

/// Opens a connection to a host and a port.
pub(crate) type Dialer =
    Arc<dyn Fn(String, u16) -> Pin<Box<dyn Future<Output = io::Result<Box<dyn Socket>>> + Send>> + Send + Sync>;

/// A user's login, kept between connections.
#[derive(Default)]
pub(crate) struct Login {
    pub(crate) cookies: Cookies,
    /// Held while logging in, so that concurrent connections log in only once.
    pub(super) first: tokio::sync::Mutex<()>,
    /// Whether the server has opened a connection without creating a session, so that waiting for a cookie is useless.
    pub(super) without_cookies: AtomicBool,
}

/// Headers, certificates, and the way to the host.
#[derive(Clone, Default)]
pub(crate) struct Access {
    pub(crate) headers: Vec<(String, String)>,
    /// Cookies set by the program.
    pub(crate) cookies: Vec<(String, String)>,
    /// The login of this user; clones share it.
    pub(crate) login: Arc<Login>,
    /// Opens connections, if the program has a custom connector.
    pub(crate) dialer: Option<Dialer>,
    #[cfg(feature = "oauth")]
    pub(crate) oauth: Option<oauth::Client>,
    #[cfg(feature = "tls")]
    pub(crate) certificates: certificates::Certificates,
}

impl Access {
    /// Discards cookies that were set for other credentials.
    pub(crate) fn forget_user(&mut self) {
        self.login = Arc::default();
    }

    /// Shares the cookies of another session of the same user.
    pub(crate) fn share_user(&mut self, other: &Self) {
        self.login = Arc::clone(&other.login);
    }

    /// Whether the URL is that of the engine itself, not of a proxy: only the engine requires client certificates.
    pub(crate) fn direct(&self) -> bool {
        #[cfg(feature = "tls")]
        return self.certificates.has_identity();
        #[cfg(not(feature = "tls"))]
        return false;
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
}

impl fmt::Debug for Access {
    /// Omits header values, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Access").field("headers", &headers).finish_non_exhaustive()
    }
}
