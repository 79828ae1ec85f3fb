//! The queue of the writer.
//!
//! Its lock comes after all of [`rank`](super::locks::rank): nothing else is acquired while it is held.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use qix_schema::rpc::CloseCode;

/// The numbers of messages and of bytes for which an empty queue keeps room.
const KEPT: usize = 64;
const KEPT_BYTES: usize = 8 * 1024;

/// The sending end. Dropping it ends the queue when all messages are taken.
#[derive(Debug)]
pub(crate) struct Outbox(Arc<Mutex<State>>);

/// The receiving end, of the writer.
#[derive(Debug)]
pub(crate) struct Messages {
    shared: Arc<Mutex<State>>,
    /// Taken from the queue.
    taken: Batch,
    /// How many of them are passed on.
    passed: usize,
    /// How many of them may be passed on now.
    ready: usize,
}

/// A message for the writer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Queued {
    /// A request; skipped if its caller is gone.
    Call(i64),
    /// A fire-and-forget request.
    Notice,
    /// The last message.
    Close(CloseCode),
}

/// Messages in order, whose texts share their memory.
#[derive(Debug, Default)]
struct Batch {
    text: String,
    /// Each message, unless it is skipped, and where its text ends.
    messages: Vec<(Option<Queued>, usize)>,
}

#[derive(Debug, Default)]
struct State {
    batch: Batch,
    /// Set while the writer waits.
    writer: Option<Waker>,
    /// One of the ends is gone.
    is_over: bool,
}

