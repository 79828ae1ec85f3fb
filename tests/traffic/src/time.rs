//! Times and durations in a log.

use std::fmt;

use serde::Serialize;

/// Microseconds: since the start of the log, or between two messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// The time since an earlier point; zero if it is not earlier.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self(self.0.saturating_sub(earlier.0))
    }
}

impl fmt::Display for Micros {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            micros @ 0..1_000 => format!("{micros} µs"),
            micros @ 1_000..1_000_000 => format!("{:.2} ms", micros as f64 / 1e3),
            micros @ 1_000_000..120_000_000 => format!("{:.2} s", micros as f64 / 1e6),
            micros => format!("{} min {:02} s", micros / 60_000_000, micros / 1_000_000 % 60),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::Micros;

    #[test]
    fn the_unit_fits_the_size() {
        let shown = [0, 999, 1_500, 12_345_678, 3_728_460_000].map(|micros| Micros(micros).to_string());
        assert_eq!(shown, ["0 µs", "999 µs", "1.50 ms", "12.35 s", "62 min 08 s"]);
    }

    #[test]
    fn a_clock_that_runs_backwards_does_not_result_in_negative_durations() {
        assert_eq!(Micros(3).since(Micros(5)), Micros(0));
    }
}
