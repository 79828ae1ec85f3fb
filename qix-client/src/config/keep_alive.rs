//! How to keep an idle connection awake.

use std::time::Duration;

/// Asked too often, an engine does little else.
const SHORTEST: Duration = Duration::from_secs(1);

/// How to keep an idle connection awake, and when to give up one that has died.
///
/// Nothing in a WebSocket tells a quiet engine from a dead network: a machine that loses its power, or a firewall that
/// forgets a connection, says no goodbye. Pings do not help behind a proxy that does not relay them, as that of
/// Enterprise on Windows does not. So the engine itself is asked: when nothing has been sent for the interval, a call
/// of [`EngineVersion`](https://qlik.dev/apis/json-rpc/qix/global/#engineversion), which only reads and which every
/// engine answers at once.
///
/// Whatever arrives is a sign of life. Without one, a connection that should have answered is given up as lost, with
/// [`CloseCode::LOST`](qix_schema::rpc::CloseCode::LOST): [`resume`](crate::SessionBuilder::reconnect) then connects again. An
/// engine that works on a call of the program gets far longer, as it may do nothing else meanwhile.
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
    /// Asks the engine when nothing has been sent for the interval, which is at least a second.
    ///
    /// Load balancers often drop connections that are idle for a minute, firewalls after a few.
    pub fn every(interval: Duration) -> Self {
        Self {
            interval: interval.max(SHORTEST),
            timeout: Duration::from_secs(30),
            busy_timeout: Duration::from_secs(600),
        }
    }

    /// How long an idle engine may take to answer. Defaults to 30 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How long the engine may send nothing at all while a call waits for its answer. Defaults to 10 minutes.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// When an idle engine must have said something: a question goes out in each interval.
    pub(crate) fn due(&self) -> Duration {
        self.interval.saturating_add(self.timeout)
    }
}
