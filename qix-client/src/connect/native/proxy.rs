//! HTTP proxies from the environment.

use http::header::PROXY_AUTHORIZATION;
use http::{HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;

use super::dial::{Socket, connect};
use crate::connect::url::{Url, bracketed};
use crate::connect::{ConnectError, TransportError};

/// A proxy and the credentials for it.
pub(super) struct Proxy {
    address: Uri,
    authorization: Option<HeaderValue>,
}

/// The proxy for a URL, according to `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`. This machine needs none.
pub(super) fn of(url: &Url) -> Option<Proxy> {
    if is_local(url.host()) { None } else { choose(&Matcher::from_env(), url) }
}

fn is_local(host: &str) -> bool {
    match host.parse::<std::net::IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

fn choose(matcher: &Matcher, url: &Url) -> Option<Proxy> {
    // Proxies are configured for the HTTP schemes.
    let scheme = if url.scheme.is_encrypted() { "https" } else { "http" };
    let uri = Uri::builder().scheme(scheme).authority(url.authority()).path_and_query("/").build().ok()?;
    let chosen = matcher.intercept(&uri)?;
    Some(Proxy { address: chosen.uri().clone(), authorization: chosen.basic_auth().cloned() })
}

impl Proxy {
    /// A connection to a host, through the proxy.
    pub(super) async fn connect(self, host: &str, port: u16) -> Result<Box<dyn Socket>, ConnectError> {
        let name = self.address.host().unwrap_or_default().to_owned();
        let socket = connect(&name, self.address.port_u16().unwrap_or(80)).await?;
        let tunnel = self.tunnel(socket, host, port).await;
        tunnel.map_err(|source| ConnectError::Proxy { proxy: name, cause: source })
    }

    async fn tunnel(self, socket: impl Socket, host: &str, port: u16) -> Result<Box<dyn Socket>, TransportError> {
        let (mut sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
        // Ends with the tunnel.
        tokio::spawn(connection.with_upgrades());
        let target = format!("{}:{port}", bracketed(host));
        let mut request = Request::builder().method(Method::CONNECT).uri(&target).header("Host", &target);
        if let Some(authorization) = self.authorization {
            request = request.header(PROXY_AUTHORIZATION, authorization);
        }
        let answer = sender.send_request(request.body(Empty::<Bytes>::new())?).await?;
        if answer.status() != StatusCode::OK {
            return Err(format!("it answers with status {}", answer.status()).into());
        }
        Ok(Box::new(TokioIo::new(hyper::upgrade::on(answer).await?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn a_proxy_is_chosen_by_the_scheme_and_the_host() {
        let matcher = Matcher::builder().https("http://ann:hush@proxy.corp:3128").no("engine.corp").build();
        let proxy = choose(&matcher, &url("wss://acme.eu.qlikcloud.com/app/x")).unwrap();
        assert_eq!((proxy.address.host(), proxy.address.port_u16()), (Some("proxy.corp"), Some(3128)));
        assert!(proxy.authorization.is_some());
        assert!(choose(&matcher, &url("wss://engine.corp:4747/app/x")).is_none());
        assert!(choose(&matcher, &url("ws://other.corp/app/x")).is_none());
    }

    #[tokio::test]
    async fn a_tunnel_connects_to_the_host_or_returns_the_reason() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://ann:hush@{}", listener.local_addr().unwrap());
        let matcher = Matcher::builder().all(address).build();
        let server = async {
            for answer in ["HTTP/1.1 200 OK\r\n\r\nhello", "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"] {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                let request = String::from_utf8(request).unwrap().to_lowercase();
                assert!(request.starts_with("connect engine.corp:4747 http/1.1\r\n"), "{request}");
                assert!(request.contains("proxy-authorization: basic "), "{request}");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        };
        let client = async {
            let proxy = || choose(&matcher, &url("wss://engine.corp:4747/")).unwrap();
            let mut tunnel = proxy().connect("engine.corp", 4747).await.unwrap();
            let mut greeting = [0; 5];
            tunnel.read_exact(&mut greeting).await.unwrap();
            assert_eq!(&greeting, b"hello");
            let Err(error) = proxy().connect("engine.corp", 4747).await else { panic!("it refuses") };
            assert!(matches!(error, ConnectError::Proxy { .. }), "{error}");
            assert!(error.to_string().contains("407") && !error.to_string().contains("hush"), "{error}");
        };
        tokio::join!(server, client);
    }
}
