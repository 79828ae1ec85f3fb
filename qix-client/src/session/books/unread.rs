//! Progress that the engine has to report and nobody has asked for.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Whether the engine has more to report than anybody has asked for: it would report that about the next request.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    left: AtomicBool,
    followed: AtomicUsize,
}

impl Unread {
    /// A request with progress is on its way.
    pub(crate) fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    /// All of it was fetched.
    pub(crate) fn fetched(&self) {
        self.left.store(false, Ordering::Relaxed);
    }

    /// A request is followed from now on.
    pub(crate) fn begin(&self) {
        self.followed.fetch_add(1, Ordering::Relaxed);
    }

    /// A request is not followed any more.
    pub(crate) fn end(&self) {
        self.followed.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether an earlier request has left something that has to be fetched and dropped now; says so once.
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
