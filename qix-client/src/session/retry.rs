//! What to do about errors that go away.

use std::time::Duration;

use qix_schema::rpc::{Effect, Method, ObjectHandle};
use qix_schema::{EngineError, doc, error_codes};
use tokio::time::sleep;

use crate::config::{WhenModal, WhenReloading};
use crate::session::core::Shared;

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
    pub(crate) async fn again(&mut self, shared: &Shared, method: Method, error: &EngineError) -> bool {
        match error.code {
            error_codes::GENERIC_ABORTED if method.effect == Effect::Read && self.aborted < ABORTED => {
                // The selection that aborted it is done; should there be a burst of them, let it pass.
                sleep(PAUSE * self.aborted).await;
                self.aborted += 1;
                true
            }
            error_codes::HC_MODAL_OBJECT_ERROR if !self.modal => {
                self.modal = true;
                leave_mode(shared)
            }
            error_codes::RELOAD_IN_PROGRESS => {
                let WhenReloading::Wait(backoff) = &shared.settings.when_reloading else { return false };
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
fn leave_mode(shared: &Shared) -> bool {
    let accept = match shared.settings.when_modal {
        WhenModal::Fail => return false,
        WhenModal::Accept => true,
        WhenModal::Abort => false,
    };
    let Some(app) = shared.doc().as_ref().map(|doc| doc.handle) else { return false };
    debug_assert_ne!(app, ObjectHandle::GLOBAL, "an app has a handle of its own");
    shared.notify(app, &doc::AbortModal::new(accept));
    true
}
