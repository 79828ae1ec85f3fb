//! How a session makes its calls.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use qix_schema::rpc::{CallOptions, Method, Request};
use qix_schema::{doc, generic_bookmark, generic_dimension, generic_measure, generic_object, generic_variable};
use tokio::sync::broadcast;
use tokio::time::Instant;

use super::{Backoff, Event, KeepAlive, Middleware, Temporary, WhenModal, WhenReloading};
use crate::protocol::request;
use crate::record::Recorder;

/// How long to wait for the engine to say how it took the connection.
const GREETING: Duration = Duration::from_secs(10);

/// How long to wait between questions about the progress of a request.
const PROGRESS: Duration = Duration::from_millis(300);

/// How long closing waits for the answers to calls under way.
const CLOSING: Duration = Duration::from_secs(5);

/// The methods that are asked for differences by default.
const LAYOUTS: [Method; 6] = [
    generic_object::GetLayout::METHOD,
    doc::GetAppLayout::METHOD,
    generic_bookmark::GetLayout::METHOD,
    generic_dimension::GetLayout::METHOD,
    generic_measure::GetLayout::METHOD,
    generic_variable::GetLayout::METHOD,
];

/// What a session's builder says about its calls.
#[derive(Clone)]
pub(crate) struct Settings {
    /// How long a call may take, unless it says otherwise.
    pub(crate) timeout: Option<Duration>,
    /// When all calls have to be done.
    pub(crate) deadline: Option<Instant>,
    /// How many calls may wait for their answers at once.
    pub(crate) max_calls_in_flight: Option<usize>,
    /// Methods that are asked for what has changed only, unless a call says otherwise.
    pub(crate) delta: Vec<Method>,
    /// Whether session objects stay when their last holder goes.
    pub(crate) keep_session_objects: bool,
    /// How long to wait for the engine to say how it took the connection.
    pub(crate) greeting_timeout: Duration,
    /// How long closing waits for the answers to calls under way.
    pub(crate) close_timeout: Duration,
    /// How to keep the connection awake.
    pub(crate) keep_alive: Option<KeepAlive>,
    /// How to connect again by itself.
    pub(crate) reconnect: Option<Backoff>,
    pub(crate) when_modal: WhenModal,
    pub(crate) when_reloading: WhenReloading,
    /// How long to wait between questions about the progress of a request.
    pub(crate) progress_interval: Duration,
    /// Who listens from before the connection on.
    pub(crate) listeners: Option<broadcast::Sender<Arc<Event>>>,
    /// What every call passes, the outermost first.
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    /// Whether those who listen are told parameters and results.
    pub(crate) trace_payloads: bool,
    /// What writes down the traffic.
    pub(crate) recorder: Option<Recorder>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: None,
            deadline: None,
            max_calls_in_flight: None,
            // Pages of data share one base, so that a difference between two of them is no gain.
            delta: LAYOUTS.to_vec(),
            keep_session_objects: false,
            greeting_timeout: GREETING,
            close_timeout: CLOSING,
            keep_alive: None,
            reconnect: None,
            when_modal: WhenModal::default(),
            when_reloading: WhenReloading::default(),
            progress_interval: PROGRESS,
            listeners: None,
            middleware: Vec::new(),
            trace_payloads: false,
            recorder: None,
        }
    }
}

impl Settings {
    /// How long a call may take from now on, if there is a limit.
    pub(crate) fn time_of(&self, method: Method, options: &CallOptions) -> Option<Duration> {
        let deadlines = [options.deadline.map(Instant::from_std), self.deadline];
        let left = deadlines.into_iter().flatten().map(|deadline| deadline - Instant::now());
        let reload = request::is::<doc::DoReload>(method) || request::is::<doc::DoReloadEx>(method);
        // A script takes as long as it takes.
        left.chain(options.timeout.or(self.timeout.filter(|_| !reload))).min()
    }

    pub(crate) fn asks_for_delta(&self, method: Method) -> bool {
        self.delta.iter().any(|known| known.name == method.name && known.class == method.class)
    }

    /// Whether what a call makes is destroyed when nobody here holds it.
    pub(crate) fn owns(&self, method: Method, options: &CallOptions) -> bool {
        let kept = self.keep_session_objects && options.extension::<Temporary>().is_none();
        !kept && request::is::<doc::CreateSessionObject>(method)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings").field("timeout", &self.timeout).field("delta", &self.delta).finish_non_exhaustive()
    }
}
