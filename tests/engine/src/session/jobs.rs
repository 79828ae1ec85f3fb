//! Requests that are being worked on, and how they are stopped.

use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::Notify;

/// Stops a request: its answer at once, its calculation when that next looks.
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

    /// Waits until the request is to stop.
    pub(crate) async fn aborted(&self) {
        self.notify.notified().await;
    }
}

/// What a request does, which decides who may stop it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// A calculation: a selection stops it.
    Calculation,
    /// A step that later requests depend on: it is finished before the next request is looked at.
    Step,
    /// A reload: only `CancelReload` and the like stop it.
    Reload,
}

/// A request without an answer yet.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) connection: u64,
    pub(crate) request: Value,
    pub(crate) work: Work,
    pub(crate) abort: Abort,
}
