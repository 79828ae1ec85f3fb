//! What to do about errors that go away.

use std::time::Duration;

use qix_schema::rpc::{Effect, Method, ObjectHandle};
use qix_schema::{EngineError, error_codes};
use tokio::time::sleep;

use crate::config::{WhenModal, WhenReloading};
use crate::session::core::Hub;

/// How often a call that only reads is made again because a selection aborted it.
const ABORTED: u32 = 3;

/// How long to wait before a read that was aborted again is made again.
const PAUSE: Duration = Duration::from_millis(50);

/// The attempts at one call.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    aborted: u32,
    modal: bool,
    reloading: usize,
}

impl Attempts {
    /// Whether to make a call again after an error, once this has waited for the right moment.
    ///
    /// A write is made again only after an error by which the engine refused to begin with it.
    pub(crate) async fn again(&mut self, hub: &Hub, method: Method, error: &EngineError) -> bool {
        match error.code {
            error_codes::GENERIC_ABORTED if method.effect == Effect::Read && self.aborted < ABORTED => {
                // The selection that aborted it is done; should there be a burst of them, let it pass.
                sleep(PAUSE * self.aborted).await;
                self.aborted += 1;
                true
            }
            error_codes::HC_MODAL_OBJECT_ERROR if !self.modal => {
                self.modal = true;
                leave_mode(hub)
            }
            error_codes::RELOAD_IN_PROGRESS => {
                let WhenReloading::Wait(backoff) = &hub.settings.when_reloading else { return false };
                // The first delay of a back-off is none.
                let Some(delay) = backoff.delays().nth(self.reloading + 1) else { return false };
                self.reloading += 1;
                sleep(delay).await;
                true
            }
            _ => false,
        }
    }
}

/// Leaves the selection mode, if that is what to do. The engine works in order, so that there is no need to wait.
fn leave_mode(hub: &Hub) -> bool {
    let accept = match hub.settings.when_modal {
        WhenModal::Fail => return false,
        WhenModal::Accept => true,
        WhenModal::Abort => false,
    };
    let Some(doc) = hub.doc().as_ref().map(|doc| doc.handle) else { return false };
    debug_assert_ne!(doc, ObjectHandle::GLOBAL, "an app has a handle of its own");
    hub.order(doc, "AbortModal", &format!(r#"{{"qAccept":{accept}}}"#));
    true
}
