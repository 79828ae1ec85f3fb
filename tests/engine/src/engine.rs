//! The engine in a test: starting it, configuring apps and faults, inspecting what it received.

use crate::app::App;
use crate::faults::Fault;
use crate::proxy::{self, Proxy};
use crate::received::{Received, Upgrade};
use crate::script::{Folders, SqlResult};
use crate::server::{self, Shared};
use crate::session::connection::Outgoing;
use crate::session::world::{OnOpen, World};
use serde_json::{Value, json};
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An engine that runs inside the test, on its own port. It stops when it is dropped.
///
/// It runs on the runtime that starts it. A client that blocks its thread needs a runtime with several threads.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
/// use qix_test_engine::{App, TestEngine};
///
/// let engine = TestEngine::builder()
///     .with_app(App::new("planets").script("Planets: LOAD * INLINE [Planet, Moons\nEarth, 1\nMars, 2];"))
///     .start()
///     .await?;
/// assert!(engine.url().starts_with("ws://127.0.0.1:"));
/// // Connect a client to engine.url(), then check:
/// assert!(engine.requests().is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct TestEngine {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl TestEngine {
    /// Starts an engine with the app `sales`.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Configures an engine before it starts.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// `ws://127.0.0.1:<port>`. Append a path such as `/app/sales` to choose the session.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// The address that the engine listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Adds a fault while the engine runs.
    pub fn fault(&self, fault: Fault) {
        self.shared.world().faults.push(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.world().faults.clear();
    }

    /// The requests received so far, in order: at most the latest 10,000.
    pub fn requests(&self) -> Vec<Received> {
        self.shared.world().received.iter().cloned().collect()
    }

    /// The HTTP upgrade requests received so far, in order.
    pub fn upgrades(&self) -> Vec<Upgrade> {
        self.shared.world().upgrades.clone()
    }

    /// The number of open sockets.
    pub fn connections(&self) -> usize {
        self.shared.world().connections.len()
    }

    /// The number of sessions, including those that wait for their sockets to come back.
    pub fn sessions(&self) -> usize {
        self.shared.world().sessions.len()
    }

    /// Sends a notification to every socket, such as `OnSessionTimedOut`.
    pub fn notify(&self, method: &str, params: &Value) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        if !params.is_null() {
            message["params"] = params.clone();
        }
        self.send_raw(&message.to_string());
    }

    /// Sends a text to every socket as it is.
    pub fn send_raw(&self, text: &str) {
        let mut world = self.shared.world();
        let ids: Vec<u64> = world.connections.keys().copied().collect();
        ids.into_iter().for_each(|id| world.deliver(id, text.to_owned()));
    }

    /// Closes every socket with a code and a reason.
    pub fn close_sockets(&self, code: u16, reason: &str) {
        for connection in self.shared.world().connections.values() {
            connection.send(Outgoing::Close { code, reason: reason.to_owned() });
        }
    }

    /// Breaks every socket without a close frame.
    pub fn drop_sockets(&self) {
        for connection in self.shared.world().connections.values() {
            connection.send(Outgoing::Drop);
        }
    }

    /// Ends all sessions, as a restart of the engine does: sockets are closed with 4003, and reconnected sockets get a
    /// new session.
    pub fn restart(&self) {
        self.close_sockets(4003, "");
        let mut world = self.shared.world();
        let ids: Vec<u64> = world.sessions.keys().copied().collect();
        ids.into_iter().for_each(|id| world.end_session(id));
    }

    /// The number of logins that the proxy has accepted. A connection with a valid cookie is not a login.
    pub fn logins(&self) -> usize {
        self.shared.world().proxy.as_ref().map_or(0, |proxy| proxy.logins)
    }

    /// Ends all proxy sessions, so that the cookies of clients are no longer valid.
    pub fn expire_cookies(&self) {
        if let Some(proxy) = &mut self.shared.world().proxy {
            proxy.end_sessions();
        }
    }

    /// Runs until the engine stops for another reason; for programs that do nothing else.
    pub async fn run(mut self) {
        let _ = (&mut self.task).await;
    }
}

impl Drop for TestEngine {
    fn drop(&mut self) {
        self.task.abort();
        // When a runtime ends, it waits for blocking work, so end that work first.
        for session in self.shared.world().sessions.values() {
            session.running.iter().for_each(|running| running.abort.abort());
        }
    }
}

