//! Setting up a session.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use qix_schema::rpc::Method;

use super::{Session, deadline};
use crate::config::Backoff;
use crate::config::KeepAlive;
use crate::config::Middleware;
use crate::config::Settings;
use crate::config::event::{self, Event, EventStream};
use crate::config::{WhenModal, WhenReloading};
use crate::connect::ConnectError;
use crate::connect::Endpoint;
use crate::connect::Transport;
use crate::record::Recorder;
use crate::session::core::Shared;
use crate::session::resume;

/// A session that is still to be set up.
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
}

/// # Limits
impl SessionBuilder {
    /// How long connecting may take. Defaults to 60 seconds.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.endpoint.connect_timeout = timeout;
        self
    }

    /// How long to wait for the engine to report the state of the session. Defaults to 10 seconds.
    ///
    /// A proxy may swallow what the engine says. The session is used all the same when the time is up; its state is
    /// then [`SessionState::Unknown`](crate::notification::SessionState::Unknown).
    pub fn greeting_timeout(mut self, timeout: Duration) -> Self {
        self.settings.greeting_timeout = timeout;
        self
    }

    /// How long each call may take, unless the call sets a time-out of its own. Defaults to no limit.
    ///
    /// Reloads are exempt: a script takes as long as it takes. Limit one with
    /// [`with_timeout`](qix_schema::Call::with_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = Some(timeout);
        self
    }

    /// When the session is over, whatever is under way; never if not said. For work that has until then: a job, an
    /// answer to somebody else's request.
    ///
    /// Connecting ends with [`ConnectError::TimedOut`] by then. Calls under way end with
    /// [`ErrorKind::TimedOut`](qix_schema::ErrorKind::TimedOut), and the engine is told to cancel them; no call's own time-out or
    /// deadline goes beyond. Then the session is closed: streams end, a suspended session waits for no connection any
    /// more, and calls that begin later fail with [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed), which says why.
    /// [`close`](Session::close) waits no longer either.
    pub fn deadline(mut self, deadline: Instant) -> Self {
        self.settings.deadline = Some(deadline.into());
        self
    }

    /// How long [`close`](Session::close) waits for the answers to calls under way. Defaults to 5 seconds; zero gives
    /// them up at once.
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.settings.close_timeout = timeout;
        self
    }

    /// How many calls may wait for their answers at once, at least one. Defaults to no limit.
    ///
    /// Further calls are queued in the order in which they were made; the time in the queue counts toward their
    /// time-outs. [`Session::calls_in_flight`] is the current number.
    pub fn max_calls_in_flight(mut self, limit: usize) -> Self {
        self.settings.max_calls_in_flight = Some(limit.max(1));
        self
    }

    /// Methods whose answers are requested as the difference from the last one. Defaults to `GetLayout` of all classes
    /// and `GetAppLayout`. The result is the same either way. An empty list turns differences off.
    ///
    /// ```
    /// use qix_client::rpc::Request;
    /// use qix_client::{Session, generic_object};
    ///
    /// let builder = Session::builder().delta([generic_object::GetLayout::METHOD]);
    /// ```
    ///
    /// A difference saves bytes where a large answer changes little, and costs memory: the last answer is kept. Only
    /// methods that read, and have exactly one result, can be asked so; a call can say otherwise by
    /// [`with_delta`](qix_schema::Call::with_delta).
    pub fn delta(mut self, methods: impl IntoIterator<Item = Method>) -> Self {
        self.settings.delta = methods.into_iter().collect();
        self
    }

    /// Whether session objects stay in the engine, until the session ends, when their last handle is dropped. Defaults to
    /// false: the engine destroys them.
    pub fn keep_session_objects(mut self, keep: bool) -> Self {
        self.settings.keep_session_objects = keep;
        self
    }

    /// Reconnects automatically when the connection is lost, and restores everything as [`resume`](Session::resume)
    /// does. By default a lost connection ends the session.
    ///
    /// It does so when the way in which the connection ended says that it makes sense
    /// ([`Closed::retry`](qix_schema::rpc::Closed::retry)). Calls wait meanwhile, as they do after
    /// [`suspend`](Session::suspend).
    pub fn reconnect(mut self, backoff: Backoff) -> Self {
        self.settings.reconnect = Some(backoff);
        self
    }

    /// Keeps an idle connection open, and detects a dead one. Off by default.
    ///
    /// Turn it on if something between the program and the engine drops idle connections, or if the program only listens:
    /// without calls nothing else detects a dead network. It is off by default because a session that is never idle
    /// never expires: the proxy of Enterprise on Windows ends a session after 30 idle minutes, and engines have similar
    /// rules ([4001](qix_schema::rpc::CloseCode)). Until then the session holds memory, a license, and one of the few
    /// sessions that a user may have at once.
    ///
    /// The probes bypass [`middleware`](Self::middleware) and do not count as calls. They end with the last user of the
    /// session, and pause while it is suspended.
    pub fn keep_alive(mut self, keep_alive: KeepAlive) -> Self {
        self.settings.keep_alive = Some(keep_alive);
        self
    }

    /// Writes down all traffic.
    pub fn record(mut self, recorder: &Recorder) -> Self {
        self.settings.recorder = Some(recorder.clone());
        self
    }

    /// Whether [`tracing`] events at level `TRACE` hold the parameters and results of calls: the first 10,000 characters
    /// of each, without passwords and tokens. Defaults to false.
    ///
    /// This is for debugging: the events contain the data of the app.
    pub fn trace_payloads(mut self, trace: bool) -> Self {
        self.settings.trace_payloads = trace;
        self
    }

    /// Adds something that every call passes; what is added first is outermost.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.settings.middleware.push(Arc::new(middleware));
        self
    }

    /// How often to ask for the progress of a call that is followed. Defaults to 300 ms.
    pub fn progress_interval(mut self, interval: Duration) -> Self {
        self.settings.progress_interval = interval;
        self
    }

    /// What to do when a call is refused because the session is in selection mode. By default the call fails.
    pub fn when_modal(mut self, policy: WhenModal) -> Self {
        self.settings.when_modal = policy;
        self
    }

    /// What to do when a call is refused because the app is being reloaded. By default the call fails.
    pub fn when_reloading(mut self, policy: WhenReloading) -> Self {
        self.settings.when_reloading = policy;
        self
    }

    /// The largest incoming message, in bytes; a larger one ends the connection. Defaults to no limit, as engines send
    /// tens of megabytes.
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.endpoint.max_message_size = Some(bytes);
        self
    }

    /// What happens to the session from the beginning: what a proxy says before the engine takes the connection, the
    /// [opening](Event::Opened), and all that [`Session::events`] tells. Ends with the session, or when it does not come to
    /// be.
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
    /// assert!(matches!(events.next().await, Some(Event::Notification(told)) if told.name == "OnConnected"));
    /// assert!(matches!(events.next().await, Some(Event::Opened(SessionState::Created))));
    /// # Ok(())
    /// # }
    /// ```
    pub fn events(&mut self) -> EventStream {
        let listeners = self.settings.listeners.get_or_insert_with(event::channel);
        event::stream(Some(listeners.subscribe()))
    }

    /// Connects, and waits until the engine has said how it took the connection.
    ///
    /// # Errors
    ///
    /// A [`ConnectError`] says what failed and what to do next: the address, the network, the upgrade to a
    /// WebSocket, the engine's refusal, the time.
    pub async fn connect(self) -> Result<Session, ConnectError> {
        deadline::within(self.settings.deadline, async {
            let transport = self.endpoint.connect().await?;
            start(Shared::new(Some(self.endpoint), self.settings), transport).await
        })
        .await
    }

    /// Begins a session over a transport that is open already: a test's, a replay's, or one of an unusual network.
    ///
    /// # Errors
    ///
    /// [`ConnectError::Session`] if the engine refuses, [`ConnectError::Closed`] if the transport ends at once.
    pub async fn connect_over(self, transport: Transport) -> Result<Session, ConnectError> {
        deadline::within(self.settings.deadline, start(Shared::new(None, self.settings), transport)).await
    }
}

async fn start(shared: Arc<Shared>, transport: Transport) -> Result<Session, ConnectError> {
    resume::begin(&shared, transport, &mut Vec::new()).await?;
    shared.open().map_err(ConnectError::Closed)?;
    shared.tell(Event::Opened(shared.state().borrow().clone()));
    if let Some(deadline) = shared.settings.deadline {
        tokio::spawn(deadline::keep(Arc::downgrade(&shared), deadline));
    }
    if let (Some(backoff), Some(_)) = (&shared.settings.reconnect, &shared.endpoint) {
        tokio::spawn(resume::supervise(Arc::downgrade(&shared), shared.phase(), *backoff));
    }
    Ok(Session::new(shared))
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
