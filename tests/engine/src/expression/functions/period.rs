//! Functions of periods: the year, quarter, month, week or day of a date.

use chrono::{Datelike, Days, NaiveDate};

use super::calendar::{later, moment, shown_date};
use super::{Function, number, number_or};
use crate::expression::Scope;
use crate::value::{Dual, Settings, format_moment, serial_of};

#[derive(Clone, Copy)]
enum Period {
    Year,
    Quarter,
    Month,
    Week,
    Day,
}

impl Period {
    /// First day of the period of a date, shifted by a number of periods, and first day of the next one.
    fn around(self, date: NaiveDate, shift: i64, settings: &Settings) -> Option<(NaiveDate, NaiveDate)> {
        let months = match self {
            Self::Year => 12,
            Self::Quarter => 3,
            Self::Month => 1,
            Self::Week | Self::Day => {
                let length: i64 = if matches!(self, Self::Week) { 7 } else { 1 };
                let day = i64::from(date.weekday().num_days_from_monday());
                let back = if length == 7 { (day - settings.first_week_day).rem_euclid(7) } else { 0 };
                let days = chrono::TimeDelta::try_days(shift.checked_mul(length)?.checked_sub(back)?)?;
                let start = date.checked_add_signed(days)?;
                return Some((start, start.checked_add_days(Days::new(length as u64))?));
            }
        };
        let month = i64::from(date.month0()) / months * months;
        let first = NaiveDate::from_ymd_opt(date.year(), month as u32 + 1, 1)?;
        let start = later(first, shift.checked_mul(months)?)?;
        Some((start, later(start, months)?))
    }
}

fn range(period: Period, arguments: &[Dual], scope: &dyn Scope, shift_at: usize) -> Option<(NaiveDate, NaiveDate)> {
    let date = moment(arguments, 0, scope)?.date;
    let shift = number_or(arguments, shift_at, 0.0, scope) as i64;
    period.around(date, shift, scope.settings())
}

fn start(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Dual {
    range(period, arguments, scope, 1).map_or(Dual::Null, |(start, _)| shown_date(start, scope))
}

/// The last millisecond of the period, displayed as its day.
fn end(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let Some((_, next)) = range(period, arguments, scope, 1) else { return Dual::Null };
    let serial = serial_of(next) - 1.0 / 86_400_000.0;
    let settings = scope.settings();
    format_moment(serial, &settings.date, settings).map_or(Dual::Null, |text| Dual::both(serial, text))
}

fn name(period: Period, arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let Some((start, next)) = range(period, arguments, scope, 1) else { return Dual::Null };
    let settings = scope.settings();
    let months = &settings.months;
    let text = match period {
        Period::Year => start.year().to_string(),
        Period::Quarter => {
            let last = next.pred_opt().unwrap_or(start);
            format!("{}-{} {}", months[start.month0() as usize], months[last.month0() as usize], start.year())
        }
        Period::Month => format!("{} {}", months[start.month0() as usize], start.year()),
        Period::Week => {
            let middle = start.checked_add_days(Days::new(3)).unwrap_or(start).iso_week();
            format!("{}/{:02}", middle.year(), middle.week())
        }
        Period::Day => return shown_date(start, scope),
    };
    Dual::both(serial_of(start), text)
}

/// Whether the first date is in the period of the second; with `to_date`, only up to the second date.
fn within(period: Period, arguments: &[Dual], scope: &dyn Scope, to_date: bool) -> Dual {
    let Some(serial) = number(arguments, 0, scope) else { return Dual::Null };
    let Some((start, next)) = range(period, &arguments[1..], scope, 1) else { return Dual::Null };
    let end = if to_date {
        let base = number_or(arguments, 1, 0.0, scope).floor() + 1.0;
        base.min(serial_of(next))
    } else {
        serial_of(next)
    };
    Dual::truth(serial >= serial_of(start) && serial < end)
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
        assert_eq!(shown("QuarterName(MakeDate(2020,2,15))"), "Jan-Mar 2020");
        assert_eq!(shown("MonthName(MakeDate(2020,2,15))"), "Feb 2020");
    }

    #[test]
    fn dates_in_periods() {
        assert_eq!(value("InYear(MakeDate(2020,5,5), MakeDate(2020,1,1), 0)"), Dual::truth(true));
        assert_eq!(value("InYear(MakeDate(2019,5,5), MakeDate(2020,1,1), -1)"), Dual::truth(true));
        assert_eq!(value("InMonthToDate(MakeDate(2020,5,6), MakeDate(2020,5,5), 0)"), Dual::truth(false));
    }
}
