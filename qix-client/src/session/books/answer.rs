//! The way of one response from the reader to its caller.
//!
//! Its lock comes after all others: nothing else is acquired while it is held.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Outcome;

/// The reader's end.
#[derive(Debug)]
pub(crate) struct Waiter(Arc<Slot>);

/// The caller's end: a future of the outcome, or of `None` if there never will be one.
#[derive(Debug)]
pub(crate) struct Answer {
    slot: Arc<Slot>,
    is_taken: bool,
}

#[derive(Debug)]
struct Slot(Mutex<State>);

#[derive(Debug)]
enum State {
    Empty,
    /// The caller waits.
    Awaited(Waker),
    Answered(Outcome),
    /// One of the ends is gone.
    Over,
}

/// Creates both ends.
pub(crate) fn answer() -> (Waiter, Answer) {
    let slot = Arc::new(Slot(Mutex::new(State::Empty)));
    (Waiter(Arc::clone(&slot)), Answer { slot, is_taken: false })
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiter {
    /// Passes on an outcome. Returns it if the caller is gone.
    pub(crate) fn send(self, outcome: Outcome) -> Result<(), Outcome> {
        let mut state = self.0.lock();
        if matches!(*state, State::Over) {
            return Err(outcome);
        }
        let before = std::mem::replace(&mut *state, State::Answered(outcome));
        drop(state);
        if let State::Awaited(caller) = before {
            caller.wake();
        }
        Ok(())
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if !matches!(*state, State::Answered(_)) {
            let before = std::mem::replace(&mut *state, State::Over);
            drop(state);
            if let State::Awaited(caller) = before {
                caller.wake();
            }
        }
    }
}

impl Answer {
    /// Whether the outcome was taken.
    pub(crate) fn is_taken(&self) -> bool {
        self.is_taken
    }

    /// The outcome, if it has arrived and was not taken.
    #[cfg(any(test, feature = "__fuzz"))]
    pub(crate) fn try_take(&mut self) -> Option<Outcome> {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => None,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Outcome>> {
        let mut state = self.slot.lock();
        match &mut *state {
            State::Awaited(caller) if caller.will_wake(cx.waker()) => Poll::Pending,
            State::Empty | State::Awaited(_) => {
                let before = std::mem::replace(&mut *state, State::Awaited(cx.waker().clone()));
                drop(state);
                drop(before);
                Poll::Pending
            }
            State::Answered(_) | State::Over => {
                self.is_taken = true;
                match std::mem::replace(&mut *state, State::Over) {
                    State::Answered(outcome) => Poll::Ready(Some(outcome)),
                    _ => Poll::Ready(None),
                }
            }
        }
    }
}

impl Future for Answer {
    type Output = Option<Outcome>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outcome>> {
        Answer::poll(&mut self, cx)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if !self.is_taken {
            let before = std::mem::replace(&mut *self.slot.lock(), State::Over);
            drop(before);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::session::books::Reply;

    #[tokio::test]
    async fn an_outcome_wakes_the_caller() {
        let (waiter, caller) = answer();
        let (outcome, sent) = tokio::join!(caller, async { waiter.send(Ok(Reply::Nothing)).is_ok() });
        assert!(sent);
        assert!(matches!(outcome, Some(Ok(Reply::Nothing))));
    }

    #[test]
    fn an_outcome_that_comes_first_is_kept() {
        let (waiter, mut caller) = answer();
        waiter.send(Ok(Reply::Nothing)).unwrap();
        assert!(!caller.is_taken());
        assert!(matches!((&mut caller).now_or_never(), Some(Some(Ok(Reply::Nothing)))));
        assert!(caller.is_taken());
        assert!(matches!(caller.now_or_never(), Some(None)), "it is taken once");
    }

    #[test]
    fn a_caller_that_is_gone_gets_nothing() {
        let (waiter, caller) = answer();
        drop(caller);
        assert!(matches!(waiter.send(Ok(Reply::Nothing)), Err(Ok(Reply::Nothing))));
    }

    #[tokio::test]
    async fn a_reader_that_is_gone_ends_the_waiting() {
        let (waiter, caller) = answer();
        let (outcome, ()) = tokio::join!(caller, async { drop(waiter) });
        assert!(outcome.is_none());
    }
}
