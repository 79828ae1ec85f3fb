//! Keeps connections open, and detects dead ones.

use std::pin::Pin;
use std::sync::Weak;
use std::time::Duration;

use crate::config::KeepAlive;
use crate::platform::{Instant, Sleep, sleep, timeout};
use crate::session::core::{Messages, Shared};
use qix_schema::global;
use qix_schema::rpc::ObjectHandle;

/// A check that is later than this was held up by a sleeping machine or a hidden page.
const LATE: Duration = Duration::from_secs(2);

/// Waits for queued messages. Queues a request to the engine whenever nothing was queued for the interval. Returns `false`
/// if the queue has ended.
pub(crate) async fn next_batch(
    keep_alive: KeepAlive,
    messages: &mut Messages,
    limit: usize,
    shared: &Weak<Shared>,
) -> bool {
    loop {
        if let Ok(taken) = timeout(keep_alive.interval, messages.take(limit)).await {
            return taken;
        }
        if let Some(shared) = shared.upgrade() {
            // Fire-and-forget: only the arrival of a response matters.
            shared.notify(ObjectHandle::GLOBAL, &global::EngineVersion::new());
        }
    }
}

/// How long a connection has been silent.
pub(crate) struct Silence {
    keep_alive: KeepAlive,
    heard: Instant,
    /// When a call was last seen pending: the engine was busy until then.
    busy: Instant,
    /// The last check that came late: this side was asleep until then, and its probes were late too.
    late: Option<Instant>,
    planned: Instant,
    check: Pin<Box<Sleep>>,
}

impl Silence {
    pub(crate) fn new(keep_alive: KeepAlive) -> Self {
        let now = Instant::now();
        let due = keep_alive.due();
        Self { keep_alive, heard: now, busy: now, late: None, planned: now + due, check: Box::pin(sleep(due)) }
    }

    /// Records a sign of life.
    pub(crate) fn broken(&mut self) {
        self.heard = Instant::now();
    }

    /// Waits until the connection has been silent for too long. Returns for how long.
    pub(crate) async fn too_long(&mut self, shared: &Weak<Shared>) -> Duration {
        let KeepAlive { interval, busy_timeout, .. } = self.keep_alive;
        loop {
            self.check.as_mut().await;
            let now = Instant::now();
            // A browser stops the timers of a hidden page, and a machine sleeps. One late check excuses a silence: the
            // probe that is sent now has the usual time for its answer.
            if now - self.planned > LATE && self.late.is_none_or(|late| late < self.heard) {
                self.late = Some(now);
            }
            let silent = now - self.heard;
            let mut left = Duration::MAX;
            if shared.upgrade().is_some_and(|shared| shared.pending() > 0) {
                self.busy = now;
                left = interval.saturating_add(busy_timeout).saturating_sub(silent);
            }
            let quiet = now - self.heard.max(self.busy).max(self.late.unwrap_or(self.heard));
            let left = left.min(self.keep_alive.due().saturating_sub(quiet));
            if left.is_zero() {
                return silent;
            }
            self.planned = now + left;
            self.check.set(sleep(left));
        }
    }
}
