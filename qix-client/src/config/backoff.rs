//! How long to wait between attempts.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// How often, and how long after each other, to try to connect again.
///
/// ```
/// use std::time::Duration;
/// use qix_client::{Backoff, Session};
///
/// let patient = Backoff::default().attempts(100).longest(Duration::from_secs(120));
/// let builder = Session::builder().url("ws://localhost:4848/app/").resume(patient);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Backoff {
    first: Duration,
    longest: Duration,
    attempts: usize,
}

impl Default for Backoff {
    /// Ten attempts: at once, after about a quarter of a second, then twice as long each time up to half a minute.
    fn default() -> Self {
        Self { first: Duration::from_millis(250), longest: Duration::from_secs(30), attempts: 10 }
    }
}

impl Backoff {
    /// How long to wait after the first attempt, which is made at once; then twice as long each time.
    #[must_use]
    pub fn first(mut self, delay: Duration) -> Self {
        self.first = delay;
        self
    }

    /// How long to wait at most.
    #[must_use]
    pub fn longest(mut self, delay: Duration) -> Self {
        self.longest = delay;
        self
    }

    /// How many attempts to make before the session ends.
    #[must_use]
    pub fn attempts(mut self, attempts: usize) -> Self {
        self.attempts = attempts;
        self
    }

    /// The delay before each attempt; a quarter of it is left to chance, lest all clients of a server that comes back
    /// come at the same moment.
    pub(crate) fn delays(&self) -> impl Iterator<Item = Duration> + use<> {
        let Self { first, longest, attempts } = *self;
        (0..attempts).map(move |attempt| {
            let Some(doublings) = u32::try_from(attempt).ok().and_then(|attempt| attempt.checked_sub(1)) else {
                return Duration::ZERO;
            };
            let delay = first.saturating_mul(2_u32.saturating_pow(doublings)).min(longest);
            delay - delay / 4 * chance() / 256
        })
    }
}

/// A number below 256, by chance.
fn chance() -> u32 {
    let [byte, ..] = RandomState::new().build_hasher().finish().to_le_bytes();
    byte.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_up_to_the_longest() {
        let backoff = Backoff::default().first(Duration::from_secs(1)).longest(Duration::from_secs(5)).attempts(40);
        let delays: Vec<_> = backoff.delays().collect();
        assert_eq!((delays.len(), delays[0]), (40, Duration::ZERO));
        for (delay, full) in delays[1..].iter().zip([1, 2, 4, 5, 5]) {
            let full = Duration::from_secs(full);
            assert!(*delay <= full && *delay >= full * 3 / 4, "{delay:?} of {full:?}");
        }
    }
}
