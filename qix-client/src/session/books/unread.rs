//! Progress messages in the engine that have not been fetched.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether the engine has unfetched progress messages, which it would return for the next request.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    left: AtomicBool,
    followed: AtomicUsize,
}

impl Unread {
    /// A request with progress is being sent.
    pub(crate) fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    /// All messages were fetched.
    pub(crate) fn fetched(&self) {
        self.left.store(false, Ordering::Relaxed);
    }

    /// A caller starts to follow a request.
    pub(crate) fn begin(&self) {
        self.followed.fetch_add(1, Ordering::Relaxed);
    }

    /// A caller stops following a request.
    pub(crate) fn end(&self) {
        self.followed.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether an earlier request has left messages that must be fetched and dropped now; returns `true` once.
    pub(crate) fn take_rest(&self) -> bool {
        self.followed.load(Ordering::Relaxed) == 0 && self.left.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::Unread;

    #[test]
    fn leftover_progress_is_dropped_once_and_only_without_a_follower() {
        let unread = Unread::default();
        assert!(!unread.take_rest());
        unread.leave();
        unread.begin();
        assert!(!unread.take_rest(), "it may belong to the one who follows");
        unread.end();
        assert!(unread.take_rest());
        assert!(!unread.take_rest());
    }
}
