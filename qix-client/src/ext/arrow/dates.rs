//! Converts the engine's day numbers to dates and times.

/// The number of January 1, 1970; that of December 30, 1899 is 0.
const EPOCH: f64 = 25_569.0;

const MICROSECONDS_OF_A_DAY: i64 = 86_400_000_000;

/// Converts a number of the engine to the days since January 1, 1970 of a [`Date`](super::ColumnType::Date). Returns
/// `None` for a fractional day and for a day out of range.
///
/// ```
/// assert_eq!(qix_client::arrow::days(43_831.0), Some(18_262)); // January 1, 2020
/// assert_eq!(qix_client::arrow::days(43_831.5), None);
/// ```
pub fn days(number: f64) -> Option<i32> {
    let days = number - EPOCH;
    let fits = days.fract() == 0.0 && (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&days);
    fits.then_some(days as i32)
}

/// Converts a number of the engine to the microseconds since 1970 of a [`Timestamp`](super::ColumnType::Timestamp),
/// rounded. Returns `None` if it is out of range.
///
/// ```
/// assert_eq!(qix_client::arrow::microseconds(25_569.5), Some(43_200_000_000)); // noon
/// ```
pub fn microseconds(number: f64) -> Option<i64> {
    // Separately, so that the fraction of the day keeps its precision.
    let day = number.floor();
    let of_day = ((number - day) * MICROSECONDS_OF_A_DAY as f64).round() as i64;
    i64::from(days(day)?).checked_mul(MICROSECONDS_OF_A_DAY)?.checked_add(of_day)
}

#[cfg(test)]
mod tests {
    use super::{days, microseconds};

    #[test]
    fn dates_are_exact() {
        assert_eq!(days(0.0), Some(-25_569));
        assert_eq!(days(25_569.0), Some(0));
        assert_eq!(days(-1.0), Some(-25_570));
        assert_eq!(days(43_831.0), Some(18_262), "January 1, 2020");
        assert_eq!(days(43_831.5), None);
        assert_eq!(days(f64::NAN), None);
        assert_eq!(days(f64::INFINITY), None);
        assert_eq!(days(3e9), None);
        assert_eq!(days(2_147_483_647.0 + 25_569.0), Some(i32::MAX));
        assert_eq!(days(2_147_483_648.0 + 25_569.0), None);
    }

    #[test]
    fn every_second_of_a_century_is_exact() {
        // As in the engine: the day, and the seconds as a fraction of it.
        for day in (18_000..55_000).step_by(997) {
            for second in (0..86_400).step_by(61) {
                let number = f64::from(day) + f64::from(second) / 86_400.0;
                let expected = (i64::from(day) - 25_569) * 86_400_000_000 + i64::from(second) * 1_000_000;
                assert_eq!(microseconds(number), Some(expected), "day {day}, second {second}");
            }
        }
    }

    #[test]
    fn times_out_of_range_are_rejected() {
        assert_eq!(microseconds(0.5), Some(-25_569 * 86_400_000_000 + 43_200_000_000));
        assert_eq!(microseconds(1e12), None);
        assert_eq!(microseconds(f64::NEG_INFINITY), None);
        assert_eq!(microseconds(f64::NAN), None);
    }
}
