//! Where the engine is: Desktop, Enterprise on Windows, Cloud.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::SessionBuilder;
use crate::connect::dial::Socket;

/// # Where the engine is
impl SessionBuilder {
    /// The whole address: `ws://localhost:4848/app/` for Desktop. `http(s)` is understood as `ws(s)`.
    ///
    /// The other parts go behind it, if it does not have them.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.endpoint.address.url = Some(url.into());
        self
    }

    /// The host of an engine or of a proxy before it, to be reached by TLS.
    ///
    /// The port is 443, a proxy's; with a client certificate it is 4747, the engine's own.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.endpoint.address.host = Some(host.into());
        self
    }

    /// A tenant of Qlik Cloud, such as `acme.eu.qlikcloud.com`.
    ///
    /// See [connecting to Qlik Cloud](https://qlik.dev/apis/json-rpc/).
    pub fn tenant(self, host: impl Into<String>) -> Self {
        self.host(host)
    }

    /// The port.
    pub fn port(mut self, port: u16) -> Self {
        self.endpoint.address.port = Some(port);
        self
    }

    /// The prefix of a virtual proxy, such as `jwt`.
    pub fn virtual_proxy(mut self, prefix: impl Into<String>) -> Self {
        self.endpoint.address.virtual_proxy = Some(prefix.into());
        self
    }

    /// The app that the session is for. It says which engine answers and whose session this is; it opens nothing:
    /// [`open_doc`](super::Session::open_doc) does.
    pub fn app(mut self, id: impl Into<String>) -> Self {
        self.endpoint.address.app = Some(id.into());
        self
    }

    /// A session app of Qlik Cloud, in memory only and gone with its session; the name makes it this session's own.
    ///
    /// Elsewhere a session app is made by [`create_session_app`](qix_schema::GlobalApi::create_session_app).
    pub fn session_app(self, name: &str) -> Self {
        self.app(format!("SessionApp_{name}"))
    }

    /// A session app of Qlik Cloud that begins as a copy of another app.
    pub fn session_app_from(self, name: &str, template: impl Into<String>) -> Self {
        self.session_app(name).query("from", template)
    }

    /// Sets the session apart from others of the same user and app, with selections of its own.
    pub fn identity(mut self, name: impl Into<String>) -> Self {
        self.endpoint.address.identity = Some(name.into());
        self
    }

    /// How long the engine keeps the session when its last connection has gone, in whole seconds.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.endpoint.address.ttl = Some(ttl);
        self
    }

    /// Opens connections in a way of its own, below TLS and the WebSocket: with TCP options, over a Unix socket, through
    /// a tunnel. Asked for a host and a port each time a connection is made; proxies of the environment are left out.
    ///
    /// What it fails with becomes [`ConnectError::Unreachable`](crate::ConnectError::Unreachable).
    ///
    /// ```
    /// use qix_client::Session;
    /// use tokio::net::{TcpSocket, lookup_host};
    ///
    /// let builder = Session::builder().host("engine.corp").dial(|host, port| async move {
    ///     let address = lookup_host((host, port)).await?.next().ok_or(std::io::ErrorKind::NotFound)?;
    ///     let socket = TcpSocket::new_v4()?;
    ///     socket.set_nodelay(true)?;
    ///     socket.bind("10.0.0.7:0".parse().expect("it is an address"))?;
    ///     socket.connect(address).await
    /// });
    /// ```
    pub fn dial<F, T, S>(mut self, dialer: F) -> Self
    where
        F: Fn(String, u16) -> T + Send + Sync + 'static,
        T: Future<Output = io::Result<S>> + Send + 'static,
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        self.endpoint.dialer = Some(Arc::new(move |host, port| {
            let connecting = dialer(host, port);
            Box::pin(async move { Ok(Box::new(connecting.await?) as Box<dyn Socket>) })
        }));
        self
    }

    /// A parameter of the address' query.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.address.query.push((key.into(), value.into()));
        self
    }
}
