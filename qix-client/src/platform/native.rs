//! The platform of a program: tokio and the operating system.

use std::hash::{BuildHasher, RandomState};
use std::sync::mpsc;
use std::thread;

pub(crate) use tokio::task::{JoinHandle, spawn, yield_now};
pub(crate) use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout, timeout_at};

/// Calls a function that wakes tasks. The runtime runs them.
#[inline(always)]
pub(crate) fn at_once<R>(wake: impl FnOnce() -> R) -> R {
    wake()
}

/// A random number. The keys of `RandomState` are random in each thread, and count up.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(std::process::id())
}

/// A text in lower case.
pub(crate) fn lower_case(text: &str) -> String {
    text.to_lowercase()
}

/// Waits until connecting makes sense; a program is always awake.
pub(crate) async fn awake() {}

/// Passes items to a function on a thread of its own. Dropping it waits until the function has returned.
pub(crate) struct Aside<T> {
    items: Option<mpsc::Sender<T>>,
    worker: Option<thread::JoinHandle<()>>,
}

impl<T: Send + 'static> Aside<T> {
    /// The second argument of the function is whether more items are waiting. The function returns whether it continues.
    pub(crate) fn new(mut work: impl FnMut(T, bool) -> bool + Send + 'static) -> Self {
        let (items, queue) = mpsc::channel();
        let worker = thread::spawn(move || {
            let mut next = queue.recv().ok();
            while let Some(item) = next {
                let waiting = queue.try_recv().ok();
                if !work(item, waiting.is_some()) {
                    return;
                }
                next = waiting.or_else(|| queue.recv().ok());
            }
        });
        Self { items: Some(items), worker: Some(worker) }
    }

    pub(crate) fn pass(&self, item: T) {
        if let Some(items) = &self.items {
            // The function did not go on.
            items.send(item).ok();
        }
    }
}

impl<T> Drop for Aside<T> {
    fn drop(&mut self) {
        self.items = None;
        if let Some(worker) = self.worker.take() {
            worker.join().ok();
        }
    }
}
