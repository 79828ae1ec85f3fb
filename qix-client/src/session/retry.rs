//! Retries after temporary errors.

use std::time::Duration;

use qix_schema::rpc::{Effect, Method, ObjectHandle, Request as _};
use qix_schema::{EngineError, doc, error_codes};

use crate::config::{WhenModal, WhenReloading};
use crate::platform::sleep;
use crate::protocol::request;
use crate::session::core::Shared;

/// How often a read is retried after a selection aborted it.
const ABORTED: u32 = 3;

/// The delay before an aborted read is retried again.
const PAUSE: Duration = Duration::from_millis(50);

/// The attempts of one call.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    aborted: u32,
    modal: bool,
    reloading: usize,
}

impl Attempts {
    /// Whether to retry a call after an error. Waits for the right moment.
    ///
    /// A write is retried only after an error that means that the engine has not started it.
    pub(crate) async fn again(&mut self, shared: &Shared, method: Method, error: &EngineError) -> bool {
        match error.code {
            error_codes::GENERIC_ABORTED if method.effect == Effect::Read && self.aborted < ABORTED => {
                // The selection that aborted it is done; if there are several in a row, wait for them.
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
                // The first delay of a back-off is zero.
                let Some(delay) = backoff.delays().nth(self.reloading + 1) else { return false };
                self.reloading += 1;
                sleep(delay).await;
                true
            }
            _ => false,
        }
    }
}

/// Ends selection mode, if configured. The engine answers in order, so there is no need to wait.
fn leave_mode(shared: &Shared) -> bool {
    let accept = match shared.settings.when_modal {
        WhenModal::Fail => return false,
        WhenModal::Accept => true,
        WhenModal::Abort => false,
    };
    let Some(app) = shared.doc().as_ref().map(|doc| doc.handle) else { return false };
    debug_assert_ne!(app, ObjectHandle::GLOBAL, "an app has a handle of its own");
    let abort = doc::AbortModal::new(accept);
    shared.journal().ordered(doc::AbortModal::METHOD, &request::params(&abort));
    shared.notify(app, &abort);
    true
}
