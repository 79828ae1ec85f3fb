//! Closing a session without cutting off pending calls.

use std::time::Duration;

use qix_schema::rpc::{CloseCode, Closed, ClosedBy};
use tokio::sync::SemaphorePermit;

use super::phase::Phase;
use super::shared::{CALLS, Queued, Shared};
use crate::platform::timeout;

/// Time for calls to notice their timeout on their own, unless their tasks are blocked.
const GRACE: Duration = Duration::from_secs(1);

impl Shared {
    /// Registers a call for the lifetime of the permit. Returns an error while the session is being closed.
    pub(crate) fn begin_call(&self) -> Result<SemaphorePermit<'_>, Closed> {
        self.gate.try_acquire().map_err(|_| Closed::by_client())
    }

    /// Ends the session when all pending calls are answered, or after the timeout. No call can start in the meantime.
    pub(crate) async fn close(&self, farewell: Queued) {
        // Waiting for all permits reserves the free ones, so no new call gets one.
        let answered = timeout(self.settings.close_timeout, self.gate.acquire_many(CALLS));
        let mut phase = self.phase();
        let _gate = tokio::select! {
            biased;
            // Without a connection there are no responses.
            _ = phase.wait_for(|phase| *phase != Phase::Open) => None,
            gate = answered => Some(gate),
        };
        self.end(&Closed::by_client(), Some(farewell));
    }

    /// Ends the session at its deadline, which is also that of all its calls.
    pub(crate) async fn expire(&self) {
        // No call lasts longer, so all permits are released now; each call returns its own error before the connection
        // is closed.
        let _gate = timeout(GRACE, self.gate.acquire_many(CALLS)).await;
        let closed = Closed::new(ClosedBy::Client, CloseCode::NORMAL, "the deadline of the session has passed");
        self.end(&closed, Some(Queued::Close(CloseCode::NORMAL, String::new())));
    }
}
