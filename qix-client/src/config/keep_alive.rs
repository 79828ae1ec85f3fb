//! Keep-alive settings.

use std::time::Duration;

/// Minimum interval, so that probes do not overload the engine.
const SHORTEST: Duration = Duration::from_secs(1);

/// Keeps an idle connection open, and detects dead connections.
///
/// A WebSocket does not distinguish a quiet engine from a dead network: a machine without power, or a firewall that
/// drops a connection, does not send a close frame. Pings do not help behind a proxy that does not forward them, such
/// as that of Qlik Sense Enterprise on Windows. The client therefore probes the engine itself: if nothing has been sent
/// for the interval, it calls [`EngineVersion`](https://qlik.dev/apis/json-rpc/qix/global/#engineversion), which only
/// reads and is answered immediately.
///
/// Any incoming message counts as a sign of life. Without one, the connection is considered lost, with
/// [`CloseCode::LOST`](qix_schema::rpc::CloseCode::LOST), and the session
/// [reconnects](crate::SessionBuilder::reconnect) if configured. While an engine processes a call, the timeout is
/// much
/// longer, because it may not respond to anything else.
///
/// ```
/// use std::time::Duration;
/// use qix_client::{Backoff, KeepAlive, Session};
///
/// let builder = Session::builder()
///     .url("wss://sense.corp/app/")
///     .keep_alive(KeepAlive::every(Duration::from_secs(45)))
///     .reconnect(Backoff::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    pub(crate) interval: Duration,
    timeout: Duration,
    pub(crate) busy_timeout: Duration,
}

impl KeepAlive {
    /// Probes the engine if nothing has been sent for the interval, which is at least one second.
    ///
    /// Load balancers often drop connections that are idle for a minute; firewalls, after a few minutes.
    pub fn every(interval: Duration) -> Self {
        Self {
            interval: interval.max(SHORTEST),
            timeout: Duration::from_secs(30),
            busy_timeout: Duration::from_secs(600),
        }
    }

    /// Sets how long an idle engine may take to respond. Defaults to 30 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets how long the engine may be silent while a call is pending. Defaults to 10 minutes.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Maximum silence of an idle engine: one probe per interval.
    pub(crate) fn due(&self) -> Duration {
        self.interval.saturating_add(self.timeout)
    }
}
