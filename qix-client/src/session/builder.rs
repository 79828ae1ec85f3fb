//! Configuring a session.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use qix_schema::rpc::{Instant, Method};

use super::{Session, deadline};
use crate::config::Backoff;
use crate::config::KeepAlive;
use crate::config::Middleware;
use crate::config::Settings;
use crate::config::event::{self, Event, EventStream};
use crate::config::{WhenModal, WhenReloading, WhenStateLost};
use crate::connect::ConnectError;
use crate::connect::Endpoint;
use crate::connect::Transport;
use crate::platform;
use crate::protocol::notification::SessionState;
use crate::record::Recorder;
use crate::session::core::{Hooks, Shared};
use crate::session::resume;
use crate::session::trace::excerpt;

/// Configures and opens a session.
///
/// ```no_run
/// use qix_client::{Error, prelude::*};
/// use std::time::Duration;
///
/// # async fn f() -> Result<(), Error> {
/// let session = Session::builder()
///     .host("sense.corp")
///     .virtual_proxy("jwt")
///     .app("5a4b…")
///     .bearer("eyJ…")
///     .timeout(Duration::from_secs(30))
///     .connect()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use = "nothing is connected before `connect`"]
pub struct SessionBuilder {
    pub(super) endpoint: Endpoint,
    settings: Settings,
    hooks: Hooks,
}

