//! The sessions of the proxy, and its decision on each upgrade.

use super::{Login, Proxy, VirtualProxy};
use crate::methods::unique_id;
use crate::server::address::Address;
use crate::server::head::{Head, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// State of the proxy.
#[derive(Debug)]
pub(crate) struct State {
    pub(super) proxy: Proxy,
    /// Sessions by cookie value.
    sessions: BTreeMap<String, Session>,
    locked: BTreeMap<String, Instant>,
    next_node: usize,
    /// The number of logins.
    pub(crate) logins: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) user: String,
    prefix: String,
    pub(super) csrf: String,
}

/// The decision on an upgrade.
#[derive(Debug)]
pub(crate) enum Verdict {
    Refused(Response),
    Admitted(Admission),
    /// The upgrade is accepted to send the reason for the refusal, then closed if there is a close code.
    Notified {
        headers: Vec<(String, String)>,
        message: Value,
        close: Option<u16>,
    },
}

/// An accepted upgrade.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    /// The user for the engine.
    pub(crate) user: String,
    /// Headers of the response.
    pub(crate) headers: Vec<(String, String)>,
    /// The node chosen by the load balancer.
    pub(crate) node: Option<usize>,
    /// A notification to send before `OnConnected`.
    pub(crate) message: Option<Value>,
    /// Time after which a socket without messages is closed.
    pub(crate) idle: Option<Duration>,
}

/// Why a request is not logged in.
pub(super) enum Outsider {
    /// No login, or an invalid one.
    Unknown,
    TooManySessions,
}

/// A request with a session of the proxy.
pub(super) struct Known {
    pub(super) session: Session,
    /// The cookie value if the session is new.
    pub(super) new_cookie: Option<String>,
}

impl State {
    pub(crate) fn new(proxy: Proxy) -> Self {
        Self { proxy, sessions: BTreeMap::new(), locked: BTreeMap::new(), next_node: 0, logins: 0 }
    }

    /// Ends all sessions, as a restart of the proxy does: their cookies become stale.
    pub(crate) fn end_sessions(&mut self) {
        self.sessions.clear();
        self.locked.clear();
    }

    /// Decides on an upgrade.
    pub(crate) fn judge(&mut self, head: &Head) -> Verdict {
        let address = Address::parse(&head.target);
        let Some(place) = self.proxy.find(&address.prefix) else { return self.refuse(404, "") };
        if let Some(origin) = head.header("origin")
            && !self.proxy.origins.is_empty()
            && !self.proxy.origins.iter().any(|known| known == origin)
        {
            return self.refuse(403, "The origin is not in the list of allowed origins.");
        }
        let known = match self.identify(head, &address, &place) {
            Ok(known) => known,
            Err(Outsider::TooManySessions) => {
                let message = notification(
                    "OnMaxParallelSessionsExceeded",
                    json!({ "severity": "fatal", "message": "The user has too many sessions in parallel." }),
                );
                return Verdict::Notified { headers: Vec::new(), message, close: Some(1000) };
            }
            Err(Outsider::Unknown) => return self.send_to_login(head, &place),
        };
        let token = address.query("qlik-csrf-token").or_else(|| head.header("qlik-csrf-token"));
        if self.proxy.csrf && known.new_cookie.is_none() && token != Some(known.session.csrf.as_str()) {
            return self.refuse(403, "The token against cross-site request forgery is missing or wrong.");
        }
        let mut headers = cookie_header(&place, &known);
        let node = self.node(head, &mut headers);
        let (directory, id) = known.session.user.split_once('\\').unwrap_or(("", &known.session.user));
        let prefix = if place.prefix.is_empty() { String::new() } else { format!("/{}", place.prefix) };
        let message = notification(
            "OnAuthenticationInformation",
            json!({
                "userId": id, "userDirectory": directory, "mustAuthenticate": false,
                "logoutUri": format!("http://{}{prefix}/qps/user", head.header("host").unwrap_or_default()),
            }),
        );
        Verdict::Admitted(Admission {
            user: format!("UserDirectory={directory}; UserId={id}"),
            headers,
            node,
            message: Some(message),
            idle: self.proxy.idle_time(),
        })
    }

    /// The user of a request: from the first valid one of ticket, cookie, token and header. An invalid ticket
    /// is final.
    pub(super) fn identify(&mut self, head: &Head, address: &Address, place: &VirtualProxy) -> Result<Known, Outsider> {
        if let Some(ticket) = address.query("qlikTicket") {
            let user = self.proxy.tickets.remove(ticket).ok_or(Outsider::Unknown)?;
            return self.log_in(user, place);
        }
        let cookie = head.cookie(&place.cookie_name());
        if let Some(session) = cookie.and_then(|cookie| self.sessions.get(cookie))
            && session.prefix == place.prefix
        {
            return Ok(Known { session: session.clone(), new_cookie: None });
        }
        let bearer = head.header("authorization").and_then(|value| value.split_once(' '));
        let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let by_token = bearer.and_then(|(_, token)| self.proxy.tokens.get(token.trim()));
        let by_header = place.user_header.as_deref().and_then(|name| head.header(&name.to_lowercase()));
        let user = by_token.map(String::as_str).or(by_header).ok_or(Outsider::Unknown)?.to_owned();
        self.log_in(user, place)
    }

