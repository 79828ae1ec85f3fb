//! Closing a session without cutting off pending calls.

use std::time::Duration;

use super::phase::Phase;
use super::shared::Shared;
use crate::platform::timeout;
use qix_schema::rpc::{CloseCode, Closed, ClosedBy};

/// Time for calls to notice their timeout on their own, unless their tasks are blocked.
const GRACE: Duration = Duration::from_secs(1);

impl Shared {
    /// Ends the session when all pending calls are answered, or after the timeout. No call can start in the meantime.
    pub(crate) async fn close(&self, farewell: CloseCode) {
        let closing = self.gate.close();
        let mut phase = self.phase();
        tokio::select! {
            biased;
            // Without a connection there are no responses.
            _ = phase.wait_for(|phase| *phase != Phase::Open) => {}
            _ = timeout(self.settings.close_timeout, closing.idle()) => {}
        }
        self.end(&Closed::by_client(), Some(farewell));
    }

    /// Ends the session at its deadline, which is also that of all its calls.
    pub(crate) async fn expire(&self) {
        // No call lasts longer; each returns its own error before the connection is closed.
        let closing = self.gate.close();
        timeout(GRACE, closing.idle()).await.ok();
        let closed = Closed::new(ClosedBy::Client, CloseCode::NORMAL, "the deadline of the session has passed");
        self.end(&closed, Some(CloseCode::NORMAL));
    }
}
