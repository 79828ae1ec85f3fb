//! Which requests are served: those of this page, in a browser on this computer.
//!
//! Any web page can send requests to a port of this computer, and a name server can make any host name mean this
//! computer. The token in the address keeps out pages that do not know it, the check of `Host` keeps out host names of
//! others, and the check of `Origin` keeps out WebSockets of other pages.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};

/// What a request must have.
#[derive(Clone, Debug)]
pub(crate) struct Guard {
    token: String,
    port: u16,
}

impl Guard {
    /// A guard with a random token.
    pub(crate) fn new(port: u16) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 20];
        getrandom::fill(&mut bytes)?;
        Ok(Self { token: bytes.iter().map(|byte| format!("{byte:02x}")).collect(), port })
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// The address of the page.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// Refuses a request that does not come from the page.
    pub(crate) fn check(&self, request: &Request) -> Result<(), StatusCode> {
        let headers = request.headers();
        let hosts = ["127.0.0.1", "localhost"].map(|host| format!("{host}:{}", self.port));
        let host = one(headers, header::HOST).unwrap_or_default();
        if !hosts.iter().any(|known| known == host) {
            return Err(StatusCode::MISDIRECTED_REQUEST);
        }
        let origin = headers.contains_key(header::ORIGIN);
        if origin && one(headers, header::ORIGIN) != Some(&format!("http://{host}")) {
            return Err(StatusCode::FORBIDDEN);
        }
        // A browser always sends `Origin` with these.
        if !origin && (headers.contains_key(header::UPGRADE) || request.method() == "POST") {
            return Err(StatusCode::FORBIDDEN);
        }
        let site = one(headers, HeaderName::from_static("sec-fetch-site"));
        if site.is_some_and(|site| site != "same-origin" && site != "none") {
            return Err(StatusCode::FORBIDDEN);
        }
        let token = request.uri().path().split('/').nth(1).unwrap_or_default();
        if !same(token.as_bytes(), self.token.as_bytes()) {
            return Err(StatusCode::NOT_FOUND);
        }
        Ok(())
    }
}

/// The value of a header that occurs once.
fn one(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// Whether two texts are the same, in a time that does not depend on where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn status(guard: &Guard, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.check(&request.body(Body::empty()).unwrap()).map_or_else(|status| status.as_u16(), |()| 200)
    }

    #[test]
    fn only_the_page_on_this_computer_is_served() {
        let guard = Guard::new(4000).unwrap();
        let page = format!("/{}/", guard.token());
        let host = ("host", "127.0.0.1:4000");
        let own = ("origin", "http://127.0.0.1:4000");
        let upgrade = ("upgrade", "websocket");
        assert_eq!(status(&guard, "GET", &page, &[host]), 200);
        assert_eq!(status(&guard, "GET", &page, &[("host", "localhost:4000")]), 200);
        assert_eq!(status(&guard, "GET", &page, &[host, own, upgrade]), 200);
        assert_eq!(status(&guard, "POST", &page, &[host, own]), 200);

        assert_eq!(status(&guard, "GET", "/", &[host]), 404);
        assert_eq!(status(&guard, "GET", "/0000/", &[host]), 404);
        assert_eq!(status(&guard, "GET", &page, &[]), 421);
        assert_eq!(status(&guard, "GET", &page, &[("host", "evil.example:4000")]), 421);
        assert_eq!(status(&guard, "GET", &page, &[host, host]), 421);
        assert_eq!(status(&guard, "GET", &page, &[host, upgrade]), 403);
        assert_eq!(status(&guard, "POST", &page, &[host]), 403);
        for origin in ["http://evil.example", "null", "http://127.0.0.1:4001", "https://127.0.0.1:4000"] {
            assert_eq!(status(&guard, "GET", &page, &[host, ("origin", origin), upgrade]), 403, "{origin}");
        }
        // The names of the host are different origins.
        assert_eq!(status(&guard, "GET", &page, &[("host", "localhost:4000"), own]), 403);
        for site in ["cross-site", "same-site"] {
            assert_eq!(status(&guard, "GET", &page, &[host, ("sec-fetch-site", site)]), 403, "{site}");
        }
    }

    #[test]
    fn tokens_are_random() {
        let [one, two] = [Guard::new(1).unwrap(), Guard::new(1).unwrap()];
        assert_eq!(one.token().len(), 40);
        assert_ne!(one.token(), two.token());
    }
}
