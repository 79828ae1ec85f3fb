//! What has happened so far.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Counts of what was done, and what was wrong.
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

    /// Something is wrong.
    pub(crate) fn violation(&self, what: impl Into<String>) {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).push(what.into());
    }

    /// What was wrong.
    pub fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How much was done. A number that stays the same for long says that something hangs.
    pub fn progress(&self) -> u64 {
        [&self.rounds, &self.answered, &self.given_up, &self.failed, &self.layouts].map(read).into_iter().sum()
    }

    /// How many rounds are over.
    pub fn rounds(&self) -> u64 {
        read(&self.rounds)
    }

    /// How many calls were answered.
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
