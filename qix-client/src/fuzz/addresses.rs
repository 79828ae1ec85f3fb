use std::time::Duration;

use crate::connect::Address;
use crate::connect::url::{Scheme, Url};

/// The part after a question mark, which is secret.
const SECRET: &str = "hush";

/// The lines of an input are the parts of an address. The result is a WebSocket URL that contains the parts; an
/// error does not contain secrets.
pub fn addresses(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let mut lines = text.lines();
    let mut part = || lines.next().filter(|line| !line.is_empty()).map(str::to_owned);
    let address = Address {
        url: part(),
        host: part(),
        port: part().and_then(|port| port.parse().ok()),
        virtual_proxy: part(),
        app: part(),
        identity: part(),
        ttl: part().and_then(|ttl| ttl.parse().ok()).map(Duration::from_secs),
        query: part().map(|secret| vec![("qlikTicket".to_owned(), secret)]).unwrap_or_default(),
    };
    for direct in [false, true] {
        let url = match address.url(direct) {
            Ok(url) => url,
            Err(error) => {
                let hidden = address.url.as_deref().and_then(|url| url.split_once('?'));
                let visible = |text: &str| text.contains(SECRET);
                let shown = |before: &str| before.rsplit('@').next().is_some_and(visible);
                if hidden.is_some_and(|(before, secret)| !shown(before) && visible(secret))
                    && !address.app.as_deref().is_some_and(visible)
                {
                    let said = format!("{error} {error:?} {address:?}");
                    assert!(!said.contains(SECRET), "{said}");
                }
                continue;
            }
        };
        assert!(matches!(url.scheme, Scheme::Ws | Scheme::Wss), "{url}");
        assert!(!url.host().is_empty(), "{url}");
        assert_eq!(Url::parse(&url.to_string()).as_ref(), Ok(&url), "it is read as it is written");
        assert!(url.to_string().parse::<http::Uri>().is_ok(), "{url}");
        if let Some(port) = address.port {
            assert_eq!(url.port(), port, "{url}");
        }
        for (name, secret) in &address.query {
            assert!(url.query().any(|pair| pair == (name.clone(), secret.clone())), "{url}");
        }
    }
}
