//! Settings that do not exist in a browser, which connects by itself: it sends its own headers and cookies, checks
//! certificates, and chooses proxies. Functions for credentials are called on other threads here.

#[cfg(feature = "tls")]
use std::any::Any;
use std::io;
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncWrite};

use super::SessionBuilder;
use crate::connect::TransportError;
#[cfg(feature = "tls")]
use crate::connect::native::certificates::{Identity, KeyMaterial, preconfigured};
use crate::connect::native::dial::Socket;
#[cfg(feature = "oauth")]
use crate::connect::native::oauth;

/// The header with the user of a direct connection.
const USER: &str = "X-Qlik-User";

/// # Credentials of programs
///
/// `header`, `user`, `cookie` and `oauth` do not exist in a browser: it lets a page set neither headers nor the cookies
/// of another site, and a page cannot keep a client secret.
impl SessionBuilder {
    /// Adds a header to the WebSocket upgrade request, such as `Origin` or a header that identifies the user to a
    /// proxy.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.access.headers.push((name.into(), value.into()));
        self.for_another_user()
    }

    /// Sets the user, for a direct connection to an engine. `INTERNAL`, `sa_engine` is the service account. Replaces a
    /// user that was set before.
    pub fn user(mut self, directory: impl Into<String>, id: impl Into<String>) -> Self {
        let (directory, id) = (directory.into(), id.into());
        self.endpoint.access.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(USER));
        self.header(USER, format!("UserDirectory={directory}; UserId={id}"))
    }

    /// Sets a function that returns a token. It is called for each connection.
    ///
    /// ```
    /// use qix_client::Session;
    ///
    /// let builder = Session::builder()
    ///     .tenant("acme.eu.qlikcloud.com")
    ///     .token_source(|| async { Ok(std::fs::read_to_string("/run/secrets/token")?) });
    /// ```
    pub fn token_source<F, T>(mut self, source: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<String, TransportError>> + Send + 'static,
    {
        self.endpoint.token = Some(Arc::new(move || Box::pin(source())));
        self.for_another_user()
    }

    /// Uses OAuth machine-to-machine credentials of Qlik Cloud. Tokens are fetched when needed, and again after they
    /// expire.
    ///
    /// See [OAuth clients](https://qlik.dev/authenticate/oauth/).
    #[cfg(feature = "oauth")]
    pub fn oauth(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        self.endpoint.access.oauth = Some(oauth::Client::new(client_id.into(), client_secret.into()));
        self.for_another_user()
    }

    /// Adds a cookie, such as the session cookie of a proxy, `X-Qlik-Session`.
    pub fn cookie(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.access.cookies.push((name.into(), value.into()));
        self.for_another_user()
    }

    /// Sets a function that returns a ticket of the proxy service. It is called for each login: for the first
    /// connection, and for a later one if the cookie is no longer valid.
    pub fn ticket_source<F, T>(mut self, source: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<String, TransportError>> + Send + 'static,
    {
        self.endpoint.tickets = Some(Arc::new(move || Box::pin(source())));
        self.for_another_user()
    }
}

/// # Connections of programs
///
/// These do not exist in a browser, which opens connections itself.
impl SessionBuilder {
    /// Opens connections with a custom function, below TLS and WebSocket: with TCP options, over a Unix socket, or
    /// through a tunnel. It is called with a host and a port for each connection. Proxies from the environment are not
    /// used.
    ///
    /// Its errors become [`ConnectError::Unreachable`](crate::ConnectError::Unreachable).
    ///
    /// ```
    /// use qix_client::Session;
    /// use tokio::net::{TcpSocket, lookup_host};
    ///
    /// let builder = Session::builder().host("engine.corp").dial(|host, port| async move {
    ///     let address = lookup_host((host, port)).await?.next().ok_or(std::io::ErrorKind::NotFound)?;
    ///     let socket = TcpSocket::new_v4()?;
    ///     socket.set_nodelay(true)?;
    ///     socket.bind("10.0.0.7:0".parse().expect("it is an address"))?;
    ///     socket.connect(address).await
    /// });
    /// ```
    pub fn dial<F, T, S>(mut self, dialer: F) -> Self
    where
        F: Fn(String, u16) -> T + Send + Sync + 'static,
        T: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.endpoint.access.dialer = Some(Arc::new(move |host, port| {
            let connecting = dialer(host, port);
            Box::pin(async move { Ok(Box::new(connecting.await?) as Box<dyn Socket>) })
        }));
        self
    }
}

