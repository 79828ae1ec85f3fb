//! Setting up a session.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::Stream;
use qix_schema::rpc::Method;

use super::{Session, deadline};
use crate::config::Backoff;
use crate::config::KeepAlive;
use crate::config::Middleware;
use crate::config::Settings;
use crate::config::event::{self, Event};
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
/// use qix_client::prelude::*;
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
    /// How long connecting may take; 60 seconds if not said.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.endpoint.connect_timeout = timeout;
        self
    }

    /// How long to wait for the engine to say how it took the connection; 10 seconds if not said.
    ///
    /// A proxy may swallow what the engine says. The session is used all the same when the time is up; its state is
    /// then [`SessionState::Unknown`](crate::SessionState::Unknown).
    pub fn greeting_timeout(mut self, timeout: Duration) -> Self {
        self.settings.greeting_timeout = timeout;
        self
    }

    /// How long each call may take, unless the call says otherwise; no limit if not said.
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

    /// How long [`close`](Session::close) waits for the answers to calls under way; 5 seconds if not said.
    ///
    /// None at all gives them up at once.
    pub fn close_timeout(mut self, timeout: Duration) -> Self {
        self.settings.close_timeout = timeout;
        self
    }

    /// How many calls may wait for their answers at once; no limit if not said.
    ///
    /// More calls than that wait their turn, in the order in which they came; the waiting counts as part of their time.
    pub fn calls_in_flight(mut self, limit: usize) -> Self {
        self.settings.calls_in_flight = Some(limit.max(1));
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

    /// Keeps session objects in the engine when nobody here holds them any more; they end with the session.
    ///
    /// If not said, the engine is told to destroy a session object when its last handle is dropped.
    pub fn keep_session_objects(mut self) -> Self {
        self.settings.keep_session_objects = true;
        self
    }

    /// Connects again by itself when the connection is lost, and brings everything back as
    /// [`resume`](Session::resume) does. If not said, a lost connection ends the session.
    ///
    /// It does so when the way in which the connection ended says that it makes sense
    /// ([`Closed::retry`](qix_schema::rpc::Closed::retry)). Calls wait meanwhile, as they do after
    /// [`suspend`](Session::suspend).
    pub fn resume(mut self, backoff: Backoff) -> Self {
        self.settings.resume = Some(backoff);
        self
    }

    /// Keeps the connection awake when the program is idle, and notices when it has died; neither if not said.
    ///
    /// It is for connections that something in between forgets when they are quiet, and for programs that only listen:
    /// who makes no call learns of a dead network in no other way. It is no default, since a session that is never idle
    /// never ends by itself: the proxy of Enterprise on Windows ends a session after 30 idle minutes, engines have such
    /// rules as well ([4001](qix_schema::rpc::CloseCode)), and until then the session holds memory, a license and one of
    /// the few that a user may have at once. Who means to keep all that says so.
    ///
    /// The questions pass no [`middleware`](Self::middleware) and count as no calls; they end with the last user of the
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

    /// Tells [`tracing`] the parameters and results of calls as well, at its level `TRACE`: the first 10,000 characters of
    /// each, without passwords and tokens. If not said, no payload is told at any level.
    ///
    /// For looking at a program that does the wrong thing: data of the app are told.
    pub fn trace_payloads(mut self) -> Self {
        self.settings.trace_payloads = true;
        self
    }

    /// Adds something that every call passes; what is added first is outermost.
    pub fn middleware(mut self, middleware: impl Middleware + 'static) -> Self {
        self.settings.middleware.push(Arc::new(middleware));
        self
    }

    /// How long to wait between questions about the progress of a call; 300 ms if not said.
    pub fn progress_interval(mut self, interval: Duration) -> Self {
        self.settings.progress_interval = interval;
        self
    }

    /// What to do when a call is refused because the session is in selection mode; the call fails if not said.
    pub fn when_modal(mut self, policy: WhenModal) -> Self {
        self.settings.when_modal = policy;
        self
    }

    /// What to do when a call is refused because the app is being reloaded; the call fails if not said.
    pub fn when_reloading(mut self, policy: WhenReloading) -> Self {
        self.settings.when_reloading = policy;
        self
    }

    /// The largest message, in bytes, that is taken in; no limit if not said, as engines send tens of megabytes.
    ///
    /// A larger one ends the connection.
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
    /// use qix_client::{Event, Session, SessionState};
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
    pub fn events(&mut self) -> impl Stream<Item = Event> + Send + Unpin + use<> {
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
    if let (Some(backoff), Some(_)) = (&shared.settings.resume, &shared.endpoint) {
        tokio::spawn(resume::supervise(Arc::downgrade(&shared), shared.phase(), backoff.clone()));
    }
    Ok(Session::new(shared))
}

impl fmt::Debug for SessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionBuilder").field("endpoint", &self.endpoint).finish_non_exhaustive()
    }
}
