//! Addresses: `[/prefix]/app/<id>[/identity/<x>][/ttl/<seconds>][?query]`.

use crate::faults::Fault;
use crate::session::SessionKey;
use std::time::Duration;

/// A parsed address.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Address {
    pub(crate) prefix: String,
    pub(crate) app: String,
    pub(crate) identity: String,
    pub(crate) ttl: Option<Duration>,
    pub(crate) query: Vec<(String, String)>,
}

impl Address {
    /// Parses path and query of an upgrade. The order of identity and ttl does not matter.
    pub(crate) fn parse(target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut address = Self::default();
        let mut steps = path.split('/').filter(|step| !step.is_empty());
        let mut prefix = Vec::new();
        while let Some(step) = steps.next() {
            let mut value = || decode(steps.next().unwrap_or_default());
            match step {
                "app" => address.app = value(),
                "identity" => address.identity = value(),
                // A negative time means the default.
                "ttl" => address.ttl = value().parse().ok().map(Duration::from_secs),
                step => prefix.push(step),
            }
        }
        address.prefix = prefix.join("/");
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        address.query = pairs.map(|(name, value)| (decode(name), decode(value))).collect();
        address
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Faults for this socket only, `?fault=delay%3D200&fault=…`; invalid ones are ignored.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.query.iter().filter(|(name, _)| name == "fault").filter_map(|(_, text)| text.parse().ok()).collect()
    }

    /// Sockets with equal keys share a session.
    pub(crate) fn session_key(&self, user: &str) -> SessionKey {
        let place = [self.prefix.as_str(), &self.app, &self.identity].join("\n");
        SessionKey { user: user.to_owned(), place }
    }
}

/// Resolves escapes such as `%41`; other text is kept.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = (first == b'%').then(|| after.get(..2)).flatten();
        let escaped = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match escaped {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_found_in_any_order() {
        let address = Address::parse("/vp/app/my%20app/ttl/30/identity/a%2Fb?reloadUri=http%3A%2F%2Fx&y");
        assert_eq!((address.prefix.as_str(), address.app.as_str()), ("vp", "my app"));
        assert_eq!(address.identity, "a/b");
        assert_eq!(address.ttl, Some(Duration::from_secs(30)));
        assert_eq!((address.query("reloadUri"), address.query("y")), (Some("http://x"), Some("")));
    }

    #[test]
    fn an_address_can_be_empty() {
        assert_eq!(Address::parse("/"), Address::default());
        assert_eq!(Address::parse("/app/").app, "");
        assert_eq!(Address::parse("/app/a/ttl/-1").ttl, None);
        assert_eq!(Address::parse("/app/100%").app, "100%");
    }

    #[test]
    fn identity_keeps_sessions_apart_and_ttl_does_not() {
        let key = |target: &str| Address::parse(target).session_key("u");
        assert_eq!(key("/app/a"), key("/app/a/ttl/5"));
        assert_ne!(key("/app/a"), key("/app/a/identity/1"));
    }
}
