//! Cookies that servers set when they open a WebSocket, as in [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265).
//!
//! A proxy creates a session when it opens a WebSocket, and sets a cookie for it. A client that sends the cookie the
//! next time stays in that session; one that logs in again uses up one of the few sessions that a user can have.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::SET_COOKIE;

use crate::connect::url::Url;

/// Cookies of load balancers and firewalls: they identify a node or a client, not a user.
const BALANCERS: [&str; 20] = [
    "awsalb",
    "awselb",
    "arraffinity",
    "applicationgatewayaffinity",
    "bigipserver",
    "ingresscookie",
    "serverid",
    "route",
    "gclb",
    "sticky",
    "haproxy",
    "nsc_",
    "citrix_ns_id",
    "cookiesession1",
    "visid_incap",
    "incap_ses",
    "nlbi_",
    "__cf",
    "cf_clearance",
    "_csrf",
];

/// Cookies shared by all connections of one user.
#[derive(Clone, Default)]
pub(crate) struct Cookies(Arc<Mutex<Jar>>);

#[derive(Default)]
struct Jar {
    cookies: Vec<Cookie>,
    /// Names that a server has set or deleted, which override those from the program.
    overtaken: Vec<String>,
}

struct Cookie {
    name: String,
    value: String,
    /// The path of the virtual proxy that set it, and whose session it can be.
    realm: String,
    /// The host that set it, or its domain.
    domain: String,
    /// Whether it is also sent to hosts below the domain.
    subdomains: bool,
    path: String,
    secure: bool,
    expires: Option<SystemTime>,
}

impl Cookies {
    /// Stores the cookies of a response.
    pub(crate) fn keep(&self, url: &Url, answer: &HeaderMap) {
        let now = SystemTime::now();
        let mut jar = self.jar();
        for header in answer.get_all(SET_COOKIE) {
            let Some(cookie) = header.to_str().ok().and_then(|text| Cookie::parse(text, url, now)) else { continue };
            jar.cookies.retain(|old| !old.is_replaced_by(&cookie));
            if !jar.overtaken.contains(&cookie.name) {
                jar.overtaken.push(cookie.name.clone());
            }
            if !cookie.is_over(now) {
                jar.cookies.push(cookie);
            }
        }
    }

    /// The value of the header `Cookie` for a URL: the program's cookies, unless a server has set a cookie with the
    /// same name since, then those that servers set.
    pub(crate) fn header(&self, url: &Url, given: &[(String, String)]) -> Option<String> {
        let now = SystemTime::now();
        let jar = self.jar();
        let given = given.iter().filter(|(name, _)| !jar.overtaken.contains(name));
        let mut kept: Vec<_> = jar.cookies.iter().filter(|cookie| cookie.is_for(url, now)).collect();
        // The most specific path comes first.
        kept.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let given = given.map(|(name, value)| (name, value));
        let kept = kept.into_iter().map(|cookie| (&cookie.name, &cookie.value));
        let all: Vec<_> = given.chain(kept).map(|(name, value)| format!("{name}={value}")).collect();
        (!all.is_empty()).then(|| all.join("; "))
    }

    /// Whether a server has opened a session for a URL, so that no login is needed.
    pub(crate) fn has_session(&self, url: &Url) -> bool {
        let now = SystemTime::now();
        self.jar().cookies.iter().any(|cookie| cookie.names_session_at(url) && cookie.is_for(url, now))
    }

    /// Drops the cookies of a session that the server no longer has.
    pub(crate) fn forget_session(&self, url: &Url) {
        let now = SystemTime::now();
        self.jar().cookies.retain(|cookie| !(cookie.names_session_at(url) && cookie.is_for(url, now)));
    }

