//! URLs of servers: the part of [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986) that WebSockets need.
//!
//! The crate `url` would add the tables for international host names, 28 crates in total. The host of an engine has an
//! ASCII name, or is written in its ASCII form.

use std::fmt;
use std::net::Ipv6Addr;

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Characters to encode in a path or query that is already written: those that are invalid in URLs.
const INVALID: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// Characters to encode in a path segment.
const SEGMENT: &AsciiSet = &INVALID.add(b'/').add(b'?').add(b'%');

/// Characters to encode in a key or value of a query.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URL of a WebSocket or an HTTP server, without user and fragment.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Url {
    pub(crate) scheme: Scheme,
    /// In lower case; an IPv6 address without its brackets.
    host: String,
    /// `None` for the default port of the scheme.
    port: Option<u16>,
    path: String,
    query: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Ws,
    Wss,
    Http,
    Https,
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Ws => "ws",
            Self::Wss => "wss",
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    pub(crate) fn is_encrypted(self) -> bool {
        matches!(self, Self::Wss | Self::Https)
    }

    fn port(self) -> u16 {
        if self.is_encrypted() { 443 } else { 80 }
    }
}

impl Url {
    /// Parses a URL as users write it, and encodes invalid characters.
    ///
    /// # Errors
    ///
    /// Returns a description of the fault, in words that follow the URL.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "ws" => Scheme::Ws,
            "wss" => Scheme::Wss,
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err("it does not begin with ws://, wss://, http:// or https://"),
        };
        let rest = rest.split('#').next().unwrap_or_default();
        let (authority, behind) = rest.split_at(rest.find(['/', '?', '\\']).unwrap_or(rest.len()));
        let (host, port) = authority_of(authority)?;
        let (path, query) = match behind.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (behind, None),
        };
        let mut path = encode(path, INVALID);
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        let query = query.filter(|query| !query.is_empty()).map(|query| encode(query, INVALID));
        Ok(Self { scheme, host, port: port.filter(|port| *port != scheme.port()), path, query })
    }

    /// The host name or IP address; an IPv6 address without its brackets.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.port())
    }

    pub(crate) fn set_port(&mut self, port: u16) {
        self.port = (port != self.scheme.port()).then_some(port);
    }

    /// Host and port for the header `Host`: without the default port of the scheme.
    pub(crate) fn authority(&self) -> String {
        let host = bracketed(&self.host);
        self.port.map_or(host.clone(), |port| format!("{host}:{port}"))
    }

    /// The URL of a file that the engine has named by a relative address: on the same host, below the same virtual
    /// proxy. `None` if the address is not relative.
    #[cfg(all(feature = "download", not(target_family = "wasm")))]
    pub(crate) fn of_file(&self, relative: &str) -> Option<Self> {
        let (path, query) = relative.split_once('?').map_or((relative, None), |(path, query)| (path, Some(query)));
        if path.contains("://") || path.starts_with("//") || path.contains('\\') {
            return None;
        }
        let prefix = self.path.split("/app/").next().unwrap_or_default();
        let prefix = if prefix == self.path { "" } else { prefix };
        let path = encode(path, INVALID);
        let path = format!("/{}", path.trim_start_matches("./").trim_start_matches('/'));
        let is_below = path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
        let path = if is_below { path } else { format!("{prefix}{path}") };
        Some(Self { path, query: query.map(|query| encode(query, INVALID)), ..self.clone() })
    }

    /// Path and query, as in the first line of a request.
    #[cfg(all(feature = "download", not(target_family = "wasm")))]
    pub(crate) fn path_and_query(&self) -> String {
        self.query.as_ref().map_or_else(|| self.path.clone(), |query| format!("{}?{query}", self.path))
    }

    /// The path, encoded, with a leading slash.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The segments of the path, encoded.
    pub(crate) fn segments(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').skip(1)
    }

    /// Replaces the path with an encoded one.
    pub(crate) fn set_path(&mut self, path: &str) {
        self.path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    }

    /// Encodes a segment and appends it to the path. It replaces an empty last segment.
    pub(crate) fn push(&mut self, segment: &str) {
        if !self.path.ends_with('/') {
            self.path.push('/');
        }
        self.path.push_str(&encode(segment, SEGMENT));
    }

    /// The query's keys and values, decoded.
    pub(crate) fn query(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.query.as_deref().unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        pairs.map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(key), decode(value))
        })
    }

    pub(crate) fn add_query(&mut self, key: &str, value: &str) {
        let pair = format!("{}={}", encode(key, VALUE), encode(value, VALUE));
        let query = self.query.get_or_insert_default();
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(&pair);
    }

    /// Keeps the matching pairs of the query.
    pub(crate) fn retain_query(&mut self, keep: impl Fn(&str) -> bool) {
        let wanted = |pair: &&str| keep(&decode(pair.split('=').next().unwrap_or_default()));
        let query = self.query.take();
        let pairs: Vec<_> = query.as_deref().unwrap_or_default().split('&').filter(wanted).collect();
        self.query = (!pairs.is_empty()).then(|| pairs.join("&")).filter(|query| !query.is_empty());
    }
}