    fn log_in(&mut self, user: String, place: &VirtualProxy) -> Result<Known, Outsider> {
        let now = Instant::now();
        let count = self.sessions.values().filter(|session| session.user == user).count();
        if count >= self.proxy.max_sessions {
            let end = now + Duration::from_secs(self.proxy.lock_out_seconds);
            self.locked.insert(user, end);
            return Err(Outsider::TooManySessions);
        }
        if self.locked.get(&user).is_some_and(|end| *end > now) {
            return Err(Outsider::TooManySessions);
        }
        self.logins += 1;
        let session = Session { user, prefix: place.prefix.clone(), csrf: unique_id() };
        let cookie = unique_id();
        self.sessions.insert(cookie.clone(), session.clone());
        Ok(Known { session, new_cookie: Some(cookie) })
    }

    /// Ends the session of a request's cookie.
    pub(super) fn log_out(&mut self, head: &Head, place: &VirtualProxy) -> bool {
        let cookie = head.cookie(&place.cookie_name());
        cookie.and_then(|cookie| self.sessions.remove(cookie)).is_some()
    }

    /// The node of a socket. Sets a cookie if it has no node yet.
    fn node(&mut self, head: &Head, headers: &mut Vec<(String, String)>) -> Option<usize> {
        let balancer = self.proxy.balancer.as_ref()?;
        let known = head.cookie(&balancer.cookie).and_then(|node| node.parse().ok());
        if let Some(node) = known.filter(|node| *node < balancer.nodes) {
            return Some(node);
        }
        let node = self.next_node % balancer.nodes.max(1);
        self.next_node += 1;
        headers.push(("Set-Cookie".to_owned(), format!("{}={node}; Path=/; Max-Age=604800", balancer.cookie)));
        Some(node)
    }

    pub(super) fn refuse(&self, status: u16, body: &str) -> Verdict {
        Verdict::Refused(self.refusal(status, body))
    }

    fn refusal(&self, status: u16, body: &str) -> Response {
        let mut response = Response::text(status, body);
        response.headers.extend(self.proxy.refusal_headers.clone());
        response
    }

    fn send_to_login(&self, head: &Head, place: &VirtualProxy) -> Verdict {
        match place.login {
            Login::Notification => Verdict::Notified {
                headers: Vec::new(),
                message: notification(
                    "OnAuthenticationInformation",
                    json!({ "mustAuthenticate": true, "loginUri": self.login_uri(head, place) }),
                ),
                close: None,
            },
            _ => Verdict::Refused(self.login_response(head, place)),
        }
    }

    /// The response to a request without a login.
    pub(super) fn login_response(&self, head: &Head, place: &VirtualProxy) -> Response {
        match place.login {
            Login::Unauthorized => {
                let mut response = self.refusal(401, "");
                response.headers.push(("WWW-Authenticate".to_owned(), "Bearer".to_owned()));
                response
            }
            Login::Forbidden => self.refusal(403, ""),
            _ => {
                let mut response = self.refusal(302, "");
                response.headers.push(("Location".to_owned(), self.login_uri(head, place)));
                response
            }
        }
    }

    fn login_uri(&self, head: &Head, place: &VirtualProxy) -> String {
        let prefix = if place.prefix.is_empty() { String::new() } else { format!("/{}", place.prefix) };
        let root = format!("http://{}{prefix}", head.header("host").unwrap_or_default());
        let target = unique_id();
        match place.login {
            Login::Forms => format!("{root}/internal_forms_authentication/?targetId={target}"),
            Login::Saml => format!("{root}/saml/sso?SAMLRequest={target}"),
            Login::Page => format!("{root}/login?returnto={target}"),
            _ => format!("{root}/internal_windows_authentication/?targetId={target}"),
        }
    }
}

/// The header that sets the cookie of a new session.
pub(super) fn cookie_header(place: &VirtualProxy, known: &Known) -> Vec<(String, String)> {
    let cookie = known.new_cookie.as_ref();
    let header = cookie.map(|value| format!("{}={value}; {}", place.cookie_name(), place.cookie_attributes));
    header.map(|header| ("Set-Cookie".to_owned(), header)).into_iter().collect()
}

fn notification(method: &str, params: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": params })
}
