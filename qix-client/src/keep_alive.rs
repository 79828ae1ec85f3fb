//! Keeping a connection awake, and noticing when it has died.

use std::pin::Pin;
use std::sync::Weak;
use std::time::Duration;

use qix_schema::rpc::ObjectHandle;
use tokio::sync::mpsc;
use tokio::time::{Instant, Sleep, sleep, timeout};

use crate::hub::{Hub, Queued};

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
/// [`CloseCode::LOST`](qix_schema::rpc::CloseCode::LOST): [`resume`](crate::SessionBuilder::resume) then connects again. An
/// engine that works on a call of the program gets far longer, as it may do nothing else meanwhile.
///
/// ```
/// use std::time::Duration;
/// use qix_client::{Backoff, KeepAlive, Session};
///
/// let builder = Session::builder()
///     .url("wss://sense.corp/app/")
///     .keep_alive(KeepAlive::every(Duration::from_secs(45)))
///     .resume(Backoff::default());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    interval: Duration,
    patience: Duration,
    busy_patience: Duration,
}

impl KeepAlive {
    /// Asks the engine when nothing has been sent for so long, at least a second.
    ///
    /// Load balancers often drop connections that are idle for a minute, firewalls after some.
    pub fn every(interval: Duration) -> Self {
        Self {
            interval: interval.max(SHORTEST),
            patience: Duration::from_secs(30),
            busy_patience: Duration::from_secs(600),
        }
    }

    /// How long an idle engine may take to answer; 30 seconds if not said.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long an engine may say nothing at all while a call of the program waits for its answer; 10 minutes if not
    /// said.
    #[must_use]
    pub fn busy_patience(mut self, patience: Duration) -> Self {
        self.busy_patience = patience;
        self
    }

    /// When an idle engine must have said something: a question goes out in each interval.
    fn due(&self) -> Duration {
        self.interval.saturating_add(self.patience)
    }
}

/// Takes what is queued; when nothing is for a while, a question to the engine is.
pub(crate) async fn next_batch(
    keep_alive: KeepAlive,
    queue: &mut mpsc::UnboundedReceiver<Queued>,
    batch: &mut Vec<Queued>,
    limit: usize,
    hub: &Weak<Hub>,
) -> usize {
    loop {
        if let Ok(taken) = timeout(keep_alive.interval, queue.recv_many(batch, limit)).await {
            return taken;
        }
        if let Some(hub) = hub.upgrade() {
            // Nobody waits for the answer: that it comes is all that matters.
            hub.order(ObjectHandle::GLOBAL, "EngineVersion", "{}");
        }
    }
}

/// How long a connection has been silent.
pub(crate) struct Silence {
    keep_alive: KeepAlive,
    heard: Instant,
    /// When a call was last seen to be waiting: the engine was busy until then.
    busy: Instant,
    check: Pin<Box<Sleep>>,
}

impl Silence {
    pub(crate) fn new(keep_alive: KeepAlive) -> Self {
        let now = Instant::now();
        Self { keep_alive, heard: now, busy: now, check: Box::pin(sleep(keep_alive.due())) }
    }

    /// Notes a sign of life.
    pub(crate) fn broken(&mut self) {
        self.heard = Instant::now();
    }

    /// Waits until the connection has been silent for too long; for how long.
    pub(crate) async fn too_long(&mut self, hub: &Weak<Hub>) -> Duration {
        let KeepAlive { interval, busy_patience, .. } = self.keep_alive;
        loop {
            self.check.as_mut().await;
            let now = Instant::now();
            let silent = now - self.heard;
            let mut left = Duration::MAX;
            if hub.upgrade().is_some_and(|hub| hub.pending() > 0) {
                self.busy = now;
                left = interval.saturating_add(busy_patience).saturating_sub(silent);
            }
            let quiet = now - self.heard.max(self.busy);
            let left = left.min(self.keep_alive.due().saturating_sub(quiet));
            if left.is_zero() {
                return silent;
            }
            self.check.set(sleep(left));
        }
    }
}
