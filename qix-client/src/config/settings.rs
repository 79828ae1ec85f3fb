//! Settings of the calls of a session.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use qix_schema::rpc::{CallOptions, Method, Request};
use qix_schema::{doc, generic_bookmark, generic_dimension, generic_measure, generic_object, generic_variable};
use tokio::sync::broadcast;

use super::{Backoff, Event, KeepAlive, Middleware, Temporary, WhenModal, WhenReloading, WhenStateLost};
use crate::platform::Instant;
use crate::protocol::request;
use crate::record::Recorder;

/// Maximum time to wait for the engine's greeting.
const GREETING: Duration = Duration::from_secs(10);

/// Interval between requests for the progress of a call.
const PROGRESS: Duration = Duration::from_millis(300);

/// Maximum time that closing waits for pending calls.
const CLOSING: Duration = Duration::from_secs(5);

/// The methods that request deltas by default.
const LAYOUTS: [Method; 6] = [
    generic_object::GetLayout::METHOD,
    doc::GetAppLayout::METHOD,
    generic_bookmark::GetLayout::METHOD,
    generic_dimension::GetLayout::METHOD,
    generic_measure::GetLayout::METHOD,
    generic_variable::GetLayout::METHOD,
];

/// The builder's settings for calls.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Timeout of calls, unless a call sets its own.
    pub(crate) timeout: Option<Duration>,
    /// The deadline of all calls.
    pub(crate) deadline: Option<Instant>,
    /// Maximum number of pending calls.
    pub(crate) max_calls_in_flight: Option<usize>,
    /// Methods that request deltas, unless a call sets its own.
    pub(crate) delta: Vec<Method>,
    /// Whether session objects are kept when their last handle is dropped.
    pub(crate) keep_session_objects: bool,
    /// Maximum time to wait for the engine's greeting.
    pub(crate) greeting_timeout: Duration,
    /// Maximum time that closing waits for pending calls.
    pub(crate) close_timeout: Duration,
    /// Keep-alive of the connection.
    pub(crate) keep_alive: Option<KeepAlive>,
    /// Automatic reconnection.
    pub(crate) reconnect: Option<Backoff>,
    pub(crate) when_modal: WhenModal,
    pub(crate) when_reloading: WhenReloading,
    pub(crate) when_state_lost: WhenStateLost,
    /// Interval between requests for the progress of a call.
    pub(crate) progress_interval: Duration,
    /// Receivers that were created before connecting.
    pub(crate) listeners: Option<broadcast::Sender<Arc<Event>>>,
    /// The middleware, outermost first.
    pub(crate) middleware: Vec<Arc<dyn Middleware>>,
    /// What tracing events contain of parameters and results.
    pub(crate) trace_payloads: Option<fn(&str) -> String>,
    /// Records the traffic.
    pub(crate) recorder: Option<Recorder>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            timeout: None,
            deadline: None,
            max_calls_in_flight: None,
            // All pages of an object share one delta base, so deltas between different pages save nothing.
            delta: LAYOUTS.to_vec(),
            keep_session_objects: false,
            greeting_timeout: GREETING,
            close_timeout: CLOSING,
            keep_alive: None,
            reconnect: None,
            when_modal: WhenModal::default(),
            when_reloading: WhenReloading::default(),
            when_state_lost: WhenStateLost::default(),
            progress_interval: PROGRESS,
            listeners: None,
            middleware: Vec::new(),
            trace_payloads: None,
            recorder: None,
        }
    }
}

impl Settings {
    /// The remaining time of a call, if it is limited.
    pub(crate) fn time_of(&self, method: Method, options: &CallOptions) -> Option<Duration> {
        let deadlines = [options.deadline.map(Instant::from), self.deadline];
        let left = deadlines.into_iter().flatten().map(|deadline| deadline - Instant::now());
        let reload = request::is::<doc::DoReload>(method) || request::is::<doc::DoReloadEx>(method);
        // The session's timeout does not apply to reloads.
        left.chain(options.timeout.or(self.timeout.filter(|_| !reload))).min()
    }

    pub(crate) fn requests_delta(&self, method: Method) -> bool {
        self.delta.iter().any(|known| known.name == method.name && known.class == method.class)
    }

    /// Whether the object that a call creates is destroyed when its last handle is dropped.
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
