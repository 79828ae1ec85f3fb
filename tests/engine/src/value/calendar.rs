//! Serial dates: days since December 30, 1899, with the time of day as the fraction.

use chrono::{Datelike, NaiveDate};

/// Days from the common era to serial number 0.
const EPOCH: i32 = 693_594;
const MILLISECONDS: f64 = 86_400_000.0;

/// The parts of a serial date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: NaiveDate,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999.
    pub millisecond: u32,
}

/// The day and time of a serial number; `None` outside of the calendar's range.
pub fn moment_of(serial: f64) -> Option<Moment> {
    if !serial.is_finite() || serial.abs() > 3_000_000.0 {
        return None;
    }
    let mut day = serial.floor();
    let mut rest = ((serial - day) * MILLISECONDS).round() as u32;
    if rest >= MILLISECONDS as u32 {
        day += 1.0;
        rest = 0;
    }
    Some(Moment {
        date: NaiveDate::from_num_days_from_ce_opt(day as i32 + EPOCH)?,
        hour: rest / 3_600_000,
        minute: rest / 60_000 % 60,
        second: rest / 1000 % 60,
        millisecond: rest % 1000,
    })
}

/// The serial number of a day.
pub fn serial_of(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce() - EPOCH)
}

/// The serial number of a time of day.
pub fn serial_of_time(hour: f64, minute: f64, second: f64) -> f64 {
    (hour * 3600.0 + minute * 60.0 + second) / 86_400.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_are_days_since_1899() {
        let day = NaiveDate::from_ymd_opt(2020, 1, 1).unwrap();
        assert_eq!(serial_of(day), 43831.0);
        let moment = moment_of(43831.75).unwrap();
        assert_eq!((moment.date, moment.hour, moment.minute), (day, 18, 0));
    }

    #[test]
    fn a_second_before_midnight_stays_on_its_day() {
        let moment = moment_of(43831.0 + 86_399.0 / 86_400.0).unwrap();
        assert_eq!((moment.hour, moment.minute, moment.second), (23, 59, 59));
        assert_eq!(moment_of(1e12), None);
    }
}
