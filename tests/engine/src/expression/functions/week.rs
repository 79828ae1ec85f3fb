//! Week numbers.

use chrono::{Datelike, Days, NaiveDate};

use super::{number, number_or};
use crate::expression::Scope;
use crate::value::Dual;

/// How weeks are counted: by the arguments of a function, or by the variables of the script.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weeks {
    /// First day of the week, Monday is 0.
    first: i64,
    /// Whether week 1 begins on January 1 and the last week ends on December 31.
    broken: bool,
    /// The day of January that is always in week 1, if weeks are not broken.
    reference: i64,
}

impl Weeks {
    /// From the arguments `first_week_day`, `broken_weeks`, `reference_day`, beginning at a position.
    pub(super) fn new(arguments: &[Dual], at: usize, scope: &dyn Scope) -> Self {
        let settings = scope.settings();
        let reference = number_or(arguments, at + 2, settings.reference_day as f64, scope) as i64;
        Self {
            first: number_or(arguments, at, settings.first_week_day as f64, scope) as i64,
            broken: number(arguments, at + 1, scope).map_or(settings.broken_weeks, |broken| broken != 0.0),
            reference: if (1..=7).contains(&reference) { reference } else { 4 },
        }
    }

    /// Days since the first day of the week.
    fn since_start(self, date: NaiveDate) -> u64 {
        let day = i64::from(date.weekday().num_days_from_monday());
        (day - self.first).rem_euclid(7).unsigned_abs()
    }

    /// The first day of the week of a date.
    pub(super) fn start(self, date: NaiveDate) -> Option<NaiveDate> {
        date.checked_sub_days(Days::new(self.since_start(date)))
    }

    /// The first day of week 1, which can be in December.
    pub(super) fn first_of(self, year: i32) -> Option<NaiveDate> {
        let day = if self.broken { 1 } else { u32::try_from(self.reference).unwrap_or(4) };
        self.start(NaiveDate::from_ymd_opt(year, 1, day)?)
    }

    /// The year that the week of a date belongs to, and the number of the week.
    pub(super) fn of(self, date: NaiveDate) -> Option<(i32, i64)> {
        let start = self.start(date)?;
        let years = if self.broken { date.year()..=date.year() } else { date.year() - 1..=date.year() + 1 };
        years.rev().find_map(|year| {
            let days = (start - self.first_of(year)?).num_days();
            (days >= 0).then_some((year, days / 7 + 1))
        })
    }

    /// The date of a day in a week; 0 is Monday.
    pub(super) fn date(self, year: i32, week: i64, day: i64) -> Option<NaiveDate> {
        let days = week.checked_sub(1)?.checked_mul(7)?.checked_add((day - self.first).rem_euclid(7))?;
        self.first_of(year)?.checked_add_signed(chrono::TimeDelta::try_days(days)?)
    }
}

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::shown;

    #[test]
    fn weeks_are_counted_as_requested() {
        // By default: Monday first, week 1 has January 4.
        for (date, week, year) in [
            ("MakeDate(2023, 1, 1)", "52", "2022"),
            ("MakeDate(2024, 1, 1)", "1", "2024"),
            ("MakeDate(2024, 12, 31)", "1", "2025"),
            ("MakeDate(2021, 1, 3)", "53", "2020"),
        ] {
            assert_eq!(
                (shown(&format!("Week({date})")), shown(&format!("WeekYear({date})"))),
                (week.into(), year.into())
            );
        }
        // Broken weeks that begin on Sundays.
        assert_eq!(shown("Week(MakeDate(2023, 1, 1), 6, 1)"), "1");
        assert_eq!(shown("Week(MakeDate(2023, 1, 8), 6, 1)"), "2");
        assert_eq!(shown("Week(MakeDate(2024, 1, 6), 6, 1) & Week(MakeDate(2024, 1, 7), 6, 1)"), "12");
        assert_eq!(shown("Week(MakeDate(2024, 12, 31), 6, 1)"), "53");
        assert_eq!(shown("WeekYear(MakeDate(2021, 1, 3), 0, 1)"), "2021");
        // Week 1 has January 1, or only January 7.
        assert_eq!(shown("Week(MakeDate(2021, 1, 3), 0, 0, 1)"), "1");
        assert_eq!(shown("Week(MakeDate(2024, 1, 7), 6, 0, 7)"), "1");
        assert_eq!(shown("Week(MakeDate(2024, 1, 6), 6, 0, 7)"), "53");
        assert_eq!(
            shown("WeekName(MakeDate(2023, 1, 1)) & ' ' & WeekName(MakeDate(2023, 1, 1), 0, 6, 1)"),
            "2022/52 2023/01"
        );
    }

    #[test]
    fn dates_of_weeks() {
        assert_eq!(shown("MakeWeekDate(2014, 6, 6)"), "2/9/2014");
        assert_eq!(shown("MakeWeekDate(2014, 6)"), "2/3/2014");
        assert_eq!(shown("MakeWeekDate(2014, 6, 6, 6)"), "2/2/2014");
    }
}
