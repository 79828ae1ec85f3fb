//! Who connects.

use std::sync::Arc;

use super::SessionBuilder;
use crate::connect::TransportError;
#[cfg(feature = "tls")]
use crate::connect::certificates::{Identity, KeyMaterial};
#[cfg(feature = "oauth")]
use crate::connect::oauth;

/// # Who connects
///
/// Nothing of this shows in logs, errors or `Debug`.
impl SessionBuilder {
    /// A header of the request that opens the WebSocket, such as `Origin`, or the one by which a proxy knows the user.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.headers.push((name.into(), value.into()));
        self.as_another_user()
    }

    /// The user, for an engine that is reached directly: `INTERNAL`, `sa_engine` is the engine's own.
    pub fn user(self, directory: &str, id: &str) -> Self {
        self.header("X-Qlik-User", format!("UserDirectory={directory}; UserId={id}"))
    }

    /// A token: a JWT that a virtual proxy accepts, or an access token of Qlik Cloud.
    pub fn bearer(self, token: impl Into<String>) -> Self {
        let token = token.into();
        self.token_source(move || std::future::ready(Ok(token.clone())))
    }

    /// A key of Qlik Cloud.
    pub fn api_key(self, key: impl Into<String>) -> Self {
        self.bearer(key)
    }

    /// Something that gives a token, asked each time a connection is made.
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
        self.as_another_user()
    }

    /// A client of Qlik Cloud that gets its tokens by OAuth, machine to machine: a token is fetched when it is needed,
    /// and again when it has expired.
    ///
    /// See [OAuth clients](https://qlik.dev/authenticate/oauth/).
    #[cfg(feature = "oauth")]
    pub fn oauth(mut self, client_id: impl Into<String>, client_secret: impl Into<String>) -> Self {
        self.endpoint.oauth = Some(oauth::Client::new(client_id.into(), client_secret.into()));
        self.as_another_user()
    }

    /// A cookie, such as that of a proxy's session, `X-Qlik-Session`.
    pub fn cookie(mut self, name: &str, value: &str) -> Self {
        self.endpoint.cookies.push((name.to_owned(), value.to_owned()));
        self.as_another_user()
    }

    /// The token that goes with a proxy's session cookie, against forged requests.
    pub fn csrf_token(self, token: impl Into<String>) -> Self {
        self.query("qlik-csrf-token", token)
    }

    /// A web integration of Qlik Cloud that lets the origin in.
    pub fn web_integration_id(self, id: impl Into<String>) -> Self {
        self.query("qlik-web-integration-id", id)
    }

    /// A ticket of the proxy service, good for one connection.
    ///
    /// It is sent once. Later connections use the cookie that the proxy has set; without one they fail with
    /// [`ConnectError::TicketUsed`](crate::ConnectError::TicketUsed). Use [`ticket_source`](Self::ticket_source) to get a
    /// ticket for each login.
    pub fn ticket(self, ticket: impl Into<String>) -> Self {
        self.query("qlikTicket", ticket).as_another_user()
    }

    /// Something that gets a ticket of the proxy service, called for each login: for the first connection, and for a later
    /// one if the cookie of the first is not valid any more.
    pub fn ticket_source<F, T>(mut self, source: F) -> Self
    where
        F: Fn() -> T + Send + Sync + 'static,
        T: Future<Output = Result<String, TransportError>> + Send + 'static,
    {
        self.endpoint.tickets = Some(Arc::new(move || Box::pin(source())));
        self.as_another_user()
    }

    /// Other credentials: what servers have set for the user before is not for this one.
    fn as_another_user(mut self) -> Self {
        self.endpoint.login = Arc::default();
        self
    }
}

/// # Certificates
///
/// The server's certificate is verified by the platform's roots, unless said otherwise.
#[cfg(feature = "tls")]
impl SessionBuilder {
    /// A certificate and its key, as the engine on Windows exports them: `client.pem`, `client_key.pem` and `root.pem`.
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

    /// A certificate and its key in one PFX file. Its server's root is trusted by
    /// [`root_certificate_pem`](Self::root_certificate_pem).
    #[cfg(feature = "pfx")]
    pub fn client_certificate_pfx(mut self, file: impl Into<KeyMaterial>, passphrase: impl Into<String>) -> Self {
        let identity = Identity::Pfx { file: file.into(), passphrase: passphrase.into() };
        self.endpoint.certificates.identity = Some(identity);
        self
    }

    /// Trusts a root, or several in one file, besides those of the platform.
    pub fn root_certificate_pem(mut self, root: impl Into<KeyMaterial>) -> Self {
        self.endpoint.certificates.roots.push(root.into());
        self
    }

    /// The name that the server's certificate has to be for, where that is not the name or the address of the host.
    ///
    /// Qlik's own authority makes certificates for the name of the machine, often as a common name only. With
    /// [`root_certificate_pem`](Self::root_certificate_pem) the certificate must come from those roots, and its common name
    /// counts if it has no alternative names. This is as safe as the usual check:
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

    /// Trusts whoever answers: the connection is encrypted, but anybody in between can read and change it.
    pub fn dangerously_accept_any_certificate(mut self, accept: bool) -> Self {
        self.endpoint.certificates.accept_any = accept;
        self
    }

    /// Sets up TLS by hand, in place of all that is said about certificates.
    pub fn tls_config(mut self, config: Arc<rustls::ClientConfig>) -> Self {
        self.endpoint.certificates.config = Some(config);
        self
    }
}
