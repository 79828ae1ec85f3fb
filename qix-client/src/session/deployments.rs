//! The location of the engine: Desktop, Enterprise on Windows, or Cloud.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite};

use super::SessionBuilder;
use crate::connect::dial::Socket;

/// # Location of the engine
impl SessionBuilder {
    /// Sets the complete URL: `ws://localhost:4848/app/` for Desktop. `http(s)` is treated as `ws(s)`.
    ///
    /// Other settings are appended unless the URL already contains them.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.endpoint.address.url = Some(url.into());
        self
    }

    /// Sets the host of an engine or proxy, which is connected to with TLS.
    ///
    /// The port defaults to 443 for a proxy, or to 4747 for an engine if a client certificate is set.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.endpoint.address.host = Some(host.into());
        self
    }

    /// Sets a tenant of Qlik Cloud, such as `acme.eu.qlikcloud.com`.
    ///
    /// See [connecting to Qlik Cloud](https://qlik.dev/apis/json-rpc/).
    pub fn tenant(self, host: impl Into<String>) -> Self {
        self.host(host)
    }

    /// Sets the port.
    pub fn port(mut self, port: u16) -> Self {
        self.endpoint.address.port = Some(port);
        self
    }

    /// Sets the prefix of a virtual proxy, such as `jwt`.
    pub fn virtual_proxy(mut self, prefix: impl Into<String>) -> Self {
        self.endpoint.address.virtual_proxy = Some(prefix.into());
        self
    }

    /// Sets the app of the session. It determines the engine node and the session, but it does not open the app;
    /// [`open_doc`](super::Session::open_doc) does.
    pub fn app(mut self, id: impl Into<String>) -> Self {
        self.endpoint.address.app = Some(id.into());
        self
    }

    /// Uses a session app of Qlik Cloud, which exists in memory until its session ends. The name makes it unique.
    ///
    /// In other deployments, use [`create_session_app`](qix_schema::GlobalApi::create_session_app).
    pub fn session_app(self, name: impl Into<String>) -> Self {
        self.app(format!("SessionApp_{}", name.into()))
    }

    /// Uses a session app of Qlik Cloud that is created as a copy of another app.
    pub fn session_app_from(self, name: impl Into<String>, template: impl Into<String>) -> Self {
        self.session_app(name).query("from", template)
    }

    /// Sets the parameter `reloadUri` of Qlik's addresses: the page of a web client.
    pub fn reload_uri(self, uri: impl Into<String>) -> Self {
        self.query("reloadUri", uri)
    }

    /// Sets the parameter `workloadType` of Qlik Cloud's addresses: the kind of work that the session is for.
    pub fn workload_type(self, workload: impl Into<String>) -> Self {
        self.query("workloadType", workload)
    }

    /// Separates the session from other sessions of the same user and app, with its own selections.
    pub fn identity(mut self, name: impl Into<String>) -> Self {
        self.endpoint.address.identity = Some(name.into());
        self
    }

    /// Sets how long the engine keeps the session after its last connection is closed, in whole seconds.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.endpoint.address.ttl = Some(ttl);
        self
    }

    /// Opens connections with a custom function, below TLS and WebSocket: with TCP options, over a Unix socket, or
    /// through a tunnel. It is called with a host and a port for each connection. Proxies from the environment are not
    /// used.
    ///
    /// Its errors become [`ConnectError::Unreachable`](crate::ConnectError::Unreachable).
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

    /// Adds a parameter to the query of the URL.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.address.query.push((key.into(), value.into()));
        self
    }
}
