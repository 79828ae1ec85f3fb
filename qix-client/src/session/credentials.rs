//! Credentials and certificates.

#[cfg(feature = "tls")]
use std::any::Any;
use std::sync::Arc;

use super::SessionBuilder;
use crate::connect::TransportError;
#[cfg(feature = "tls")]
use crate::connect::certificates::{Identity, KeyMaterial, preconfigured};
#[cfg(feature = "oauth")]
use crate::connect::oauth;

/// The header with the user of a direct connection.
const USER: &str = "X-Qlik-User";

/// # Credentials
///
/// Credentials never appear in logs, errors, or `Debug` output.
impl SessionBuilder {
    /// Adds a header to the WebSocket upgrade request, such as `Origin` or a header that identifies the user to a
    /// proxy.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.headers.push((name.into(), value.into()));
        self.for_another_user()
    }

    /// Sets the user, for a direct connection to an engine. `INTERNAL`, `sa_engine` is the service account. Replaces a
    /// user that was set before.
    pub fn user(mut self, directory: impl Into<String>, id: impl Into<String>) -> Self {
        let (directory, id) = (directory.into(), id.into());
        self.endpoint.headers.retain(|(name, _)| !name.eq_ignore_ascii_case(USER));
        self.header(USER, format!("UserDirectory={directory}; UserId={id}"))
    }

    /// Sets a token: a JWT for a virtual proxy, or an access token of Qlik Cloud.
    pub fn bearer(self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.token_source(move || std::future::ready(Ok(token.clone())))
    }

    /// Sets an API key of Qlik Cloud.
    pub fn api_key(self, key: impl Into<String>) -> Self {
        self.bearer(key)
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
        self.endpoint.oauth = Some(oauth::Client::new(client_id.into(), client_secret.into()));
        self.for_another_user()
    }

    /// Adds a cookie, such as the session cookie of a proxy, `X-Qlik-Session`.
    pub fn cookie(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.cookies.push((name.into(), value.into()));
        self.for_another_user()
    }

    /// Sets the CSRF token that belongs to the session cookie of a proxy.
    pub fn csrf_token(self, token: impl Into<String>) -> Self {
        self.query("qlik-csrf-token", token)
    }

    /// Sets the ID of a web integration of Qlik Cloud that allows the origin.
    pub fn web_integration_id(self, id: impl Into<String>) -> Self {
        self.query("qlik-web-integration-id", id)
    }

    /// Sets a ticket of the proxy service, which is valid for one connection.
    ///
    /// The ticket is sent once. Later connections use the cookie that the proxy has set; if there is none, they fail
    /// with
    /// [`ConnectError::TicketUsed`](crate::ConnectError::TicketUsed). To get a ticket for each login, use
    /// [`ticket_source`](Self::ticket_source).
    pub fn ticket(self, ticket: impl Into<String>) -> Self {
        self.query("qlikTicket", ticket).for_another_user()
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

    /// Discards cookies that were set for other credentials.
    fn for_another_user(mut self) -> Self {
        self.endpoint.login = Arc::default();
        self
    }
}

/// # Certificates
///
/// By default, the server certificate is verified with the root certificates of the platform.
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
        self.endpoint.certificates.identity = Some(identity);
        self.root_certificate_pem(root)
    }

    /// Sets a client certificate and key from a PFX file. To trust the server's root, use
    /// [`root_certificate_pem`](Self::root_certificate_pem).
    #[cfg(feature = "pfx")]
    pub fn client_certificate_pfx(mut self, file: impl Into<KeyMaterial>, passphrase: impl Into<String>) -> Self {
        let identity = Identity::Pfx { file: file.into(), passphrase: passphrase.into() };
        self.endpoint.certificates.identity = Some(identity);
        self
    }

    /// Trusts one or more root certificates in a file, in addition to those of the platform.
    pub fn root_certificate_pem(mut self, root: impl Into<KeyMaterial>) -> Self {
        self.endpoint.certificates.roots.push(root.into());
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
        self.endpoint.certificates.expected_name = Some(name.into());
        self
    }

    /// Disables verification of the server certificate. The connection is encrypted, but anyone in between can read and
    /// change it.
    pub fn dangerously_accept_any_certificate(mut self, accept: bool) -> Self {
        self.endpoint.certificates.accept_any = accept;
        self
    }

    /// Sets the whole TLS configuration: a
    /// [`ClientConfig`](https://docs.rs/rustls/0.23/rustls/client/struct.ClientConfig.html) of rustls 0.23, or an `Arc`
    /// of one. No other setting of certificates may be set.
    ///
    /// The version of rustls is not part of this crate's API: connecting fails with
    /// [`ConnectError::KeyMaterial`](crate::ConnectError::KeyMaterial) if the value is of another type.
    pub fn tls_config(mut self, config: impl Any + Send + Sync) -> Self {
        self.endpoint.certificates.config = Some(preconfigured(config));
        self
    }
}
