//! Counters and failures.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counters of completed work, and failures.
#[derive(Debug, Default)]
pub struct Books {
    pub(crate) rounds: AtomicU64,
    pub(crate) answered: AtomicU64,
    pub(crate) given_up: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) layouts: AtomicU64,
    pub(crate) faults: AtomicU64,
    pub(crate) resumptions: AtomicU64,
    violations: Mutex<Vec<String>>,
}

impl Books {
    pub(crate) fn count(&self, what: &AtomicU64) {
        what.fetch_add(1, Ordering::Relaxed);
    }

    /// Records a failure.
    pub(crate) fn violation(&self, what: impl Into<String>) {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(what.into());
    }

    /// The failures.
    pub fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The amount of completed work. If it does not change for a long time, something hangs.
    pub fn progress(&self) -> u64 {
        [&self.rounds, &self.answered, &self.given_up, &self.failed, &self.layouts].map(read).into_iter().sum()
    }

    /// The number of completed rounds.
    pub fn rounds(&self) -> u64 {
        read(&self.rounds)
    }

    /// The number of answered calls.
    pub fn answered(&self) -> u64 {
        read(&self.answered)
    }
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

impl fmt::Display for Books {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [rounds, answered, given_up, failed] =
            [&self.rounds, &self.answered, &self.given_up, &self.failed].map(read);
        let [layouts, faults, resumptions] = [&self.layouts, &self.faults, &self.resumptions].map(read);
        write!(
            f,
            "{rounds} rounds, {answered} calls answered, {given_up} given up, {failed} failed; {layouts} layouts of \
             streams; {faults} faults, {resumptions} resumptions"
        )
    }
}
