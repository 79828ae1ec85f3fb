//! Timers. All of them share one timer of the browser, because setting and clearing one takes longer than the rest of a call.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use js_sys::Function;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::Instant;

/// The longest timer of a browser, in milliseconds: 24 days.
const LONGEST: u64 = i32::MAX as u64;

/// Used if a time is too long for the clock: 30 years.
const FAR: Duration = Duration::from_secs(86_400 * 365 * 30);

#[wasm_bindgen]
extern "C" {
    // Of a page or a worker.
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timer(ring: &Function, millis: i32) -> JsValue;

    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timer(timer: &JsValue);
}

thread_local! {
    static TIMERS: RefCell<Timers> = RefCell::new(Timers {
        waiting: VecDeque::new(),
        next: 0,
        set: None,
        ring: Closure::new(ring),
    });
}

/// All timers of this page or worker.
struct Timers {
    /// In the order of their ends.
    waiting: VecDeque<Waiting>,
    /// The number of the next timer, for those that end at the same time.
    next: u64,
    /// The browser's timer, and when it rings. It stays set if its waiter is gone, because the others end later.
    set: Option<(Instant, JsValue)>,
    ring: Closure<dyn FnMut()>,
}

struct Waiting {
    key: Key,
    waker: Waker,
}

type Key = (Instant, u64);

impl Timers {
    /// Starts to wait. Returns the number of the timer.
    fn add(&mut self, end: Instant, waker: Waker) -> u64 {
        let key = (end, self.next);
        self.next += 1;
        let place = self.waiting.partition_point(|waiting| waiting.key < key);
        self.waiting.insert(place, Waiting { key, waker });
        self.set();
        key.1
    }

    fn place(&self, key: Key) -> Option<usize> {
        self.waiting.binary_search_by(|waiting| waiting.key.cmp(&key)).ok()
    }

    /// Sets the timer of the browser for the first one that waits.
    fn set(&mut self) {
        let Some(Waiting { key: (end, _), .. }) = self.waiting.front() else { return };
        if self.set.as_ref().is_some_and(|(set, _)| set <= end) {
            return;
        }
        if let Some((_, later)) = self.set.take() {
            clear_timer(&later);
        }
        let left = end.saturating_duration_since(Instant::now());
        // Rounded up: a timer that is early would find nothing to do.
        let millis = left.as_secs().saturating_mul(1000).saturating_add(left.subsec_nanos().div_ceil(1_000_000).into());
        let millis = millis.min(LONGEST);
        self.set = Some((*end, set_timer(self.ring.as_ref().unchecked_ref(), millis as i32)));
    }
}

/// Wakes those whose time is over.
fn ring() {
    let over: Vec<Waiting> = TIMERS.with_borrow_mut(|timers| {
        timers.set = None;
        let now = Instant::now();
        let count = timers.waiting.partition_point(|waiting| waiting.key.0 <= now);
        let over = timers.waiting.drain(..count).collect();
        timers.set();
        over
    });
    over.into_iter().for_each(|waiting| waiting.waker.wake());
}

/// A timer that starts when it is first polled.
pub(crate) struct Sleep {
    end: Instant,
    number: Option<u64>,
}

pub(crate) fn sleep(time: Duration) -> Sleep {
    let now = Instant::now();
    sleep_until(now.checked_add(time).unwrap_or_else(|| now + FAR))
}

pub(crate) fn sleep_until(end: Instant) -> Sleep {
    Sleep { end, number: None }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(number) = self.number else {
            let waker = cx.waker().clone();
            self.number = Some(TIMERS.with_borrow_mut(|timers| timers.add(self.end, waker)));
            return Poll::Pending;
        };
        let mut waker = cx.waker().clone();
        let is_over = TIMERS.with_borrow_mut(|timers| match timers.place((self.end, number)) {
            Some(place) => {
                std::mem::swap(&mut timers.waiting[place].waker, &mut waker);
                false
            }
            None => true,
        });
        // The previous waker is dropped here, because that may drop a future with another timer.
        if is_over { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            let gone = TIMERS.with_borrow_mut(|timers| {
                timers.place((self.end, number)).and_then(|place| timers.waiting.remove(place))
            });
            drop(gone);
        }
    }
}
