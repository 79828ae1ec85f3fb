//! Setting up a session.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::mpsc;
use url::Url;

use super::{Session, SessionState};
use crate::connection;
use crate::error::ConnectError;
use crate::hub::Hub;
use crate::settings::Settings;
use crate::transport::{Transport, websocket};

/// How long connecting may take; an app that is not in memory can keep an engine busy for 20 seconds.
const CONNECT: Duration = Duration::from_secs(60);

/// How long to wait for the engine to say how it took the connection.
const GREETING: Duration = Duration::from_secs(10);

/// A session that is still to be set up.
///
/// ```no_run
/// use qix_client::prelude::*;
/// use std::time::Duration;
///
/// # async fn f() -> Result<(), Error> {
/// let session = Session::builder()
///     .url("ws://engine.corp:4848/app/")
///     .header("X-Qlik-User", "UserDirectory=CORP; UserId=ann")
///     .timeout(Duration::from_secs(30))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is connected before `connect`"]
pub struct SessionBuilder {
    url: String,
    headers: Vec<(String, String)>,
    connect_timeout: Duration,
    greeting_timeout: Duration,
    settings: Settings,
    max_message_size: Option<usize>,
}

impl Default for SessionBuilder {
    fn default() -> Self {
        Self {
            url: String::new(),
            headers: Vec::new(),
            connect_timeout: CONNECT,
            greeting_timeout: GREETING,
            settings: Settings::default(),
            max_message_size: None,
        }
    }
}

impl SessionBuilder {
    /// The address: `ws://localhost:4848/app/` for Desktop. `http` is understood as `ws`.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = url.into();
        self
    }

    /// A header of the request that opens the WebSocket, such as `Origin` or `X-Qlik-User`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// How long connecting may take; 60 seconds if not said.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long to wait for the engine to say how it took the connection; 10 seconds if not said.
    ///
    /// A proxy may swallow what the engine says. The session is used all the same when the time is up; its state is
    /// then [`SessionState::Unknown`].
    pub fn greeting_timeout(mut self, timeout: Duration) -> Self {
        self.greeting_timeout = timeout;
        self
    }

    /// How long each call may take, unless the call says otherwise; no limit if not said.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// How many calls may wait for their answers at once; no limit if not said.
    ///
    /// More calls than that wait their turn, in the order in which they came; the waiting counts as part of their time.
    pub fn calls_in_flight(mut self, limit: usize) -> Self {
        self.settings.calls_in_flight = Some(limit.max(1));
        self
    }

    /// Methods whose answers are asked for as the difference to the last one, named without their class; if not said,
    /// `GetLayout` and `GetAppLayout`. What comes back is the same either way. None turns differences off.
    ///
    /// A difference saves bytes where a large answer changes little, and costs memory: the last answer is kept. Only
    /// methods that read, and have exactly one result, can be asked so; a call can say otherwise by
    /// [`with_delta`](qix_schema::Call::with_delta).
    pub fn delta<I: IntoIterator<Item: Into<String>>>(mut self, methods: I) -> Self {
        self.settings.delta = methods.into_iter().map(Into::into).collect();
        self
    }

    /// Keeps session objects in the engine when nobody here holds them any more; they end with the session.
    ///
    /// If not said, the engine is told to destroy a session object when its last handle is dropped.
    pub fn keep_session_objects(mut self) -> Self {
        self.settings.keep_session_objects = true;
        self
    }

    /// The largest message, in bytes, that is taken in; no limit if not said, as engines send tens of megabytes.
    ///
    /// A larger one ends the connection.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = Some(bytes);
        self
    }

    /// Connects, and waits until the engine has said how it took the connection.
    ///
    /// # Errors
    ///
    /// A [`ConnectError`] says what failed and what to do next: the address, the network, the upgrade to a
    /// WebSocket, the engine's refusal, the time.
    pub async fn connect(self) -> Result<Session, ConnectError> {
        let url = address(&self.url)?;
        let headers = self.header_map()?;
        let limit = self.connect_timeout;
        let connect = websocket::connect(&url, &headers, self.max_message_size);
        let transport = tokio::time::timeout(limit, connect).await.map_err(|_| ConnectError::TimedOut(limit))??;
        self.connect_over(transport).await
    }

    /// Begins a session over a transport that is open already: a test's, a replay's, or one of an unusual network.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Session`] if the engine refuses, [`ConnectError::Closed`] if the transport ends at once.
    pub async fn connect_over(self, transport: Transport) -> Result<Session, ConnectError> {
        let (outbox, queue) = mpsc::unbounded_channel();
        let hub = Arc::new(Hub::new(outbox, self.settings));
        let (mut state, mut closed) = (hub.state(), hub.closed());
        let over = connection::start(transport, &hub, queue);
        let session = Session::new(hub, over);
        tokio::select! {
            // What the engine says first tells more than that it then closes.
            biased;
            _ = state.wait_for(|state| *state != SessionState::Unknown) => {}
            _ = closed.wait_for(Option::is_some) => {}
            () = tokio::time::sleep(self.greeting_timeout) => {
                tracing::debug!("the engine does not say how it took the connection");
            }
        }
        if let SessionState::Refused(refusal) = session.state() {
            return Err(ConnectError::Session(refusal));
        }
        let closed = closed.borrow().clone();
        match closed {
            Some(closed) => Err(ConnectError::Closed(closed)),
            None => Ok(session),
        }
    }

    fn header_map(&self) -> Result<HeaderMap, ConnectError> {
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let refused = || ConnectError::Header { name: name.clone() };
            let key = name.parse::<HeaderName>().map_err(|_| refused())?;
            let mut value = HeaderValue::from_str(value).map_err(|_| refused())?;
            value.set_sensitive(true);
            headers.append(key, value);
        }
        Ok(headers)
    }
}

/// The address of a WebSocket.
fn address(text: &str) -> Result<Url, ConnectError> {
    // What follows the path may be secret.
    let shown = || text.split(['?', '#']).next().unwrap_or_default().to_owned();
    let refused = |problem: &str| ConnectError::Address { address: shown(), problem: problem.to_owned() };
    let mut url = Url::parse(text).map_err(|error| refused(&error.to_string()))?;
    let scheme = match url.scheme() {
        "ws" | "http" => "ws",
        _ => return Err(refused("it begins with ws:// or http://")),
    };
    url.set_scheme(scheme).map_err(|()| refused("it has no host"))?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(refused("it has no host"));
    }
    Ok(url)
}

impl fmt::Debug for SessionBuilder {
    /// Shows no value of a header and no query: they may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("SessionBuilder")
            .field("url", &self.url.split(['?', '#']).next().unwrap_or_default())
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}
