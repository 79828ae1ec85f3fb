//! A proxy in front of the engine, so that logins, cookies and refusals can be tested.
//!
//! It does what the proxy of Qlik Sense Enterprise on Windows does, without TLS: a login makes a session of the
//! proxy, whose cookie comes with the answer to the upgrade; whoever does not send that cookie again logs in again;
//! logins are limited; a ticket is good for one login; whoever is unknown is sent to a login page.

mod http;
mod state;

use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub(crate) use http::answer;
pub(crate) use state::{Admission, State, Verdict};

/// A proxy for [`Builder::proxy`](crate::Builder::proxy): who may log in, and what happens to the others.
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
/// // ws://127.0.0.1:<port>/jwt/app/sales with `Authorization: Bearer secret` is let in and gets a cookie;
/// // without it the answer is 401.
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

/// A load balancer that sends a socket to the node that its cookie names, else to the next.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Balancer {
    cookie: String,
    nodes: usize,
}

/// A virtual proxy: a prefix of addresses with a cookie and a way to log in of its own.
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
    /// A header that names the user, set by somebody who is trusted.
    #[serde(default)]
    user_header: Option<String>,
}

fn usual_attributes() -> String {
    "Path=/; HttpOnly; SameSite=Lax".to_owned()
}

/// What an upgrade without a valid login is answered with.
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
    /// The upgrade, then `OnAuthenticationInformation` with `mustAuthenticate` and `loginUri`, and nothing more.
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
    /// A proxy with the virtual proxy without a prefix, and nobody who may log in.
    pub fn new() -> Self {
        Self::default()
    }

    /// A proxy as a JSON file describes it. Every member is optional:
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
    /// If the file cannot be read or says something that is not above.
    pub fn from_file(file: impl AsRef<Path>) -> std::io::Result<Self> {
        let file = file.as_ref();
        let named = |error: String| std::io::Error::other(format!("{}: {error}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
        serde_json::from_str(&text).map_err(|error| named(error.to_string()))
    }

    /// Adds a virtual proxy. Without one of the empty prefix, addresses without a prefix are 404.
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

    /// Lets a user log in once with `?qlikTicket=<ticket>`. `POST /qps/ticket` makes more of them.
    #[must_use]
    pub fn ticket(mut self, ticket: impl Into<String>, user: impl Into<String>) -> Self {
        self.tickets.insert(ticket.into(), user.into());
        self
    }

    /// How many sessions of the proxy a user may have; five by default. One more login gets
    /// `OnMaxParallelSessionsExceeded` and is closed, and so are all others for a while ([`lock_out`](Self::lock_out)).
    #[must_use]
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// For how many seconds a user who had too many sessions cannot log in; 300 by default.
    #[must_use]
    pub fn lock_out(mut self, seconds: u64) -> Self {
        self.lock_out_seconds = seconds;
        self
    }

    /// Closes a socket with 4001 when no message has come for so long. The engine's session and the cookie live on.
    /// Never by default.
    #[must_use]
    pub fn idle(mut self, time: Duration) -> Self {
        self.idle_seconds = Some(time.as_secs_f64());
        self
    }

    /// Wants `?qlik-csrf-token=` of whoever comes with a cookie, else answers 403. `GET /qps/csrftoken` and
    /// `GET /api/v1/csrf-token` have it in the header `qlik-csrf-token`.
    #[must_use]
    pub fn csrf(mut self) -> Self {
        self.csrf = true;
        self
    }

    /// Allows an `Origin`. With one of them, any other is answered with 403.
    #[must_use]
    pub fn origin(mut self, origin: impl Into<String>) -> Self {
        self.origins.push(origin.into());
        self
    }

    /// Puts a load balancer before several nodes. Its cookie leads a socket back to its node; without it the socket
    /// goes to the next one, which does not know the session.
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
    /// A virtual proxy of a prefix, which may be empty.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            prefix: prefix.into(),
            cookie: String::new(),
            cookie_attributes: usual_attributes(),
            login: Login::default(),
            user_header: None,
        }
    }

    /// The name of the session's cookie; `X-Qlik-Session` or `X-Qlik-Session-<prefix>` by default.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookie = name.into();
        self
    }

    /// The attributes of the session's cookie; `Path=/; HttpOnly; SameSite=Lax` by default.
    #[must_use]
    pub fn cookie_attributes(mut self, attributes: impl Into<String>) -> Self {
        self.cookie_attributes = attributes.into();
        self
    }

    /// What whoever is not logged in is answered with; a redirect to Windows authentication by default.
    #[must_use]
    pub fn login(mut self, login: Login) -> Self {
        self.login = login;
        self
    }

    /// A header whose value, a user, logs in.
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
