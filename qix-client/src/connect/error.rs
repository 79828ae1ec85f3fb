//! Errors of connecting.

use std::io;
use std::time::Duration;

use qix_schema::rpc::{Closed, Retry};
use qix_schema::{Error, ErrorKind};

use super::{TransportError, redirect};
use crate::protocol::notification::Refusal;

/// Why connecting failed, and what to do next.
///
/// The message contains the whole cause, so [`source`](std::error::Error::source) returns `None`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The URL is not valid for an engine.
    #[error("`{address}` is not the URL of an engine: {problem}; use a URL such as ws://localhost:4848/app/")]
    Address {
        /// The URL, without its query.
        address: String,
        /// What is wrong.
        problem: String,
    },
    /// Two settings of the builder exclude each other.
    #[error("`{first}` and `{second}` are both set; use one of them")]
    Contradiction {
        /// One of them.
        first: &'static str,
        /// The other one.
        second: &'static str,
    },
    /// A header name or value is not valid in HTTP.
    #[error("the header `{name}` cannot be sent; check that its name is valid and its value has no line breaks")]
    Header {
        /// The name.
        name: String,
    },
    /// The host name cannot be resolved.
    #[error("the host `{host}` is not known; check its name and the network: {cause}{}", proxy_hint())]
    Resolve {
        /// The host.
        host: String,
        /// The error of the system.
        cause: io::Error,
    },
    /// Nothing listens at the address, or the network blocks it.
    #[error("nothing answers at {address}; check that the engine runs and the port is right: {cause}{}", proxy_hint())]
    Unreachable {
        /// Host and port.
        address: String,
        /// The error of the system.
        cause: io::Error,
    },
    /// The HTTP proxy from the environment rejects the connection.
    #[error("the HTTP proxy {proxy} does not connect: {cause}; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY")]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
        /// What went wrong.
        cause: TransportError,
    },
    /// A certificate or key cannot be used.
    #[error("the {what} cannot be used: {cause}; check the file and its form")]
    KeyMaterial {
        /// Which one.
        what: &'static str,
        /// What is wrong.
        cause: TransportError,
    },
    /// The server's certificate is for another host.
    #[error(
        "the certificate of `{host}` is for {}; connect to a name that it is for, or check it against one with \
         `expect_certificate_name`", list(.names)
    )]
    CertificateName {
        /// The host.
        host: String,
        /// The names and addresses in the certificate.
        names: Vec<String>,
    },
    /// The server certificate has a common name only, without alternative names, like those of Qlik's own authority.
    #[error(
        "the certificate of `{host}` has a common name only and no alternative names; check it against the common name \
         with `expect_certificate_name`, or install a certificate with alternative names"
    )]
    CertificateCommonName {
        /// The host.
        host: String,
    },
    /// The certificate was not issued for servers.
    #[error("the certificate of `{host}` is not a server certificate: its extended key usage is for {}", list(.purposes))]
    CertificatePurpose {
        /// The host.
        host: String,
        /// What the certificate is for.
        purposes: Vec<String>,
    },
    /// The server certificate was issued by an authority that is not trusted.
    #[error("the certificate of `{host}` comes from an unknown authority; trust it with `root_certificate_pem`")]
    CertificateRoot {
        /// The host.
        host: String,
    },
    /// The server's certificate has expired.
    #[error("the certificate of `{host}` has expired; renew it, or check this machine's clock")]
    CertificateExpired {
        /// The host.
        host: String,
    },
    /// The server rejects the client certificate, or requires one.
    #[error("`{host}` wants another client certificate; export one from it, and connect with it")]
    ClientCertificate {
        /// The host.
        host: String,
    },
    /// The TLS handshake failed.
    #[error("TLS handshake with `{host}` failed: {cause}; check that the port uses TLS")]
    Tls {
        /// The host.
        host: String,
        /// What went wrong.
        cause: TransportError,
    },
    /// There is no token.
    #[error("there is no token to connect with: {0}; check the token source")]
    Token(TransportError),
    /// The ticket has already been used, and the server has not set a cookie that replaces it.
    #[error(
        "the ticket was good for one connection and has been used; get a new one, or give a `ticket_source` that gets one \
         for each connection"
    )]
    TicketUsed,
    /// The server does not accept the WebSocket upgrade.
    #[error("the server refuses the connection with status {status}{}{}{}", hint(*.status, .location.as_deref()), in_brackets(.reasons), excerpt(.body))]
    HttpStatus {
        /// The HTTP status.
        status: u16,
        /// The redirect target: the header `Location`. Its query may be secret.
        location: Option<String>,
        /// Headers that contain the reason: `WWW-Authenticate`, `X-Qlik-…`.
        reasons: Vec<(String, String)>,
        /// The body of the response, possibly truncated.
        body: String,
    },
    /// A browser does not open the WebSocket. It does not tell a page why, so that pages cannot explore networks.
    #[error("the browser does not connect to {address}: {}", browser_hint(*.offline))]
    Browser {
        /// Host and port.
        address: String,
        /// Whether the browser has no network.
        offline: bool,
    },
    /// The server uses TLS, but the URL does not.
    #[error("the server at `{host}` speaks TLS; use wss:// instead of ws://")]
    WantsTls {
        /// The host.
        host: String,
    },
    /// The server does not support WebSocket.
    #[error("the server does not open a WebSocket; check the address: {0}")]
    Upgrade(TransportError),
    /// The engine rejects the session.
    #[error("the engine refuses the session: {0}")]
    Session(Refusal),
    /// The connection was closed before the session was ready.
    #[error("the connection was closed before the session was ready: {0}")]
    Closed(Closed),
    /// The session uses a custom transport, so the client does not know where to reconnect.
    #[error("there is no URL to reconnect to; use `resume_over` with another transport")]
    NoEndpoint,
    /// The timeout expired.
    #[error("no connection within {0:?}; check the network, or allow more time with `connect_timeout`")]
    TimedOut(Duration),
}