    fn jar(&self) -> std::sync::MutexGuard<'_, Jar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cookie {
    /// Parses a header `Set-Cookie`. A cookie for a foreign domain is dropped.
    fn parse(text: &str, url: &Url, now: SystemTime) -> Option<Self> {
        let host = url.host().to_owned();
        let mut parts = text.split(';');
        let (name, value) = parts.next()?.split_once('=')?;
        let (name, value) = (name.trim().to_owned(), value.trim().to_owned());
        if name.is_empty() {
            return None;
        }
        let mut cookie = Self {
            name,
            value,
            realm: default_path(url.path()),
            domain: host.clone(),
            subdomains: false,
            path: default_path(url.path()),
            secure: false,
            expires: None,
        };
        let mut max_age = None;
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "domain" => {
                    let domain = value.trim_start_matches('.').to_ascii_lowercase();
                    if domain.is_empty() {
                        continue;
                    }
                    if !is_within(&host, &domain) {
                        return None;
                    }
                    (cookie.domain, cookie.subdomains) = (domain, true);
                }
                "path" if value.starts_with('/') => cookie.path = value.to_owned(),
                "secure" => cookie.secure = true,
                "expires" => cookie.expires = cookie_date(value).or(cookie.expires),
                "max-age" => max_age = value.parse::<i64>().ok().or(max_age),
                _ => {}
            }
        }
        if let Some(seconds) = max_age {
            let age = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
            cookie.expires = if seconds <= 0 { Some(SystemTime::UNIX_EPOCH) } else { now.checked_add(age) };
        }
        Some(cookie)
    }

    fn is_replaced_by(&self, new: &Self) -> bool {
        (&self.name, &self.domain, &self.path) == (&new.name, &new.domain, &new.path)
    }

    fn is_over(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }

    fn is_for(&self, url: &Url, now: SystemTime) -> bool {
        let host = url.host();
        let at_host = if self.subdomains { is_within(host, &self.domain) } else { host == self.domain };
        let path = url.path();
        let at_path = path == self.path
            || path
                .strip_prefix(self.path.as_str())
                .is_some_and(|rest| self.path.ends_with('/') || rest.starts_with('/'));
        let safe = !self.secure || url.scheme.is_encrypted();
        at_host && at_path && safe && !self.is_over(now)
    }

    /// Whether it may be the session of the virtual proxy in a URL. A cookie is also sent to other virtual proxies if its
    /// path allows it, but they have sessions of their own.
    fn names_session_at(&self, url: &Url) -> bool {
        let name = self.name.to_ascii_lowercase();
        self.realm == default_path(url.path()) && !BALANCERS.iter().any(|balancer| name.starts_with(balancer))
    }
}

/// Whether a host is a domain or below it. An IP address has no subdomains.
fn is_within(host: &str, domain: &str) -> bool {
    host == domain
        || host.parse::<std::net::IpAddr>().is_err()
            && host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
}

/// The path of a cookie without one: that of the URL, without its last segment.
///
/// The path of a WebSocket ends with the app, and the session is for all apps of the virtual proxy, so the path before
/// `/app` is used.
fn default_path(path: &str) -> String {
    let end = path.find("/app/").or_else(|| path.rfind('/')).unwrap_or(0);
    if end == 0 { "/".to_owned() } else { path[..end].to_owned() }
}

/// Parses a cookie date in any of the forms of RFC 6265, section 5.1.1.
fn cookie_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.split(|c: char| !c.is_ascii_alphanumeric() && c != ':').filter(|token| !token.is_empty()) {
        let number = token.parse::<u64>().ok();
        if time.is_none() && token.contains(':') {
            let mut parts = token.splitn(3, ':').map(|part| part.parse::<u64>().ok());
            time = Some((parts.next()??, parts.next()??, parts.next()??));
        } else if let (None, Some(number), 1..=2) = (day, number, token.len()) {
            day = Some(number);
        } else if let (None, None, Some(name)) = (month, number, token.get(..3)) {
            month = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(month));
        } else if let (None, Some(number)) = (year, number) {
            year = Some(match number {
                0..=69 => 2000 + number,
                70..=99 => 1900 + number,
                _ => number,
            });
        }
    }
    let ((hour, minute, second), day, month, year) = (time?, day?, month?, year?);
    if !(1601..=9999).contains(&year) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_since_1970(year, u64::try_from(month).ok()? + 1, day);
    let seconds = (days.unsigned_abs() * 24 + hour) * 3600 + minute * 60 + second;
    // Cookies that expired before 1970 have expired.
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(if days < 0 { 0 } else { seconds }))
}

