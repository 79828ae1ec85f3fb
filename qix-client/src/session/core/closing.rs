//! Closing a session without cutting off who waits.

use std::time::Duration;

use qix_schema::rpc::{CloseCode, Closed, ClosedBy};
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;

use super::phase::Phase;
use super::shared::{CALLS, Queued, Shared};

/// How long calls may take to notice that their time is up: they do so by themselves, unless their tasks are held up.
const GRACE: Duration = Duration::from_secs(1);

impl Shared {
    /// Notes that a call is under way, as long as the permit is kept; none while the session is being closed.
    pub(crate) fn begin_call(&self) -> Result<SemaphorePermit<'_>, Closed> {
        self.gate.try_acquire().map_err(|_| Closed::by_client())
    }

    /// Ends the session once the calls under way are answered, or when the bound is reached. No call begins meanwhile.
    pub(crate) async fn close(&self, farewell: Queued) {
        // Who waits for all permits holds those that are free, so that no call gets one.
        let answered = timeout(self.settings.close_timeout, self.gate.acquire_many(CALLS));
        let mut phase = self.phase();
        let _gate = tokio::select! {
            biased;
            // Without a connection no answer comes.
            _ = phase.wait_for(|phase| *phase != Phase::Open) => None,
            gate = answered => Some(gate),
        };
        self.end(&Closed::by_client(), Some(farewell));
    }

    /// Ends the session at its deadline, which is that of all its calls.
    pub(crate) async fn expire(&self) {
        // No call goes beyond, so that all let go now; each says so itself before the connection is gone.
        let _gate = timeout(GRACE, self.gate.acquire_many(CALLS)).await;
        let closed = Closed::new(ClosedBy::Client, CloseCode::NORMAL, "the deadline of the session has passed");
        self.end(&closed, Some(Queued::Close(CloseCode::NORMAL, String::new())));
    }
}
