//! Why a session does not come to be.

use std::io;
use std::time::Duration;

use qix_schema::rpc::Closed;
use qix_schema::{Error, ErrorKind};

use super::{TransportError, redirect};
use crate::protocol::notification::Refusal;

/// Why there is no connection to an engine, and what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The address is none that an engine can have.
    #[error("`{address}` is no address of an engine: {problem}; it looks like ws://localhost:4848/app/")]
    Address {
        /// The address, without its query.
        address: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A header's name or value is none that HTTP allows.
    #[error("the header `{name}` cannot be sent; names are plain words, values have no line breaks")]
    Header {
        /// The name.
        name: String,
    },
    /// The name of the host is not known.
    #[error("the host `{host}` is not known; check its name and the network: {source}{}", proxy_hint())]
    Resolve {
        /// The host.
        host: String,
        /// What the system says.
        source: io::Error,
    },
    /// Nobody listens at the address, or the way there is blocked.
    #[error("nothing answers at {address}; check that the engine runs and the port is right: {source}{}", proxy_hint())]
    Unreachable {
        /// Host and port.
        address: String,
        /// What the system says.
        source: io::Error,
    },
    /// The HTTP proxy that the environment names does not let the connection through.
    #[error("the HTTP proxy {proxy} does not connect: {source}; check HTTPS_PROXY, HTTP_PROXY and NO_PROXY")]
    Proxy {
        /// The proxy, without credentials.
        proxy: String,
        /// What went wrong.
        source: TransportError,
    },
    /// A certificate or a key cannot be used.
    #[error("the {what} cannot be used: {source}; check the file and its form")]
    KeyMaterial {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        source: TransportError,
    },
    /// The server's certificate is for another host.
    #[error(
        "the certificate of `{host}` is for {}; connect to a name that it is for, or check it against one with \
         `expect_certificate_name`", list(.names)
    )]
    CertificateName {
        /// The host.
        host: String,
        /// The names and addresses that the certificate is for.
        names: Vec<String>,
    },
    /// The server's certificate has a common name only, as Qlik's own authority makes them, and no alternative names.
    #[error(
        "the certificate of `{host}` has a common name only and no alternative names; check it against the common name \
         with `expect_certificate_name`, or install a certificate with alternative names"
    )]
    CertificateCommonName {
        /// The host.
        host: String,
    },
    /// The server's certificate is not made for servers.
    #[error("the certificate of `{host}` is not a server certificate: its extended key usage is for {}", list(.purposes))]
    CertificatePurpose {
        /// The host.
        host: String,
        /// What the certificate is for.
        purposes: Vec<String>,
    },
    /// The server's certificate is signed by an authority that nobody here trusts.
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
    /// The server does not accept the certificate of this program, or wants one.
    #[error("`{host}` wants another client certificate; export one from it, and connect with it")]
    ClientCertificate {
        /// The host.
        host: String,
    },
    /// No encrypted connection comes about.
    #[error("no encrypted connection with `{host}`: {source}; check the port and whether it is one for TLS")]
    Tls {
        /// The host.
        host: String,
        /// What went wrong.
        source: TransportError,
    },
    /// There is no token to connect with.
    #[error("there is no token to connect with: {0}; check what gives it")]
    Token(#[source] TransportError),
    /// The only ticket has been used, and the server has set no cookie that would replace it.
    #[error(
        "the ticket was good for one connection and has been used; get a new one, or give a `ticket_source` that gets one \
         for each connection"
    )]
    TicketUsed,
    /// The server answers, but not with a WebSocket.
    #[error("the server refuses the connection with status {status}{}{}{}", hint(*.status, .location.as_deref()), in_brackets(.reasons), excerpt(.body))]
    #[non_exhaustive]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Where the server redirects to: its header `Location`. Its query may be secret.
        location: Option<String>,
        /// Headers that say why: `WWW-Authenticate`, `X-Qlik-…`.
        reasons: Vec<(String, String)>,
        /// The body of the answer, as far as it came.
        body: String,
    },
    /// The server speaks TLS, and the address says that it does not.
    #[error("the server at `{host}` speaks TLS; use wss:// instead of ws://")]
    WantsTls {
        /// The host.
        host: String,
    },
    /// The server does not speak WebSocket.
    #[error("the server does not open a WebSocket; check the address: {0}")]
    Upgrade(#[source] TransportError),
    /// The engine refuses the session.
    #[error("the engine refuses the session: {0}")]
    Session(Refusal),
    /// The engine or the proxy closed the connection before the session was ready.
    #[error("the connection was closed before the session was ready: {0}")]
    Closed(Closed),
    /// The session runs over a transport of its own, so that nothing is known of where to connect.
    #[error("nothing is known of where to connect again; go on with `resume_over` and another transport")]
    NoEndpoint,
    /// It took too long.
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

/// A program without the feature `proxy` connects directly, whatever the environment names.
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

/// As much of a body as fits in a message.
fn excerpt(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.char_indices().nth(200).map_or(line.len(), |(at, _)| at);
    if line.is_empty() { line } else { format!(": {}", &line[..end]) }
}

impl From<ConnectError> for Error {
    fn from(error: ConnectError) -> Self {
        ErrorKind::Transport(Box::new(error)).into()
    }
}