fn days_since_1970(year: u64, month: u64, day: u64) -> i64 {
    // March is the first month, so that a leap day is the last day of a year.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    i64::try_from(days).unwrap_or(i64::MAX) - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn keep(cookies: &Cookies, from: &str, set: &[&str]) {
        let mut answer = HeaderMap::new();
        for text in set {
            answer.append(SET_COOKIE, text.parse().unwrap());
        }
        cookies.keep(&url(from), &answer);
    }

    const APP: &str = "wss://sense.corp/jwt/app/1";

    #[test]
    fn all_cookies_of_a_response_are_sent_to_the_same_virtual_proxy() {
        let cookies = Cookies::default();
        keep(&cookies, APP, &["X-Qlik-Session-jwt=a; Path=/jwt; HttpOnly; Secure", "AWSALB=b; Path=/", "plain=c"]);
        assert_eq!(
            cookies.header(&url("wss://sense.corp/jwt/app/2"), &[]).as_deref(),
            Some("X-Qlik-Session-jwt=a; plain=c; AWSALB=b")
        );
        assert_eq!(cookies.header(&url("wss://sense.corp/app/1"), &[]).as_deref(), Some("AWSALB=b"));
        assert_eq!(cookies.header(&url("wss://sense.corp/jwtother/app/1"), &[]).as_deref(), Some("AWSALB=b"));
        assert_eq!(cookies.header(&url("wss://other.corp/jwt/app/1"), &[]), None);
        assert_eq!(
            cookies.header(&url("ws://sense.corp/jwt/app/1"), &[]).as_deref(),
            Some("plain=c; AWSALB=b"),
            "without TLS a secure cookie stays here"
        );
    }

    #[test]
    fn a_cookie_domain_covers_its_hosts_and_foreign_domains_are_ignored() {
        let cookies = Cookies::default();
        keep(&cookies, APP, &["a=1; Domain=.corp; Path=/", "b=2; Domain=other.corp", "c=3; Domain=ense.corp"]);
        assert_eq!(cookies.header(&url("wss://engine.corp/"), &[]).as_deref(), Some("a=1"));
        assert_eq!(cookies.header(&url("wss://sense.corp/jwt/"), &[]).as_deref(), Some("a=1"));
        keep(&cookies, "ws://127.0.0.1/app/x", &["d=4; Domain=0.0.1"]);
        assert_eq!(cookies.header(&url("ws://127.0.0.1/app/x"), &[]), None);
    }

    #[test]
    fn a_newer_cookie_replaces_an_older_one_and_the_one_set_by_the_program() {
        let cookies = Cookies::default();
        let given = [("X-Qlik-Session".to_owned(), "old".to_owned()), ("theme".to_owned(), "dark".to_owned())];
        assert_eq!(cookies.header(&url(APP), &given).as_deref(), Some("X-Qlik-Session=old; theme=dark"));
        keep(&cookies, APP, &["X-Qlik-Session=new; Path=/"]);
        keep(&cookies, APP, &["X-Qlik-Session=newer; Path=/"]);
        assert_eq!(cookies.header(&url(APP), &given).as_deref(), Some("theme=dark; X-Qlik-Session=newer"));
        keep(&cookies, APP, &["X-Qlik-Session=; Path=/; Max-Age=0"]);
        assert_eq!(cookies.header(&url(APP), &given).as_deref(), Some("theme=dark"));
    }

    #[test]
    fn expired_cookies_are_not_sent() {
        let cookies = Cookies::default();
        keep(
            &cookies,
            APP,
            &[
                "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                "b=2; Expires=Wed, 09-Jun-21 10:18:14 GMT",
                "c=3; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
                "d=4; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60",
                "e=5; Max-Age=-1",
                "f=6; Expires=yesterday",
            ],
        );
        assert_eq!(cookies.header(&url(APP), &[]).as_deref(), Some("c=3; d=4; f=6"));
    }

    #[test]
    fn a_load_balancer_opens_no_session() {
        let cookies = Cookies::default();
        keep(&cookies, APP, &["AWSALB=1", "AWSALBCORS=2", "BIGipServerpool=3"]);
        assert!(!cookies.has_session(&url(APP)));
        keep(&cookies, APP, &["X-Qlik-Session=1"]);
        assert!(cookies.has_session(&url(APP)));
        cookies.forget_session(&url(APP));
        assert!(!cookies.has_session(&url(APP)));
        assert_eq!(cookies.header(&url(APP), &[]).as_deref(), Some("AWSALB=1; AWSALBCORS=2; BIGipServerpool=3"));
        keep(&cookies, APP, &["__cf_bm=4", "_csrf=5", "ApplicationGatewayAffinityCORS=6", "NSC_sense=7"]);
        assert!(!cookies.has_session(&url(APP)));
    }

    #[test]
    fn virtual_proxies_have_sessions_of_their_own() {
        let cookies = Cookies::default();
        keep(&cookies, APP, &["X-Qlik-Session-jwt=1; Path=/"]);
        let other = "wss://sense.corp/app/1";
        assert!(cookies.has_session(&url("wss://sense.corp/jwt/app/2")));
        assert!(!cookies.has_session(&url(other)));
        cookies.forget_session(&url(other));
        assert!(cookies.has_session(&url(APP)));
        keep(&cookies, other, &["X-Qlik-Session=2; Path=/"]);
        assert_eq!(cookies.header(&url(APP), &[]).as_deref(), Some("X-Qlik-Session-jwt=1; X-Qlik-Session=2"));
        cookies.forget_session(&url(APP));
        assert!(cookies.has_session(&url(other)) && !cookies.has_session(&url(APP)));
    }

    #[test]
    fn dates_are_parsed_in_all_forms() {
        let seconds =
            |text| cookie_date(text).map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs());
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds("Sunday, 06-Nov-94 08:49:37 GMT"), Some(784_111_777));
        assert_eq!(seconds("Sun Nov  6 08:49:37 1994"), Some(784_111_777));
        assert_eq!(seconds("Thu, 29 Feb 2024 00:00:00 GMT"), Some(1_709_164_800));
        for text in ["", "06 Nov 1994", "32 Nov 1994 08:49:37", "06 Nov 1994 24:00:00", "08:49:37"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
