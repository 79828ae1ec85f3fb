//! A proxy in front of the engine, to test logins, cookies and refusals.
//!
//! It behaves like the proxy of Qlik Sense Enterprise on Windows, without TLS. A login creates a proxy session, and the
//! response to the upgrade sets its cookie. A client that does not send the cookie logs in again. The number of
//! sessions is limited, a ticket is valid for one login, and a client without a login is sent to a login page.

mod http;
mod state;

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub(crate) use http::{Passage, answer, below_prefix};
pub(crate) use state::{Admission, State, Verdict};

/// A proxy for [`Builder::proxy`](crate::Builder::proxy): the users that can log in, and what happens to other clients.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// use qix_test_engine::{Login, Proxy, TestEngine, VirtualProxy};
///
/// let proxy = Proxy::new()
///     .virtual_proxy(VirtualProxy::new("jwt").login(Login::Unauthorized))
///     .token("secret", r"TEST\tester")
///     .ticket("one-time", r"TEST\tester");
/// let engine = TestEngine::builder().proxy(proxy).start().await?;
/// // ws://127.0.0.1:<port>/jwt/app/sales with `Authorization: Bearer secret` is accepted and gets a cookie;
/// // without it, the response is 401.
/// # drop(engine); Ok(()) }
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Proxy {
    virtual_proxies: Vec<VirtualProxy>,
    /// Users by bearer token.
    tokens: BTreeMap<String, String>,
    /// Users by ticket.
    tickets: BTreeMap<String, String>,
    max_sessions: usize,
    lock_out_seconds: u64,
    idle_seconds: Option<f64>,
    csrf: bool,
    origins: Vec<String>,
    balancer: Option<Balancer>,
    refusal_headers: BTreeMap<String, String>,
}

/// A load balancer that sends a socket to the node in its cookie, or else to the next one.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Balancer {
    cookie: String,
    nodes: usize,
}

/// A virtual proxy: an address prefix with its own cookie and login.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VirtualProxy {
    prefix: String,
    #[serde(default)]
    cookie: String,
    #[serde(default = "usual_attributes")]
    cookie_attributes: String,
    #[serde(default)]
    login: Login,
    /// A header with the user, set by a trusted caller.
    #[serde(default)]
    user_header: Option<String>,
}

fn usual_attributes() -> String {
    "Path=/; HttpOnly; SameSite=Lax".to_owned()
}

/// The response to an upgrade without a valid login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Login {
    /// 302 to `/internal_windows_authentication/`.
    #[default]
    Windows,
    /// 302 to `/internal_forms_authentication/`.
    Forms,
    /// 302 to the `/saml/` page of an identity provider.
    Saml,
    /// 302 to `/login`.
    Page,
    /// 401 with `WWW-Authenticate`.
    Unauthorized,
    /// 403.
    Forbidden,
    /// The upgrade succeeds, and the only message is `OnAuthenticationInformation` with `mustAuthenticate` and
    /// `loginUri`.
    Notification,
}

impl Default for Proxy {
    fn default() -> Self {
        Self {
            virtual_proxies: Vec::new(),
            tokens: BTreeMap::new(),
            tickets: BTreeMap::new(),
            max_sessions: 5,
            lock_out_seconds: 300,
            idle_seconds: None,
            csrf: false,
            origins: Vec::new(),
            balancer: None,
            refusal_headers: BTreeMap::new(),
        }
    }
}