fn hint(status: u16, location: Option<&str>) -> String {
    if let (300..=399, Some(location)) = (status, location) {
        return format!(": it {}", redirect::meaning(location));
    }
    match status {
        401 => "; check the credentials",
        403 => "; check the user's rights, the csrf token, and whether the proxy's allow list has the origin",
        404 => "; check the path, the virtual proxy and the app",
        407 => "; the HTTP proxy wants credentials",
        429 | 503 => "; the server is busy, try again later",
        300..=399 => "; the server wants a login or another address",
        _ => "",
    }
    .to_owned()
}

fn browser_hint(offline: bool) -> &'static str {
    match offline {
        true => "it is offline",
        false => {
            "it does not tell a page why, but its console may; check that the engine runs, the user is signed in, the \
             server allows this page's origin, and the browser trusts the certificate"
        }
    }
}

/// Without the feature `proxy`, the client ignores proxies from the environment.
fn proxy_hint() -> &'static str {
    let named = || ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];
    if !cfg!(feature = "proxy") && named().iter().any(|name| std::env::var_os(name).is_some()) {
        "; the environment names an HTTP proxy, which needs the feature `proxy` of the crate"
    } else {
        ""
    }
}

fn in_brackets(reasons: &[(String, String)]) -> String {
    reasons.iter().map(|(name, value)| format!(" ({name}: {value})")).collect()
}

fn list(names: &[String]) -> String {
    match names {
        [] => "something else".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// The beginning of a body, for an error message.
fn excerpt(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.char_indices().nth(200).map_or(line.len(), |(at, _)| at);
    if line.is_empty() { line } else { format!(": {}", &line[..end]) }
}

impl ConnectError {
    /// Whether to try again without changing anything.
    ///
    /// After `?`, [`Error::retry`] returns the same.
    pub fn retry(&self) -> Retry {
        match self {
            Self::Closed(closed) => closed.retry(),
            Self::Session(Refusal::LicenseRenewal | Refusal::LimitExceeded) => Retry::Later,
            Self::HttpStatus { status: 408 | 425, .. } => Retry::Later,
            Self::Session(_) | Self::HttpStatus { status: 300..=428, .. } => Retry::No,
            Self::Address { .. }
            | Self::Contradiction { .. }
            | Self::Header { .. }
            | Self::KeyMaterial { .. }
            | Self::CertificateName { .. }
            | Self::CertificateCommonName { .. }
            | Self::CertificatePurpose { .. }
            | Self::CertificateRoot { .. }
            | Self::CertificateExpired { .. }
            | Self::ClientCertificate { .. }
            | Self::WantsTls { .. }
            | Self::TicketUsed
            | Self::NoEndpoint => Retry::No,
            _ => Retry::Later,
        }
    }

    /// Whether another attempt can succeed: [`retry`](Self::retry) does not return [`Retry::No`].
    pub fn is_transient(&self) -> bool {
        self.retry() != Retry::No
    }
}

impl From<ConnectError> for Error {
    /// The error is an [`ErrorKind::Connect`]; [`Error::downcast_ref`] returns it.
    fn from(error: ConnectError) -> Self {
        let retry = error.retry();
        Self::from(ErrorKind::Connect(Box::new(error))).with_retry(retry)
    }
}
