//! The queue of the writer.
//!
//! Its lock comes after all of [`rank`](super::locks::rank): nothing else is acquired while it is held.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::shared::Queued;

/// The room that an empty queue keeps.
const KEPT: usize = 64;

/// The sending end. Dropping it ends the queue when all messages are taken.
#[derive(Debug)]
pub(crate) struct Outbox(Arc<Mutex<State>>);

/// The receiving end, of the writer.
#[derive(Debug)]
pub(crate) struct Messages {
    shared: Arc<Mutex<State>>,
    /// Taken from the queue, but not passed on yet.
    taken: VecDeque<Queued>,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Queued>,
    /// Set while the writer waits.
    writer: Option<Waker>,
    /// One of the ends is gone.
    is_over: bool,
}

/// Creates a queue.
pub(crate) fn queue() -> (Outbox, Messages) {
    let shared = Arc::<Mutex<State>>::default();
    (Outbox(Arc::clone(&shared)), Messages { shared, taken: VecDeque::new() })
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbox {
    /// Queues a message. If the writer is gone, the message is dropped.
    pub(crate) fn send(&self, message: Queued) {
        let mut state = lock(&self.0);
        if state.is_over {
            return;
        }
        state.messages.push_back(message);
        // A writer that is awake takes it with the others.
        let writer = state.writer.take();
        drop(state);
        if let Some(writer) = writer {
            writer.wake();
        }
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        let writer = {
            let mut state = lock(&self.0);
            state.is_over = true;
            state.writer.take()
        };
        if let Some(writer) = writer {
            writer.wake();
        }
    }
}

impl Messages {
    /// Waits for messages, and moves at most `limit` of them to a batch. Returns `false` if the
    /// queue has ended. Nothing is lost if the future is dropped.
    pub(crate) async fn take(&mut self, batch: &mut Vec<Queued>, limit: usize) -> bool {
        poll_fn(|cx| self.poll_take(cx, batch, limit)).await
    }

    fn poll_take(&mut self, cx: &mut Context<'_>, batch: &mut Vec<Queued>, limit: usize) -> Poll<bool> {
        if self.taken.is_empty() {
            if self.taken.capacity() > KEPT {
                self.taken = VecDeque::new();
            }
            let state = &mut *lock(&self.shared);
            std::mem::swap(&mut self.taken, &mut state.messages);
            if self.taken.is_empty() {
                if state.is_over {
                    return Poll::Ready(false);
                }
                state.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
        }
        let count = self.taken.len().min(limit);
        batch.extend(self.taken.drain(..count));
        Poll::Ready(true)
    }

    /// The next message, if there is one.
    #[cfg(feature = "__fuzz")]
    pub(crate) fn next(&mut self) -> Option<Queued> {
        self.taken.pop_front().or_else(|| lock(&self.shared).messages.pop_front())
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.is_over = true;
        let unsent = std::mem::take(&mut state.messages);
        drop(state);
        drop(unsent);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use futures_util::FutureExt;

    use super::*;

    fn ids(batch: &[Queued]) -> Vec<i64> {
        let id = |queued: &Queued| match queued {
            Queued::Call(id, _) => *id,
            other => panic!("{other:?}"),
        };
        batch.iter().map(id).collect()
    }

    fn call(id: i64) -> Queued {
        Queued::Call(id, String::new())
    }

    #[test]
    fn messages_come_in_order_up_to_the_limit() {
        let (outbox, mut messages) = queue();
        (0..5).for_each(|id| outbox.send(call(id)));
        let mut batch = Vec::new();
        assert_eq!(messages.take(&mut batch, 3).now_or_never(), Some(true));
        assert_eq!(ids(&batch), [0, 1, 2]);
        outbox.send(call(5));
        batch.clear();
        assert_eq!(messages.take(&mut batch, 3).now_or_never(), Some(true));
        assert_eq!(messages.take(&mut batch, 3).now_or_never(), Some(true));
        assert_eq!(ids(&batch), [3, 4, 5]);
        assert_eq!(messages.take(&mut batch, 3).now_or_never(), None);
    }

    #[test]
    fn the_end_comes_after_the_last_message() {
        let (outbox, mut messages) = queue();
        outbox.send(call(1));
        drop(outbox);
        let mut batch = Vec::new();
        assert_eq!(messages.take(&mut batch, 9).now_or_never(), Some(true));
        assert_eq!(messages.take(&mut batch, 9).now_or_never(), Some(false));
        assert_eq!(ids(&batch), [1]);
    }

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn the_writer_is_woken_once_for_all_messages_and_by_the_end() {
        let (outbox, mut messages) = queue();
        let count = Arc::new(Count::default());
        let waker = Waker::from(Arc::clone(&count));
        let mut cx = Context::from_waker(&waker);
        let mut batch = Vec::new();
        assert!(messages.poll_take(&mut cx, &mut batch, 9).is_pending());
        outbox.send(call(1));
        outbox.send(call(2));
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert!(messages.poll_take(&mut cx, &mut batch, 9).is_ready());
        assert_eq!(ids(&batch), [1, 2]);
        assert!(messages.poll_take(&mut cx, &mut batch, 9).is_pending());
        drop(outbox);
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert_eq!(messages.poll_take(&mut cx, &mut batch, 9), Poll::Ready(false));
    }

    #[test]
    fn a_message_to_a_writer_that_is_gone_is_dropped() {
        let (outbox, messages) = queue();
        outbox.send(call(1));
        drop(messages);
        outbox.send(call(2));
        assert!(lock(&outbox.0).messages.is_empty());
    }
}