/// # Limits
impl SessionBuilder {
    /// Sets the timeout for connecting. Defaults to 60 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.endpoint.connect_timeout = timeout;
        self
    }

    /// Sets how long to wait for the engine to report the state of the session. Defaults to 10 seconds.
    ///
    /// Some proxies do not forward the report. If it does not arrive in time, the session is used anyway, with the
    /// state
    /// [`SessionState::Unknown`](crate::notification::SessionState::Unknown).
    pub fn greeting_timeout(mut self, timeout: Duration) -> Self {
        self.settings.greeting_timeout = timeout;
        self
    }

    /// Sets the default timeout of calls. Defaults to no timeout.
    ///
    /// It does not apply to reloads, which can take arbitrarily long. To limit a reload, use
    /// [`with_timeout`](qix_schema::Call::with_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// Sets a deadline for the whole session. Defaults to none. Use it for work that must end by then, such as a job or
    /// a request to your service.
    ///
    /// When it expires, connecting fails with [`ConnectError::TimedOut`]. Pending calls fail with
    /// [`ErrorKind::TimedOut`](qix_schema::ErrorKind::TimedOut), and the client asks the engine to cancel them; the
    /// timeouts and deadlines of calls cannot exceed it. The session is then closed: streams end, a suspended session
    /// stops waiting for a connection, and new calls fail with [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed),
    /// which contains the reason. [`close`](Session::close) also stops waiting.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.settings.deadline = Some(deadline.into());
        self
    }

    /// Sets how long [`close`](Session::close) waits for pending calls. Defaults to 5 seconds. Zero drops them
    /// immediately.
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.settings.close_timeout = timeout;
        self
    }

    /// Sets the maximum number of pending calls, at least one. Defaults to no limit.
    ///
    /// Further calls are queued in order. The time in the queue counts toward their timeouts.
    /// [`Session::calls_in_flight`] returns the current number.
    pub fn max_calls_in_flight(mut self, limit: usize) -> Self {
        self.settings.max_calls_in_flight = Some(limit.max(1));
        self
    }

    /// Sets the methods that request deltas, which contain only the changes since the last response. Defaults to
    /// `GetLayout` of all classes and `GetAppLayout`. The decoded result is the same. An empty list disables deltas.
    ///
    /// ```
    /// use qix_client::rpc::Request;
    /// use qix_client::{Session, generic_object};
    ///
    /// let builder = Session::builder().delta([generic_object::GetLayout::METHOD]);
    /// ```
    ///
    /// Deltas save bytes if a large response changes little, but use memory for the last response. Only methods that
    /// read and have exactly one result support them. To override the setting for a call, use
    /// [`with_delta`](qix_schema::Call::with_delta).
    pub fn delta(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.settings.delta = methods.into_iter().collect();
        self
    }

    /// Sets whether session objects stay in the engine until the session ends when their last handle is dropped.
    /// Defaults to `false`: the client destroys them.
    pub fn keep_session_objects(mut self, keep: bool) -> Self {
        self.settings.keep_session_objects = keep;
        self
    }

    /// Reconnects automatically when the connection is lost, and restores everything like
    /// [`resume`](Session::resume).
    /// By default, a lost connection ends the session.
    ///
    /// It reconnects if the end of the connection indicates that this makes sense
    /// ([`Closed::retry`](qix_schema::rpc::Closed::retry)). Meanwhile, calls wait, as they do after
    /// [`suspend`](Session::suspend). If the server closes the connection for another reason, such as idleness, or if
    /// reconnecting fails, calls fail until the program calls [`Session::resume`].
    pub fn reconnect(mut self, backoff: Backoff) -> Self {
        self.settings.reconnect = Some(backoff);
        self.hooks.supervise =
            Some(|shared, backoff| Box::pin(resume::supervise(Arc::downgrade(shared), shared.phase(), backoff)));
        self
    }

    /// Resumes a session without a connection when the next call starts, like [`Session::resume`]. By default, the call
    /// fails.
    ///
    /// Use it for programs that are idle for longer than the server allows.
    pub fn reconnect_on_call(mut self) -> Self {
        self.hooks.resume = Some(|shared| Box::pin(resume::again(shared)));
        self
    }

    /// Keeps an idle connection open, and detects a dead one. Off by default.
    ///
    /// Enable it if a proxy or firewall drops idle connections, or if the program only listens: without calls, nothing
    /// else detects a dead network. It is disabled by default because a session that is never idle never expires: the
    /// proxy of Qlik Sense Enterprise on Windows ends a session after 30 idle minutes, and engines have similar rules
    /// ([4001](qix_schema::rpc::CloseCode)). Until then, the session uses memory, a license, and one of the few
    /// sessions that a user may have at once.
    ///
    /// The probes bypass [`middleware`](Self::middleware) and do not count as calls. They stop when the last user of
    /// the session drops it, and pause while it is suspended.
    pub fn keep_alive(mut self, keep_alive: KeepAlive) -> Self {
        self.settings.keep_alive = Some(keep_alive);
        self
    }

    /// Records all traffic.
    pub fn record(mut self, recorder: &Recorder) -> Self {
        self.settings.recorder = Some(recorder.clone());
        self
    }

    /// Sets whether [`tracing`] events at level `TRACE` contain the parameters and results of calls: the first 10,000
    /// characters of each, without passwords and tokens. Defaults to `false`.
    ///
    /// Use it for debugging only: the events contain data of the app.
    pub fn trace_payloads(mut self, trace: bool) -> Self {
        self.settings.trace_payloads = trace.then_some(excerpt);
        self
    }

    /// Adds a middleware for all calls. The first one added is the outermost.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.settings.middleware.push(Arc::new(middleware));
        self
    }

    /// Sets the polling interval for progress. Defaults to 300 ms.
    pub fn progress_interval(mut self, interval: Duration) -> Self {
        self.settings.progress_interval = interval;
        self
    }

    /// Sets what to do if a call is rejected because the session is in selection mode. By default, the call fails.
    pub fn when_modal(mut self, policy: WhenModal) -> Self {
        self.settings.when_modal = policy;
        self
    }

    /// Sets what to do if a call is rejected because the app is being reloaded. By default, the call fails.
    pub fn when_reloading(mut self, policy: WhenReloading) -> Self {
        self.settings.when_reloading = policy;
        self
    }

    /// Sets what to do when a connection is resumed in a new session, which has no selections. By default, they are
    /// restored, and calls fail if that is not possible.
    pub fn when_state_lost(mut self, policy: WhenStateLost) -> Self {
        self.settings.when_state_lost = policy;
        self
    }

    /// Sets the maximum size of an incoming message, in bytes; a larger one ends the connection. Defaults to no limit,
    /// because engines send tens of megabytes.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.endpoint.max_message_size = Some(bytes);
        self
    }

    /// Returns all events of the session: messages of a proxy before the engine accepts the connection, the
    /// [opening](Event::Opened), and the events of [`Session::events`]. The stream ends with the session, or if
    /// connecting
    /// fails.
    ///
    /// ```
    /// use futures_util::StreamExt;
    /// use qix_client::{Event, Session, notification::SessionState};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// let mut builder = Session::builder().url(engine.url());
    /// let mut events = builder.events();
    /// let session = builder.connect().await?;
    /// assert!(matches!(events.next().await, Some(Event::Notification(greeting)) if greeting.name == "OnConnected"));
    /// assert!(matches!(events.next().await, Some(Event::Opened(SessionState::Created))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&mut self) -> EventStream {
        let listeners = self.settings.listeners.get_or_insert_with(event::channel);
        event::stream(Some(listeners.subscribe()))
    }

    /// Separates the events of the session from those of its clones.
    pub(crate) fn with_events_of_its_own(mut self) -> Self {
        self.settings.listeners = None;
        self
    }

    /// Uses the cookies of another session.
    pub(crate) fn with_login_of(mut self, other: &Self) -> Self {
        self.endpoint.access.share_user(&other.endpoint.access);
        self
    }

    /// Connects, and waits until the engine has accepted the session.
    ///
    /// # Errors
    ///
    /// Returns a [`ConnectError`] that describes what failed (the URL, the network, the WebSocket upgrade, the session,
    /// or a timeout) and what to do next.
    pub async fn connect(self) -> Result<Session, ConnectError> {
        deadline::within(self.settings.deadline, async {
            let shared = Shared::new(Some(self.endpoint), self.settings, self.hooks);
            let state = resume::connect(&shared, &mut Vec::new()).await?;
            start(shared, state)
        })
        .await
    }

    /// Opens a session over an existing transport, for tests, replays, or unusual networks.
    ///
    /// # Errors
    ///
    /// Returns [`ConnectError::Session`] if the engine rejects the session, and [`ConnectError::Closed`] if the
    /// transport closes before the session is ready.
    pub async fn connect_over(self, transport: Transport) -> Result<Session, ConnectError> {
        deadline::within(self.settings.deadline, async {
            let shared = Shared::new(None, self.settings, self.hooks);
            let state = resume::begin(&shared, transport, &mut Vec::new()).await?;
            start(shared, state)
        })
        .await
    }
}

fn start(shared: Arc<Shared>, state: SessionState) -> Result<Session, ConnectError> {
    if state == SessionState::Attached {
        shared.journal().inherit();
    }
    shared.open().map_err(ConnectError::Closed)?;
    shared.tell(Event::Opened(state));
    if let Some(deadline) = shared.settings.deadline {
        platform::spawn(deadline::keep(Arc::downgrade(&shared), deadline));
    }
    if let (Some(backoff), Some(supervise), Some(_)) =
        (shared.settings.reconnect, shared.hooks.supervise, &shared.endpoint)
    {
        platform::spawn(supervise(&shared, backoff));
    }
    Ok(Session::new(shared))
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
