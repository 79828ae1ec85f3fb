//! What the client remembers about the user of a page.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A user's login, kept between connections.
#[derive(Clone, Debug, Default)]
pub(crate) struct Access {
    /// Whether a ticket has been exchanged for a cookie, which the browser sends but does not show to a page.
    pub(super) has_session: Arc<AtomicBool>,
}

impl Access {
    /// Does not rely on the cookie of other credentials.
    pub(crate) fn forget_user(&mut self) {
        self.has_session = Arc::default();
    }

    /// Relies on the same cookie as another session of the same user.
    pub(crate) fn share_user(&mut self, other: &Self) {
        self.has_session = Arc::clone(&other.has_session);
    }
}