/// Configures an engine; see [`TestEngine::builder`].
#[derive(Debug)]
pub struct Builder {
    apps: Vec<App>,
    faults: Vec<Fault>,
    folders: Folders,
    sql_results: Vec<SqlResult>,
    host: Option<std::net::IpAddr>,
    port: u16,
    session_ttl: Duration,
    most_sessions: Option<usize>,
    proxy: Option<Proxy>,
    on_open: OnOpen,
    without_sales: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            apps: Vec::new(),
            faults: Vec::new(),
            folders: Folders::default(),
            sql_results: Vec::new(),
            host: None,
            port: 0,
            session_ttl: SESSION_TTL,
            most_sessions: None,
            on_open: OnOpen::default(),
            proxy: None,
            without_sales: false,
        }
    }
}

/// How long a session outlives its last socket, so that a client that lost the connection can come back.
const SESSION_TTL: Duration = Duration::from_secs(5);

impl Builder {
    /// Adds an app in addition to `sales`.
    #[must_use]
    pub fn with_app(mut self, app: App) -> Self {
        self.apps.push(app);
        self
    }

    /// Leaves out the app `sales`, for a client that expects only its own apps.
    #[must_use]
    pub fn without_sales(mut self) -> Self {
        self.without_sales = true;
        self
    }

    /// Adds a fault.
    #[must_use]
    pub fn fault(mut self, fault: Fault) -> Self {
        self.faults.push(fault);
        self
    }

    /// Sets the directory of the connection `DataFiles`, and of an app's connections of type `folder` without a directory
    /// of their own ([`data_connection`](Self::data_connection)).
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.set_folder(folder);
        self
    }

    /// Sets the directory that load scripts read `lib://<name>/` from. `STORE` keeps files in memory, where later
    /// reloads find them, and does not write to the directory.
    #[must_use]
    pub fn data_connection(mut self, name: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        self.folders.set_connection(name, folder);
        self
    }

    /// Adds the result of a SQL statement, for the scripts of all apps.
    #[must_use]
    pub fn sql_result(mut self, result: SqlResult) -> Self {
        self.sql_results.push(result);
        self
    }

    /// Sets the port to listen on. Defaults to 0, which uses any free port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the address to listen on. Defaults to 127.0.0.1.
    #[must_use]
    pub fn host(mut self, host: std::net::IpAddr) -> Self {
        self.host = Some(host);
        self
    }

    /// Sets how long a session outlives its last socket if the address has no `/ttl`. Defaults to 5 seconds.
    #[must_use]
    pub fn session_ttl(mut self, ttl: Duration) -> Self {
        self.session_ttl = ttl;
        self
    }

    /// Sets what `OpenDoc` does in a session that has the app open already. Defaults to [`OnOpen::Attached`].
    #[must_use]
    pub fn on_open(mut self, on_open: OnOpen) -> Self {
        self.on_open = on_open;
        self
    }

    /// Limits the sessions that a user can have at once. Further ones get `SESSION_ERROR_LIMIT_EXCEEDED` and are closed
    /// with 4005. Unlimited by default; real engines allow five.
    #[must_use]
    pub fn max_sessions_per_user(mut self, sessions: usize) -> Self {
        self.most_sessions = Some(sessions);
        self
    }

    /// Puts a proxy in front of the engine, which checks logins and cookies.
    #[must_use]
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = Some(proxy);
        self
    }

    /// Loads the apps and starts to listen.
    ///
    /// # Errors
    /// If the port is in use, the script of an app fails, or a declaration is inconsistent.
    pub async fn start(self) -> io::Result<TestEngine> {
        let mut world = World::default();
        world.faults = self.faults;
        world.folders = self.folders;
        for result in self.sql_results {
            world.databases.add(result).map_err(io::Error::other)?;
        }
        world.usual_ttl = self.session_ttl;
        world.most_sessions = self.most_sessions;
        world.proxy = self.proxy.map(proxy::State::new);
        world.on_open = self.on_open;
        let sales = (!self.without_sales).then(App::sales);
        for app in sales.into_iter().chain(self.apps) {
            let document = app.into_document(&world.folders, &world.databases).map_err(io::Error::other)?;
            world.apps.add(document);
        }
        let host = self.host.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let listener = TcpListener::bind((host, self.port)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(world));
        let task = tokio::spawn(server::serve(listener, Arc::clone(&shared)));
        Ok(TestEngine { address, shared, task })
    }
}
