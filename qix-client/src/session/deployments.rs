//! The location of the engine: Desktop, Enterprise on Windows, or Cloud.

use std::time::Duration;

use super::SessionBuilder;
use crate::config::WorkloadType;

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
    ///
    /// ```
    /// # use qix_client::{Session, WorkloadType};
    /// // Reloads on an engine for reloads, beside the one that serves users.
    /// let builder = Session::builder()
    ///     .tenant("acme.eu.qlikcloud.com")
    ///     .app("app-id")
    ///     .reload_uri("https://acme.eu.qlikcloud.com/sense/app/app-id")
    ///     .workload_type(WorkloadType::InteractiveReload);
    /// ```
    pub fn workload_type(self, workload: WorkloadType) -> Self {
        self.query("workloadType", workload.as_str())
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

    /// Adds a parameter to the query of the URL.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.endpoint.address.query.push((key.into(), value.into()));
        self
    }
}
