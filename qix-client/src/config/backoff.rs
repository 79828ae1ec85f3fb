//! Delays between attempts.

use std::time::Duration;

use crate::platform::random;

/// Exponential back-off with jitter.
///
/// The first attempt is made immediately. Defaults to ten attempts, an initial delay of 250 ms, and a maximum delay of
/// 30 seconds.
///
/// ```
/// use std::time::Duration;
/// use qix_client::{Backoff, Session};
///
/// let patient = Backoff::default().max_attempts(100).max_delay(Duration::from_secs(120));
/// let builder = Session::builder().url("ws://localhost:4848/app/").reconnect(patient);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    initial_delay: Duration,
    max_delay: Duration,
    max_attempts: usize,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { initial_delay: Duration::from_millis(250), max_delay: Duration::from_secs(30), max_attempts: 10 }
    }
}

impl Backoff {
    /// Sets the delay after the first attempt. It doubles with each further attempt.
    #[must_use]
    pub fn initial_delay(mut self, delay: Duration) -> Self {
        self.initial_delay = delay;
        self
    }

    /// Sets the maximum delay.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets the maximum number of attempts.
    #[must_use]
    pub fn max_attempts(mut self, attempts: usize) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The delay before each attempt. Up to a quarter is subtracted at random, so that the clients of a server that
    /// comes back do not all connect at the same time.
    pub(crate) fn delays(&self) -> impl Iterator<Item = Duration> + use<> {
        let Self { initial_delay, max_delay, max_attempts } = *self;
        (0..max_attempts).map(move |attempt| {
            let Some(doublings) = u32::try_from(attempt).ok().and_then(|attempt| attempt.checked_sub(1)) else {
                return Duration::ZERO;
            };
            let delay = initial_delay.saturating_mul(2_u32.saturating_pow(doublings)).min(max_delay);
            delay - delay / 4 * (random() % 256) as u32 / 256
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_the_maximum() {
        let backoff =
            Backoff::default().initial_delay(Duration::from_secs(1)).max_delay(Duration::from_secs(5)).max_attempts(40);
        let delays: Vec<_> = backoff.delays().collect();
        assert_eq!((delays.len(), delays[0]), (40, Duration::ZERO));
        for (delay, full) in delays[1..].iter().zip([1, 2, 4, 5, 5]) {
            let full = Duration::from_secs(full);
            assert!(*delay <= full && *delay >= full * 3 / 4, "{delay:?} of {full:?}");
        }
    }
}