/// Creates a queue.
pub(crate) fn queue() -> (Outbox, Messages) {
    let shared = Arc::<Mutex<State>>::default();
    (Outbox(Arc::clone(&shared)), Messages { shared, taken: Batch::default(), passed: 0, ready: 0 })
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Outbox {
    /// Queues a message, whose text a function appends. If the writer is gone, the message is dropped.
    pub(crate) fn send(&self, message: Queued, write: impl FnOnce(&mut String)) {
        let mut state = lock(&self.0);
        if state.is_over {
            return;
        }
        let Batch { text, messages } = &mut state.batch;
        write(text);
        messages.push((Some(message), text.len()));
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

impl Batch {
    fn clear(&mut self) {
        if self.messages.capacity() > KEPT || self.text.capacity() > KEPT_BYTES {
            *self = Self::default();
        }
        self.messages.clear();
        self.text.clear();
    }
}

impl Messages {
    /// Waits for messages, of which at most `limit` may be passed on now. Returns `false` if the queue has ended. Nothing
    /// is lost if the future is dropped.
    pub(crate) async fn take(&mut self, limit: usize) -> bool {
        poll_fn(|cx| self.poll_take(cx, limit)).await
    }

    fn poll_take(&mut self, cx: &mut Context<'_>, limit: usize) -> Poll<bool> {
        if self.passed == self.taken.messages.len() {
            self.taken.clear();
            (self.passed, self.ready) = (0, 0);
            let state = &mut *lock(&self.shared);
            if state.batch.messages.is_empty() {
                if state.is_over {
                    return Poll::Ready(false);
                }
                state.writer = Some(cx.waker().clone());
                return Poll::Pending;
            }
            std::mem::swap(&mut self.taken, &mut state.batch);
        }
        self.ready = self.taken.messages.len().min(self.passed.saturating_add(limit));
        Poll::Ready(true)
    }

    /// Skips calls for which the function returns false.
    pub(crate) fn retain(&mut self, mut keeps: impl FnMut(i64) -> bool) {
        for (message, _) in &mut self.taken.messages[self.passed..self.ready] {
            if matches!(message, Some(Queued::Call(id)) if !keeps(*id)) {
                *message = None;
            }
        }
    }

    /// The next message that may be passed on now, and its text.
    pub(crate) fn next(&mut self) -> Option<(Queued, &str)> {
        let Batch { text, messages } = &self.taken;
        while let Some((message, end)) = messages[..self.ready].get(self.passed) {
            if let Some(message) = message {
                let start = self.passed.checked_sub(1).map_or(0, |before| messages[before].1);
                return Some((*message, &text[start..*end]));
            }
            self.passed += 1;
        }
        None
    }

    /// The next message is passed on.
    pub(crate) fn pass(&mut self) {
        self.passed += 1;
    }
}

impl Drop for Messages {
    fn drop(&mut self) {
        let mut state = lock(&self.shared);
        state.is_over = true;
        let unsent = std::mem::take(&mut state.batch);
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

    /// The IDs and texts of the calls that may be passed on now.
    fn passed(messages: &mut Messages) -> Vec<(i64, String)> {
        let mut passed = Vec::new();
        while let Some((queued, text)) = messages.next() {
            let Queued::Call(id) = queued else { panic!("{queued:?}") };
            passed.push((id, text.to_owned()));
            messages.pass();
        }
        passed
    }

    fn send(outbox: &Outbox, id: i64) {
        outbox.send(Queued::Call(id), |text| text.push_str(&"call".repeat(id as usize)));
    }

    fn calls(ids: impl IntoIterator<Item = i64>) -> Vec<(i64, String)> {
        ids.into_iter().map(|id| (id, "call".repeat(id as usize))).collect()
    }

    #[test]
    fn messages_come_in_order_up_to_the_limit() {
        let (outbox, mut messages) = queue();
        (0..5).for_each(|id| send(&outbox, id));
        assert_eq!(messages.take(3).now_or_never(), Some(true));
        assert_eq!(passed(&mut messages), calls(0..3));
        send(&outbox, 5);
        assert_eq!(messages.take(3).now_or_never(), Some(true));
        assert_eq!(passed(&mut messages), calls(3..5));
        assert_eq!(messages.take(3).now_or_never(), Some(true));
        assert_eq!(passed(&mut messages), calls([5]));
        assert_eq!(messages.take(3).now_or_never(), None);
    }

    #[test]
    fn calls_without_callers_are_skipped() {
        let (outbox, mut messages) = queue();
        (0..5).for_each(|id| send(&outbox, id));
        assert_eq!(messages.take(4).now_or_never(), Some(true));
        messages.retain(|id| id % 2 == 1);
        assert_eq!(passed(&mut messages), calls([1, 3]));
        assert_eq!(messages.take(4).now_or_never(), Some(true));
        assert_eq!(passed(&mut messages), calls([4]));
    }

    #[test]
    fn memory_for_a_burst_is_not_kept() {
        let (outbox, mut messages) = queue();
        for (count, kept) in [(10, true), (1000, false), (10, true)] {
            (0..count).for_each(|_| send(&outbox, 30));
            assert_eq!(messages.take(usize::MAX).now_or_never(), Some(true));
            assert_eq!(passed(&mut messages).len(), count);
            assert_eq!(messages.take(usize::MAX).now_or_never(), None);
            assert_eq!(messages.taken.text.capacity() > 0, kept, "{count}");
        }
    }

    #[test]
    fn the_end_comes_after_the_last_message() {
        let (outbox, mut messages) = queue();
        send(&outbox, 1);
        outbox.send(Queued::Close(CloseCode::NORMAL), |_| {});
        drop(outbox);
        assert_eq!(messages.take(1).now_or_never(), Some(true));
        assert_eq!(passed(&mut messages), calls([1]));
        assert_eq!(messages.take(1).now_or_never(), Some(true));
        assert_eq!(messages.next(), Some((Queued::Close(CloseCode::NORMAL), "")));
        messages.pass();
        assert_eq!(messages.take(1).now_or_never(), Some(false));
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
        assert!(messages.poll_take(&mut cx, 9).is_pending());
        send(&outbox, 1);
        send(&outbox, 2);
        assert_eq!(count.0.load(Ordering::Relaxed), 1);
        assert!(messages.poll_take(&mut cx, 9).is_ready());
        assert_eq!(passed(&mut messages), calls(1..3));
        assert!(messages.poll_take(&mut cx, 9).is_pending());
        drop(outbox);
        assert_eq!(count.0.load(Ordering::Relaxed), 2);
        assert_eq!(messages.poll_take(&mut cx, 9), Poll::Ready(false));
    }

    #[test]
    fn a_message_to_a_writer_that_is_gone_is_dropped() {
        let (outbox, messages) = queue();
        send(&outbox, 1);
        drop(messages);
        send(&outbox, 2);
        assert!(lock(&outbox.0).batch.messages.is_empty());
    }
}