impl Proxy {
    /// Creates a proxy with the virtual proxy without a prefix, and no users.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a proxy from a JSON file. Every member is optional:
    ///
    /// ```json
    /// {
    ///   "virtualProxies": [
    ///     { "prefix": "jwt", "cookie": "X-Qlik-Session-jwt", "cookieAttributes": "Path=/jwt; HttpOnly",
    ///       "login": "unauthorized" },
    ///     { "prefix": "hdr", "userHeader": "X-User", "login": "forms" }
    ///   ],
    ///   "tokens": { "secret": "TEST\\tester" },
    ///   "tickets": { "one-time": "TEST\\tester" },
    ///   "maxSessions": 5, "lockOutSeconds": 300, "idleSeconds": 1800, "csrf": true,
    ///   "origins": ["https://portal.example"],
    ///   "balancer": { "cookie": "AWSALB", "nodes": 2 },
    ///   "refusalHeaders": { "X-Qlik-Reason": "maintenance" }
    /// }
    /// ```
    ///
    /// `login` is one of `windows`, `forms`, `saml`, `page`, `unauthorized`, `forbidden`, `notification`.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read or has a member that is not listed above.
    pub fn from_file(file: impl AsRef<Path>) -> std::io::Result<Self> {
        let file = file.as_ref();
        let named = |error: String| std::io::Error::other(format!("{}: {error}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| named(error.to_string()))
    }

    /// Adds a virtual proxy. Without one for the empty prefix, addresses without a prefix are 404.
    #[must_use]
    pub fn virtual_proxy(mut self, virtual_proxy: VirtualProxy) -> Self {
        self.virtual_proxies.push(virtual_proxy);
        self
    }

    /// Lets a user (`DIRECTORY\id`) log in with `Authorization: Bearer <token>`.
    #[must_use]
    pub fn token(mut self, token: impl Into<String>, user: impl Into<String>) -> Self {
        self.tokens.insert(token.into(), user.into());
        self
    }

    /// Lets a user log in once with `?qlikTicket=<ticket>`. `POST /qps/ticket` creates further tickets.
    #[must_use]
    pub fn ticket(mut self, ticket: impl Into<String>, user: impl Into<String>) -> Self {
        self.tickets.insert(ticket.into(), user.into());
        self
    }

    /// Sets the number of proxy sessions that a user can have. Defaults to 5. A further login is answered with
    /// `OnMaxParallelSessionsExceeded` and closed, and so are all logins until the lock-out ends
    /// ([`lock_out`](Self::lock_out)).
    #[must_use]
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// Sets the number of seconds for which a user with too many sessions cannot log in. Defaults to 300.
    #[must_use]
    pub fn lock_out(mut self, seconds: u64) -> Self {
        self.lock_out_seconds = seconds;
        self
    }

    /// Closes a socket with 4001 after this time without a message. The engine's session and the cookie stay valid.
    /// Sockets are not closed by default.
    #[must_use]
    pub fn idle(mut self, time: Duration) -> Self {
        self.idle_seconds = Some(time.as_secs_f64());
        self
    }

    /// Requires `?qlik-csrf-token=` in upgrades with a session cookie, and refuses them with 403 otherwise.
    /// `GET /qps/csrftoken` and `GET /api/v1/csrf-token` return the token in the header `qlik-csrf-token`.
    #[must_use]
    pub fn csrf(mut self) -> Self {
        self.csrf = true;
        self
    }

    /// Allows an `Origin`. If any is set, upgrades with another origin are refused with 403.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Puts a load balancer in front of several nodes. Its cookie leads a client back to its node. Without the cookie,
    /// the client is sent to the next node, which does not know its session.
    #[must_use]
    pub fn balancer(mut self, cookie: impl Into<String>, nodes: usize) -> Self {
        self.balancer = Some(Balancer { cookie: cookie.into(), nodes });
        self
    }

    /// Adds a header to every refusal.
    #[must_use]
    pub fn refusal_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.refusal_headers.insert(name.into(), value.into());
        self
    }

    fn idle_time(&self) -> Option<Duration> {
        self.idle_seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
    }

    /// The virtual proxy of a prefix, and the name of its cookie.
    fn find(&self, prefix: &str) -> Option<VirtualProxy> {
        match self.virtual_proxies.iter().find(|known| known.prefix == prefix) {
            Some(known) => Some(known.clone()),
            None if self.virtual_proxies.is_empty() && prefix.is_empty() => Some(VirtualProxy::new("")),
            None => None,
        }
    }
}

impl VirtualProxy {
    /// Creates a virtual proxy with a prefix, which can be empty.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            cookie: String::new(),
            cookie_attributes: usual_attributes(),
            login: Login::default(),
            user_header: None,
        }
    }

    /// Sets the name of the session cookie. Defaults to `X-Qlik-Session`, or `X-Qlik-Session-<prefix>` with a prefix.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookie = name.into();
        self
    }

    /// Sets the attributes of the session cookie. Defaults to `Path=/; HttpOnly; SameSite=Lax`.
    #[must_use]
    pub fn cookie_attributes(mut self, attributes: impl Into<String>) -> Self {
        self.cookie_attributes = attributes.into();
        self
    }

    /// Sets the response to a client that is not logged in. Defaults to a redirect to Windows authentication.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// Sets a header with the user to log in.
    #[must_use]
    pub fn user_header(mut self, name: impl Into<String>) -> Self {
        self.user_header = Some(name.into());
        self
    }

    fn cookie_name(&self) -> String {
        match (self.cookie.as_str(), self.prefix.as_str()) {
            ("", "") => "X-Qlik-Session".to_owned(),
            ("", prefix) => format!("X-Qlik-Session-{prefix}"),
            (name, _) => name.to_owned(),
        }
    }
}
