//! Downloads a schema over HTTP.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Error, Proxy};

/// Timeout for connecting, and for each part of the response.
const PATIENCE: Duration = Duration::from_secs(30);

/// Timeout for the whole download.
const LIMIT: Duration = Duration::from_secs(300);

/// The published schema has 0.9 MB; a file 70 times as large is something else.
const MAX_BYTES: u64 = 64 << 20;

/// The content of a URL, if it may be JSON.
pub(crate) fn get(url: &str) -> Result<String> {
    let proxy = proxy(url, |name| std::env::var(name).ok())?;
    let through = |error| match &proxy {
        Some((name, proxy)) if !url.parse().is_ok_and(|url| proxy.is_no_proxy(&url)) => {
            anyhow!("through the proxy {}:{} that {name} names: {:#}", proxy.host(), proxy.port(), explained(error))
        }
        _ => explained(error),
    };
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let agent: Agent = Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy.as_ref().map(|(_, proxy)| proxy.clone()))
        .http_status_as_error(false)
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_per_read(Some(PATIENCE))
        .timeout_global(Some(LIMIT))
        .user_agent(concat!("qix-rs/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let mut answer = agent.get(url).header("Accept", "application/json").call().map_err(through)?;
    let status = answer.status();
    ensure!(status == 200, "the server answered {status}");
    if let Some(encoding) = header(&answer, "content-encoding").filter(|encoding| encoding != "identity") {
        bail!("the server answered in the encoding `{encoding}`, which was not requested");
    }
    let kind = header(&answer, "content-type").unwrap_or_default();
    let bytes = answer.body_mut().with_config().limit(MAX_BYTES).read_to_vec().map_err(explained)?;
    let text = String::from_utf8(bytes).context("the answer is not UTF-8 text")?;
    match text.trim_start_matches('\u{feff}').trim_start().chars().next() {
        Some('{') => Ok(text),
        Some('<') => bail!("the answer is a web page ({kind}), not a schema; give the address of the JSON file itself"),
        Some(_) => bail!("the answer is not a JSON object ({kind})"),
        None => bail!("the answer is empty"),
    }
}

fn header(answer: &Response<Body>, name: &str) -> Option<String> {
    Some(String::from_utf8_lossy(answer.headers().get(name)?.as_bytes()).into_owned())
}

/// The error in plain words, without terms of the HTTP client.
fn explained(error: Error) -> anyhow::Error {
    match error {
        Error::HostNotFound => anyhow!("the name of the host cannot be resolved"),
        Error::Timeout(_) => anyhow!("the server took too long"),
        Error::TooManyRedirects => anyhow!("the server redirects again and again"),
        Error::BodyExceedsLimit(_) => anyhow!("the answer has more than {} MiB", MAX_BYTES >> 20),
        Error::Io(error) => match error.kind() {
            std::io::ErrorKind::UnexpectedEof => anyhow!("the connection was closed before the answer ended"),
            _ => error.into(),
        },
        // Its text would contain the URL with its secrets.
        Error::BadUri(_) => anyhow!("this is not an address"),
        Error::ConnectProxyFailed(reason) => anyhow!("{reason}"),
        error => error.into(),
    }
}

/// The proxy for a URL in the environment, and the name of the variable.
fn proxy(url: &str, variable: impl Fn(&str) -> Option<String>) -> Result<Option<(&'static str, Proxy)>> {
    let https = url.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https:"));
    let names = if https {
        ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]
    } else {
        ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]
    };
    let set = |name: &&'static str| Some((*name, variable(name).filter(|value| !value.trim().is_empty())?));
    let Some((name, value)) = names.iter().find_map(set) else { return Ok(None) };
    // The value may contain a password.
    let wrong = || format!("{name} is not the address of a proxy, such as http://proxy.example:8080");
    let named = Proxy::new(value.trim()).with_context(wrong)?;
    let mut proxy = Proxy::builder(named.protocol()).host(named.host()).port(named.port());
    if let Some(user) = named.username() {
        proxy = proxy.username(user);
    }
    if let Some(password) = named.password() {
        proxy = proxy.password(password);
    }
    let direct = ["NO_PROXY", "no_proxy"].iter().find_map(|name| variable(name)).unwrap_or_default();
    for host in direct.split([',', ' ']).filter(|host| !host.is_empty()) {
        proxy = proxy.no_proxy(host);
        // A domain includes its hosts.
        if !host.starts_with(['.', '*']) {
            proxy = proxy.no_proxy(&format!(".{host}"));
        }
    }
    Ok(Some((name, proxy.build().with_context(wrong)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(url: &str, variables: &[(&str, &str)]) -> Option<String> {
        let variable =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let (_, proxy) = proxy(url, variable).unwrap()?;
        (!proxy.is_no_proxy(&url.parse().unwrap())).then(|| format!("{}:{}", proxy.host(), proxy.port()))
    }

    #[test]
    fn the_scheme_of_the_address_decides_which_proxy_is_used() {
        let both = [("HTTPS_PROXY", "http://secure:1"), ("HTTP_PROXY", "plain:2"), ("ALL_PROXY", "any:3")];
        assert_eq!(chosen("https://qlik.dev/qix.json", &both).as_deref(), Some("secure:1"));
        assert_eq!(chosen("http://qlik.dev/qix.json", &both).as_deref(), Some("plain:2"));
        assert_eq!(chosen("https://qlik.dev/qix.json", &both[1..]).as_deref(), Some("any:3"));
        assert_eq!(chosen("https://qlik.dev/qix.json", &[("https_proxy", "low:4")]).as_deref(), Some("low:4"));
        assert_eq!(chosen("https://qlik.dev/qix.json", &[("HTTPS_PROXY", "")]), None);
        assert_eq!(chosen("https://qlik.dev/qix.json", &[]), None);
    }

    #[test]
    fn hosts_and_domains_are_exempt_from_the_proxy() {
        let chosen = |url, exempt| chosen(url, &[("HTTPS_PROXY", "http://proxy:1"), ("NO_PROXY", exempt)]);
        for exempt in ["qlik.dev", "a, qlik.dev", ".qlik.dev", "*.qlik.dev", "dev", "*"] {
            assert_eq!(chosen("https://docs.qlik.dev/qix.json", exempt), None, "{exempt}");
        }
        for exempt in ["", "lik.dev", "qlik.dev.org"] {
            assert!(chosen("https://docs.qlik.dev/qix.json", exempt).is_some(), "{exempt}");
        }
    }

    #[test]
    fn the_error_of_an_invalid_proxy_has_no_password() {
        let variable = |name: &str| (name == "HTTPS_PROXY").then(|| "gopher://ann:secret@proxy".to_owned());
        let error = format!("{:#}", proxy("https://qlik.dev", variable).unwrap_err());
        assert!(error.contains("HTTPS_PROXY") && !error.contains("secret"), "{error}");
    }
}
