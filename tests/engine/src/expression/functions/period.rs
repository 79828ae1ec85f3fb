//! Functions of periods: the year, quarter, month, week or day of a date.

use chrono::{Datelike, Days, NaiveDate};

use super::calendar::later;
use super::week::Weeks;
use super::{Function, number, number_or};
use crate::expression::Scope;
use crate::value::{Dual, format_moment, moment_of, serial_of};

#[derive(Clone, Copy)]
enum Period {
    Year,
    Quarter,
    Month,
    Week,
    Day,
}

/// A period with what the last argument says about it.
#[derive(Clone, Copy)]
struct Span {
    period: Period,
    weeks: Weeks,
    /// The first month of a year, counted from 0.
    first_month: i64,
    /// When a day begins, as a part of it.
    day_start: f64,
}

impl Span {
    /// From the arguments of a function; the arguments about the period begin at a position.
    fn new(period: Period, arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<Self> {
        let months = matches!(period, Period::Year | Period::Quarter);
        let first_month = match number(arguments, at, scope).filter(|_| months) {
            Some(month) => month as i64,
            None => scope.settings().first_month,
        };
        let day_start = if matches!(period, Period::Day) { number_or(arguments, at, 0.0, scope) } else { 0.0 };
        (0..=12).contains(&first_month).then_some(Self {
            period,
            weeks: Weeks::new(arguments, at, scope),
            first_month: (first_month - 1).max(0),
            day_start,
        })
    }

    /// The same date, this many periods later.
    fn shifted(self, date: NaiveDate, shift: i64) -> Option<NaiveDate> {
        match self.period {
            Period::Year => later(date, shift.checked_mul(12)?),
            Period::Quarter => later(date, shift.checked_mul(3)?),
            Period::Month => later(date, shift),
            Period::Week => date.checked_add_signed(chrono::TimeDelta::try_days(shift.checked_mul(7)?)?),
            Period::Day => date.checked_add_signed(chrono::TimeDelta::try_days(shift)?),
        }
    }

    /// First day of the period of a date, and first day of the next one.
    fn around(self, date: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let months = match self.period {
            Period::Year => 12,
            Period::Quarter => 3,
            Period::Month => 1,
            Period::Week => {
                let start = self.weeks.start(date)?;
                return Some((start, start.checked_add_days(Days::new(7))?));
            }
            Period::Day => return Some((date, date.succ_opt()?)),
        };
        let since = (i64::from(date.month0()) - self.first_month).rem_euclid(months);
        let start = later(date.with_day(1)?, -since)?;
        Some((start, later(start, months)?))
    }

    /// The date of an argument; a day can begin later than at midnight.
    fn date(self, arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<NaiveDate> {
        moment_of(number(arguments, at, scope)? - self.day_start).map(|moment| moment.date)
    }
}

/// The period of the first argument, shifted by the second.
fn range(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Option<(Span, NaiveDate, NaiveDate)> {
    let span = Span::new(period, arguments, 2, scope)?;
    let date = span.date(arguments, 0, scope)?;
    let (start, _) = span.around(date)?;
    let (start, next) = span.around(span.shifted(start, number_or(arguments, 1, 0.0, scope) as i64)?)?;
    Some((span, start, next))
}

/// A moment in the format of the period: days have a time.
fn shown(period: Period, serial: f64, scope: &dyn Scope) -> Dual {
    let settings = scope.settings();
    let pattern = if matches!(period, Period::Day) { &settings.timestamp } else { &settings.date };
    format_moment(serial, pattern, settings).map_or(Dual::Null, |text| Dual::both(serial, text))
}

fn start(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Dual {
    range(period, arguments, scope)
        .map_or(Dual::Null, |(span, start, _)| shown(period, serial_of(start) + span.day_start, scope))
}

/// The last millisecond of the period.
fn end(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Dual {
    range(period, arguments, scope).map_or(Dual::Null, |(span, _, next)| {
        shown(period, serial_of(next) + span.day_start - 1.0 / 86_400_000.0, scope)
    })
}

fn name(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let Some((span, start, next)) = range(period, arguments, scope) else { return Dual::Null };
    let settings = scope.settings();
    let months = &settings.months;
    let text = match period {
        Period::Year if start.month() > 1 => format!("{}-{}", start.year(), start.year() + 1),
        Period::Year => start.year().to_string(),
        Period::Quarter => {
            let last = next.pred_opt().unwrap_or(start);
            format!("{}-{} {}", months[start.month0() as usize], months[last.month0() as usize], start.year())
        }
        Period::Month => format!("{} {}", months[start.month0() as usize], start.year()),
        Period::Week => {
            // A broken week has the number of the date in it.
            let shift = number_or(arguments, 1, 0.0, scope) as i64;
            let date = span.date(arguments, 0, scope).and_then(|date| span.shifted(date, shift));
            let Some((year, week)) = date.and_then(|date| span.weeks.of(date)) else { return Dual::Null };
            format!("{year}/{week:02}")
        }
        Period::Day => {
            let serial = serial_of(start) + span.day_start;
            let text = format_moment(serial, &settings.date, settings);
            return text.map_or(Dual::Null, |text| Dual::both(serial, text));
        }
    };
    Dual::both(serial_of(start), text)
}

/// Whether the first date is in the period of the second, shifted by the third; with `to_date`, only up to the second
/// date in that period.
fn within(period: Period, arguments: &[Dual], scope: &dyn Scope, to_date: bool) -> Dual {
    let found = || {
        let span = Span::new(period, arguments, 3, scope)?;
        let serial = number(arguments, 0, scope)? - span.day_start;
        let base = span.date(arguments, 1, scope)?;
        let shift = number_or(arguments, 2, 0.0, scope) as i64;
        let (first, _) = span.around(base)?;
        let (start, next) = span.around(span.shifted(first, shift)?)?;
        let end = if to_date { span.shifted(base, shift)?.succ_opt()?.min(next) } else { next };
        Some(serial >= serial_of(start) && serial < serial_of(end))
    };
    found().map_or(Dual::Null, Dual::truth)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("YearStart", 1, 3, |a, scope| start(Period::Year, a, scope)),
    Function::new("QuarterStart", 1, 3, |a, scope| start(Period::Quarter, a, scope)),
    Function::new("MonthStart", 1, 2, |a, scope| start(Period::Month, a, scope)),
    Function::new("WeekStart", 1, 3, |a, scope| start(Period::Week, a, scope)),
    Function::new("DayStart", 1, 3, |a, scope| start(Period::Day, a, scope)),
    Function::new("YearEnd", 1, 3, |a, scope| end(Period::Year, a, scope)),
    Function::new("QuarterEnd", 1, 3, |a, scope| end(Period::Quarter, a, scope)),
    Function::new("MonthEnd", 1, 2, |a, scope| end(Period::Month, a, scope)),
    Function::new("WeekEnd", 1, 3, |a, scope| end(Period::Week, a, scope)),
    Function::new("DayEnd", 1, 3, |a, scope| end(Period::Day, a, scope)),
    Function::new("YearName", 1, 3, |a, scope| name(Period::Year, a, scope)),
    Function::new("QuarterName", 1, 3, |a, scope| name(Period::Quarter, a, scope)),
    Function::new("MonthName", 1, 2, |a, scope| name(Period::Month, a, scope)),
    Function::new("WeekName", 1, 5, |a, scope| name(Period::Week, a, scope)),
    Function::new("DayName", 1, 3, |a, scope| name(Period::Day, a, scope)),
    Function::new("InYear", 3, 4, |a, scope| within(Period::Year, a, scope, false)),
    Function::new("InQuarter", 3, 4, |a, scope| within(Period::Quarter, a, scope, false)),
    Function::new("InMonth", 3, 4, |a, scope| within(Period::Month, a, scope, false)),
    Function::new("InWeek", 3, 4, |a, scope| within(Period::Week, a, scope, false)),
    Function::new("InDay", 3, 4, |a, scope| within(Period::Day, a, scope, false)),
    Function::new("InYearToDate", 3, 4, |a, scope| within(Period::Year, a, scope, true)),
    Function::new("InQuarterToDate", 3, 4, |a, scope| within(Period::Quarter, a, scope, true)),
    Function::new("InMonthToDate", 3, 4, |a, scope| within(Period::Month, a, scope, true)),
    Function::new("InWeekToDate", 3, 4, |a, scope| within(Period::Week, a, scope, true)),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::{shown, value};
    use crate::value::Dual;

    #[test]
    fn starts_and_ends() {
        assert_eq!(shown("MonthStart(MakeDate(2020,2,15))"), "2/1/2020");
        assert_eq!(shown("MonthEnd(MakeDate(2020,2,15))"), "2/29/2020");
        assert_eq!(shown("QuarterStart(MakeDate(2020,2,15), -1)"), "10/1/2019");
        assert_eq!(shown("WeekStart(MakeDate(2020,2,15))"), "2/10/2020");
        assert_eq!(value("Floor(YearEnd(43831)) = MakeDate(2020,12,31)"), Dual::truth(true));
        assert_eq!(shown("YearStart(MakeDate(2013,10,19), 0, 4)"), "4/1/2013");
        assert_eq!(shown("YearStart(MakeDate(2013,2,19), -1, 4)"), "4/1/2011");
        assert_eq!(shown("YearName(MakeDate(2013,10,19), 0, 4)"), "2013-2014");
        assert_eq!(shown("QuarterStart(MakeDate(2013,10,19), 0, 3)"), "9/1/2013");
        assert_eq!(shown("QuarterName(MakeDate(2013,10,29), 0, 3)"), "Sep-Nov 2013");
        assert_eq!(shown("WeekStart(MakeDate(2013,1,12), 0, 6)"), "1/6/2013");
        assert_eq!(shown("WeekEnd(MakeDate(2013,1,12), -1, 6)"), "1/5/2013");
        assert_eq!(shown("DayStart(41299.7)"), "1/25/2013 12:00:00 AM");
        assert_eq!(shown("DayStart(41299.1, 0, 0.125)"), "1/24/2013 3:00:00 AM");
        assert_eq!(shown("DayName(41299.7)"), "1/25/2013");
        assert_eq!(shown("YearStart(MakeDate(2013,10,19), 0, 13)"), "");
        assert_eq!(shown("QuarterName(MakeDate(2020,2,15))"), "Jan-Mar 2020");
        assert_eq!(shown("MonthName(MakeDate(2020,2,15))"), "Feb 2020");
    }

    #[test]
    fn dates_in_periods() {
        assert_eq!(value("InYear(MakeDate(2020,5,5), MakeDate(2020,1,1), 0)"), Dual::truth(true));
        assert_eq!(value("InYear(MakeDate(2019,5,5), MakeDate(2020,1,1), -1)"), Dual::truth(true));
        for (call, wanted) in [
            ("InYearToDate(MakeDate(2012,1,25), MakeDate(2013,2,1), -1)", true),
            ("InYearToDate(MakeDate(2012,2,2), MakeDate(2013,2,1), -1)", false),
            ("InQuarterToDate(MakeDate(2013,1,25), MakeDate(2013,5,24), -1)", true),
            ("InQuarterToDate(MakeDate(2013,2,25), MakeDate(2013,5,24), -1)", false),
            ("InMonthToDate(MakeDate(2013,2,25), MakeDate(2013,3,24), -1)", false),
            ("InWeekToDate(MakeDate(2024,1,5), MakeDate(2024,1,11), -1)", false),
            ("InWeekToDate(MakeDate(2024,1,4), MakeDate(2024,1,11), -1)", true),
            ("InYear(MakeDate(2013,1,25), MakeDate(2012,5,1), 0, 3)", true),
            ("InYear(MakeDate(2013,3,1), MakeDate(2012,5,1), 0, 3)", false),
            ("InQuarter(MakeDate(2013,1,25), MakeDate(2013,2,28), 0, 3)", true),
            ("InQuarter(MakeDate(2013,1,25), MakeDate(2013,3,1), 0, 3)", false),
            ("InWeek(MakeDate(2024,1,7), MakeDate(2024,1,8), 0, 6)", true),
            ("InDay(MakeDate(2024,1,8) + 0.1, MakeDate(2024,1,7) + 0.5, 0, 0.125)", true),
        ] {
            assert_eq!(value(call), Dual::truth(wanted), "{call}");
        }
        assert_eq!(value("InMonthToDate(MakeDate(2020,5,6), MakeDate(2020,5,5), 0)"), Dual::truth(false));
    }
}
