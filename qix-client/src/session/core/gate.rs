//! Counts pending calls, and lets no more of them start while a session is being closed.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// Calls are counted in the lower half.
const CALL: u64 = 1;

/// Tasks that close the gate are counted in the upper half.
const CLOSED: u64 = 1 << 32;

/// The gate through which calls pass.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    counts: AtomicU64,
    /// Notified when the last call has ended while the gate is closed.
    idle: Notify,
}

/// A pending call.
#[derive(Debug)]
pub(crate) struct Passed<'a>(&'a Gate);

/// The gate is closed while this exists.
#[derive(Debug)]
pub(crate) struct Closing<'a>(&'a Gate);

impl Gate {
    /// Starts a call, unless the gate is closed.
    pub(crate) fn pass(&self) -> Option<Passed<'_>> {
        let before = self.counts.fetch_add(CALL, Ordering::AcqRel);
        let passed = Passed(self);
        (before < CLOSED).then_some(passed)
    }

    /// Closes the gate.
    pub(crate) fn close(&self) -> Closing<'_> {
        self.counts.fetch_add(CLOSED, Ordering::AcqRel);
        Closing(self)
    }
}

impl Drop for Passed<'_> {
    fn drop(&mut self) {
        let before = self.0.counts.fetch_sub(CALL, Ordering::AcqRel);
        if before >= CLOSED && before % CLOSED == CALL {
            self.0.idle.notify_waiters();
        }
    }
}

impl Closing<'_> {
    /// Waits until no call is pending.
    pub(crate) async fn idle(&self) {
        loop {
            let mut idle = pin!(self.0.idle.notified());
            idle.as_mut().enable();
            if self.0.counts.load(Ordering::Acquire).is_multiple_of(CLOSED) {
                return;
            }
            idle.await;
        }
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.counts.fetch_sub(CLOSED, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_closed_gate_waits_for_the_calls_that_have_passed() {
        let gate = Gate::default();
        let (one, two) = (gate.pass().unwrap(), gate.pass().unwrap());
        let closing = gate.close();
        let mut idle = pin!(closing.idle());
        assert!(idle.as_mut().now_or_never().is_none());
        drop(one);
        assert!(gate.pass().is_none());
        assert!(idle.as_mut().now_or_never().is_none(), "a call that was refused is not the last one");
        drop(two);
        assert!(idle.now_or_never().is_some());
    }

    #[test]
    fn the_gate_opens_when_it_is_closed_by_no_one() {
        let gate = Gate::default();
        let (one, two) = (gate.close(), gate.close());
        assert!(two.idle().now_or_never().is_some());
        drop(one);
        assert!(gate.pass().is_none());
        drop(two);
        assert!(gate.pass().is_some());
    }

    #[tokio::test]
    async fn the_last_call_wakes_those_who_wait() {
        let gate = Gate::default();
        let call = gate.pass().unwrap();
        let closing = gate.close();
        tokio::join!(closing.idle(), async { drop(call) });
    }
}
