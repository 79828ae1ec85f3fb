//! Addresses of engines.

use std::fmt;
use std::time::Duration;

use super::url::{Scheme, Url};
use super::{ConnectError, HAS_TLS, pages};

/// The app in URLs without an app.
const NO_APP: &str = "engineData";

/// Port of an engine, for connections with a client certificate.
const ENGINE_PORT: u16 = 4747;

/// The parts of an address, in the order that every deployment understands:
/// `[/proxy]/app/<id>[/identity/<name>][/ttl/<seconds>][?query]`.
#[derive(Clone, Default)]
pub(crate) struct Address {
    /// A complete URL, or one that the other parts are appended to.
    pub(crate) url: Option<String>,
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) virtual_proxy: Option<String>,
    pub(crate) app: Option<String>,
    pub(crate) identity: Option<String>,
    pub(crate) ttl: Option<Duration>,
    pub(crate) query: Vec<(String, String)>,
}

impl Address {
    /// The URL; the engine itself has another port than a proxy.
    pub(crate) fn url(&self, direct: bool) -> Result<Url, ConnectError> {
        let mut url = self.base()?;
        if let Some(port) = self.port.or((direct && self.host.is_some()).then_some(ENGINE_PORT)) {
            url.set_port(port);
        }
        self.extend_path(&mut url);
        for (key, value) in &self.query {
            url.add_query(key, value);
        }
        Ok(url)
    }

    fn base(&self) -> Result<Url, ConnectError> {
        let text = match (&self.url, &self.host) {
            (Some(_), Some(_)) => return Err(ConnectError::Contradiction { first: "url", second: "host" }),
            (Some(url), None) => url.clone(),
            // An IPv6 address needs its brackets.
            (None, Some(host)) if host.contains(':') && !host.contains(['[', '/']) => format!("wss://[{host}]"),
            (None, Some(host)) => format!("wss://{host}"),
            (None, None) => return Err(self.refused("there is none; give `url`, `host` or `tenant`")),
        };
        let mut url = Url::parse(&text).map_err(|problem| self.refused(problem))?;
        let page = pages::understand(&mut url, self.app.is_some());
        page.map_err(|page| {
            self.refused(&format!("it is the address of {page}; give the id of an app with `app`, or an app's address"))
        })?;
        url.scheme = match url.scheme {
            Scheme::Ws | Scheme::Http => Scheme::Ws,
            Scheme::Wss | Scheme::Https if HAS_TLS => Scheme::Wss,
            Scheme::Wss | Scheme::Https => return Err(self.refused("it needs the feature `tls` of the crate")),
        };
        Ok(url)
    }

    /// Adds the parts that are missing in the base.
    fn extend_path(&self, url: &mut Url) {
        let parts = self.virtual_proxy.is_some() || self.app.is_some() || self.identity.is_some() || self.ttl.is_some();
        if self.url.is_some() && !parts {
            return;
        }
        let has_app = url.segments().any(|segment| segment == "app");
        let bare = url.path().trim_end_matches('/').ends_with("/app");
        if !has_app {
            let prefix = self.virtual_proxy.iter().flat_map(|proxy| proxy.split('/'));
            prefix.filter(|part| !part.is_empty()).for_each(|part| url.push(part));
            url.push("app");
        }
        if !has_app || bare {
            url.push(self.app.as_deref().unwrap_or(NO_APP));
        }
        if let Some(identity) = &self.identity {
            url.push("identity");
            url.push(identity);
        }
        if let Some(ttl) = self.ttl {
            url.push("ttl");
            url.push(&ttl.as_secs().to_string());
        }
    }

    fn refused(&self, problem: &str) -> ConnectError {
        ConnectError::Address { address: self.shown().to_owned(), problem: problem.to_owned() }
    }

    /// The URL without user and query, which may be secret.
    fn shown(&self) -> &str {
        let text = self.url.as_deref().or(self.host.as_deref()).unwrap_or_default();
        let (text, rest) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        match text.rsplit_once('@') {
            // A password can contain a `#`, and a query an `@`.
            _ if rest.contains('@') => "…",
            Some((_, behind)) => behind,
            None => text,
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} app {:?}", self.shown(), self.app)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &Address) -> String {
        address.url(false).unwrap().to_string()
    }

    fn host(host: &str) -> Address {
        Address { host: Some(host.into()), ..Address::default() }
    }

    #[test]
    fn a_complete_address_is_not_changed() {
        for (text, expected) in [
            ("ws://localhost:4848/app/", "ws://localhost:4848/app/"),
            ("http://localhost:4848/app/a?b=c", "ws://localhost:4848/app/a?b=c"),
            ("https://engine.corp/jwt/app/x", "wss://engine.corp/jwt/app/x"),
        ] {
            assert_eq!(url(&Address { url: Some(text.into()), ..Address::default() }), expected);
        }
    }

    #[test]
    fn parts_are_in_the_common_order() {
        let mut address = host("sense.corp");
        assert_eq!(url(&address), "wss://sense.corp/app/engineData");
        assert_eq!(address.url(true).unwrap().to_string(), "wss://sense.corp:4747/app/engineData");
        address.virtual_proxy = Some("/jwt/".into());
        address.app = Some("C:\\My Apps\\50%/a.qvf".into());
        address.identity = Some("me & you".into());
        address.ttl = Some(Duration::from_secs(60));
        address.query = vec![("qlikTicket".into(), "a=b&c".into())];
        address.port = Some(8443);
        assert_eq!(
            url(&address),
            "wss://sense.corp:8443/jwt/app/C:%5CMy%20Apps%5C50%25%2Fa.qvf/identity/me%20&%20you/ttl/60?qlikTicket=a%3Db%26c"
        );
    }

    #[test]
    fn parts_are_appended_to_a_url() {
        for (text, expected) in [
            ("ws://localhost:4848", "ws://localhost:4848/app/x"),
            ("ws://localhost:4848/app/", "ws://localhost:4848/app/x"),
            ("ws://localhost:4848/app/other", "ws://localhost:4848/app/other"),
            ("wss://corp/proxy/", "wss://corp/proxy/app/x"),
        ] {
            let address = Address { url: Some(text.into()), app: Some("x".into()), ..Address::default() };
            assert_eq!(url(&address), expected);
        }
    }

    #[test]
    fn parts_of_a_password_are_not_shown() {
        for (text, shown) in [
            ("ws://ann:hush@h", "h"),
            ("ws://ann:hu#sh@h/app/x", "…"),
            ("ws://ann:h@u?sh@h/app/x", "…"),
            ("ws:/ann:hu#sh@h", "…"),
            ("ftp://h/?ticket=a@hush", "…"),
        ] {
            let error = Address { url: Some(text.into()), ..Address::default() }.url(false).unwrap_err().to_string();
            assert!(error.starts_with(&format!("`{shown}`")), "{error}");
        }
    }

    #[test]
    fn ipv6_addresses_have_brackets() {
        assert_eq!(url(&host("::1")), "wss://[::1]/app/engineData");
    }
}