/// Host and port of the part between the scheme and the path.
fn authority_of(authority: &str) -> Result<(String, Option<u16>), &'static str> {
    if authority.contains('@') {
        return Err("it has a user name; give credentials by a method of the builder");
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or("its IPv6 address has no closing bracket")?;
            let is_address = match cfg!(target_family = "wasm") {
                // The browser parses the address again, and the parser of `std` would be part of every page.
                true => host.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.')),
                false => host.parse::<Ipv6Addr>().is_ok(),
            };
            if !is_address {
                return Err("it has brackets, but no IPv6 address in them");
            }
            (host, port)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    if !host.is_ascii() {
        return Err("its host has letters that are not ASCII; write it in its ASCII form, which begins with xn--");
    }
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    if host.is_empty() {
        return Err("it has no host");
    }
    if !authority.starts_with('[') && !host.chars().all(is_name) {
        return Err("its host has a character that no host can have");
    }
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some("") => None,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse().map_err(|_| "its port is larger than 65535")?)
        }
        _ => return Err("its port is not a number"),
    };
    Ok((host.to_ascii_lowercase(), port))
}

/// A host as in URLs.
pub(crate) fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

fn encode(text: &str, set: &'static AsciiSet) -> String {
    utf8_percent_encode(text, set).to_string()
}

/// Decodes a key or a value of a query.
fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme.name(), self.authority(), self.path)?;
        self.query.iter().try_for_each(|query| write!(f, "?{query}"))
    }
}

impl fmt::Debug for Url {
    /// Without the query, which may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}{}", self.scheme.name(), self.authority(), self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(all(feature = "download", not(target_family = "wasm")))]
    fn a_file_is_on_the_same_host_below_the_same_virtual_proxy() {
        let file = |url: &str, relative: &str| Url::parse(url).unwrap().of_file(relative).map(|url| url.to_string());
        for (url, relative, expected) in [
            ("wss://h/app/x?qlikTicket=a", "/tempcontent/1/a b.csv?n=1", "wss://h/tempcontent/1/a%20b.csv?n=1"),
            ("wss://h/jwt/app/x/identity/i", "/tempcontent/1/a.csv", "wss://h/jwt/tempcontent/1/a.csv"),
            ("wss://h/jwt/app/x", "/jwt/tempcontent/1/a.csv", "wss://h/jwt/tempcontent/1/a.csv"),
            ("wss://h/jwt/app/x", "tempcontent/a.csv?u=http://x", "wss://h/jwt/tempcontent/a.csv?u=http://x"),
            ("ws://h:4848/app/", "./exports/a.csv", "ws://h:4848/exports/a.csv"),
            ("ws://h:4848/", "/exports/a.csv", "ws://h:4848/exports/a.csv"),
        ] {
            assert_eq!(file(url, relative).as_deref(), Some(expected));
        }
        for elsewhere in ["https://other/a.csv", "//other/a.csv", "\\\\other\\a.csv"] {
            assert_eq!(file("wss://h/app/x", elsewhere), None);
        }
    }

    #[test]
    fn addresses_are_accepted_in_common_forms() {
        for (text, whole) in [
            ("ws://localhost:4848/app/", "ws://localhost:4848/app/"),
            (" WSS://Sense.Corp:443/jwt/app/x?a=b#top ", "wss://sense.corp/jwt/app/x?a=b"),
            ("http://h", "http://h/"),
            ("http://h?a=b", "http://h/?a=b"),
            ("http://h:/x", "http://h/x"),
            ("ws://[::1]:9076/app/", "ws://[::1]:9076/app/"),
            ("ws://h/app/C:\\My Apps\\ä.qvf", "ws://h/app/C:%5CMy%20Apps%5C%C3%A4.qvf"),
            ("ws://h/app/C%3A%5Cx.qvf?", "ws://h/app/C%3A%5Cx.qvf"),
            ("ws://h_1.corp/x?name=Jörg \"x\"", "ws://h_1.corp/x?name=J%C3%B6rg%20%22x%22"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(url.to_string(), whole);
            assert_eq!(Url::parse(whole).as_ref(), Ok(&url), "it is read as it is written");
        }
    }

    #[test]
    fn errors_describe_the_fault() {
        for (text, problem) in [
            ("", "ws://"),
            ("localhost:4848", "ws://"),
            ("ftp://h/", "ws://"),
            ("ws:///app", "no host"),
            ("ws://h:x/", "not a number"),
            ("ws://h:99999/", "65535"),
            ("ws://h:+1/", "not a number"),
            ("ws://[::1/", "closing bracket"),
            ("ws://[sense]/", "no IPv6"),
            ("ws://[::1]x/", "not a number"),
            ("ws://sénse.corp/", "xn--"),
            ("ws://a b/", "character"),
            ("ws://ann:hush@h/", "user name"),
        ] {
            let error = Url::parse(text).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }

    #[test]
    fn parts_and_queries_are_encoded_once() {
        let mut url = Url::parse("ws://h/app/").unwrap();
        url.push("50%/a?b#c");
        url.push("me & you");
        url.add_query("a b", "c&d=e+f");
        url.add_query("g", "");
        assert_eq!(url.to_string(), "ws://h/app/50%25%2Fa%3Fb%23c/me%20&%20you?a%20b=c%26d%3De%2Bf&g=");
        assert_eq!(url.segments().collect::<Vec<_>>(), ["app", "50%25%2Fa%3Fb%23c", "me%20&%20you"]);
        assert_eq!(url.query().collect::<Vec<_>>(), [("a b".into(), "c&d=e+f".into()), ("g".into(), String::new())]);
        url.retain_query(|key| key == "g");
        assert_eq!(url.to_string(), "ws://h/app/50%25%2Fa%3Fb%23c/me%20&%20you?g=");
        url.retain_query(|_| false);
        assert!(!url.to_string().contains('?'));
    }
}
