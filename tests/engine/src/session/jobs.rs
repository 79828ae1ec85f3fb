//! Running requests, and how to abort them.

use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Aborts a request: the response immediately, the calculation at its next check.
#[derive(Clone, Debug, Default)]
pub(crate) struct Abort {
    pub(crate) flag: Arc<AtomicBool>,
    notify: Arc<Notify>,
}

impl Abort {
    pub(crate) fn abort(&self) {
        self.flag.store(true, Ordering::Relaxed);
        self.notify.notify_one();
    }

    /// Waits until the request is aborted.
    pub(crate) async fn aborted(&self) {
        self.notify.notified().await;
    }
}

/// The kind of work of a request, which determines what can abort it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A calculation: aborted by a selection.
    Calculation,
    /// A step that later requests depend on: it finishes before the next request is handled.
    Step,
    /// A reload: only aborted by `CancelReload` and the like.
    Reload,
}

/// A request without a response yet.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) connection: u64,
    pub(crate) request: Value,
    pub(crate) work: Work,
    pub(crate) abort: Abort,
}