/// # Certificates
///
/// By default, the server certificate is verified with the root certificates of the platform. A browser verifies
/// certificates itself and asks the user for client certificates, so these do not exist there.
#[cfg(feature = "tls")]
impl SessionBuilder {
    /// Sets the client certificate and key that the engine on Windows exports: `client.pem`, `client_key.pem`,
    /// `root.pem`.
    ///
    /// ```
    /// use qix_client::Session;
    ///
    /// let builder = Session::builder()
    ///     .host("engine.corp")
    ///     .client_certificate_pem("client.pem", "client_key.pem", "root.pem")
    ///     .user("INTERNAL", "sa_engine");
    /// ```
    pub fn client_certificate_pem(
        mut self,
        certificate: impl Into<KeyMaterial>,
        key: impl Into<KeyMaterial>,
        root: impl Into<KeyMaterial>,
    ) -> Self {
        let identity = Identity::Pem { certificate: certificate.into(), key: key.into() };
        self.endpoint.access.certificates.identity = Some(identity);
        self.root_certificate_pem(root)
    }

    /// Sets a client certificate and key from a PFX file. To trust the server's root, use
    /// [`root_certificate_pem`](Self::root_certificate_pem).
    #[cfg(feature = "pfx")]
    pub fn client_certificate_pfx(mut self, file: impl Into<KeyMaterial>, passphrase: impl Into<String>) -> Self {
        let identity = Identity::Pfx { file: file.into(), passphrase: passphrase.into() };
        self.endpoint.access.certificates.identity = Some(identity);
        self
    }

    /// Trusts one or more root certificates in a file, in addition to those of the platform.
    pub fn root_certificate_pem(mut self, root: impl Into<KeyMaterial>) -> Self {
        self.endpoint.access.certificates.roots.push(root.into());
        self
    }

    /// Sets the expected name in the server certificate, if it differs from the host name or address.
    ///
    /// Qlik's own certificate authority issues certificates for the machine name, often as a common name only. With
    /// [`root_certificate_pem`](Self::root_certificate_pem), the certificate must be issued by one of those roots,
    /// and its
    /// common name is used if it has no alternative names. This is as safe as the default verification:
    ///
    /// ```
    /// use qix_client::Session;
    ///
    /// let builder = Session::builder()
    ///     .host("10.0.0.7")
    ///     .root_certificate_pem("root.pem")
    ///     .expect_certificate_name("sense.corp");
    /// ```
    pub fn expect_certificate_name(mut self, name: impl Into<String>) -> Self {
        self.endpoint.access.certificates.expected_name = Some(name.into());
        self
    }

    /// Disables verification of the server certificate. The connection is encrypted, but anyone in between can read and
    /// change it.
    pub fn dangerously_accept_any_certificate(mut self, accept: bool) -> Self {
        self.endpoint.access.certificates.accept_any = accept;
        self
    }

    /// Sets the whole TLS configuration: a
    /// [`ClientConfig`](https://docs.rs/rustls/0.23/rustls/client/struct.ClientConfig.html) of rustls 0.23, or an `Arc`
    /// of one. No other setting of certificates may be set.
    ///
    /// The version of rustls is not part of this crate's API: connecting fails with
    /// [`ConnectError::KeyMaterial`](crate::ConnectError::KeyMaterial) if the value is of another type.
    pub fn tls_config(mut self, config: impl Any + Send + Sync) -> Self {
        self.endpoint.access.certificates.config = Some(preconfigured(config));
        self
    }
}
