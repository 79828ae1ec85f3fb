//! Functions of dates and times: extracting parts, and creating dates from parts.

use chrono::{Datelike, Months, NaiveDate};

use super::week::Weeks;
use super::{Function, maybe, number, number_or};
use crate::expression::Scope;
use crate::value::{Dual, Moment, format_moment, moment_of, serial_of, serial_of_time};

pub(super) fn moment(arguments: &[Dual], at: usize, scope: &dyn Scope) -> Option<Moment> {
    number(arguments, at, scope).and_then(moment_of)
}

fn part(arguments: &[Dual], scope: &dyn Scope, take: impl Fn(Moment) -> f64) -> Dual {
    maybe(moment(arguments, 0, scope).map(take))
}

/// A date in the date format.
pub(super) fn shown_date(date: NaiveDate, scope: &dyn Scope) -> Dual {
    let serial = serial_of(date);
    let settings = scope.settings();
    format_moment(serial, &settings.date, settings).map_or(Dual::Null, |text| Dual::both(serial, text))
}

fn month(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    moment(arguments, 0, scope).map_or(Dual::Null, |moment| {
        let name = scope.settings().months[moment.date.month0() as usize].as_str();
        Dual::both(f64::from(moment.date.month()), name)
    })
}

fn week_day(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    moment(arguments, 0, scope).map_or(Dual::Null, |moment| {
        let day = i64::from(moment.date.weekday().num_days_from_monday());
        let first = number_or(arguments, 1, scope.settings().first_week_day as f64, scope) as i64;
        let name = scope.settings().days[day as usize].as_str();
        Dual::both((day - first).rem_euclid(7) as f64, name)
    })
}

fn make_date(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let month = number_or(arguments, 1, 1.0, scope);
    let day = number_or(arguments, 2, 1.0, scope);
    let date = number(arguments, 0, scope)
        .filter(|_| month >= 1.0 && day >= 1.0)
        .and_then(|year| NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32));
    date.map_or(Dual::Null, |date| shown_date(date, scope))
}

fn make_time(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let hour = number_or(arguments, 0, f64::NAN, scope);
    let minute = number_or(arguments, 1, 0.0, scope);
    let second = number_or(arguments, 2, 0.0, scope);
    if !(0.0..24.0).contains(&hour) || !(0.0..60.0).contains(&minute) || !(0.0..60.0).contains(&second) {
        return Dual::Null;
    }
    let serial = serial_of_time(hour, minute, second);
    let settings = scope.settings();
    format_moment(serial, &settings.time, settings).map_or(Dual::Null, |text| Dual::both(serial, text))
}

fn make_week_date(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let week = number_or(arguments, 1, 1.0, scope);
    let day = number_or(arguments, 2, 0.0, scope);
    let weeks = Weeks::new(arguments, 3, scope);
    let date = number(arguments, 0, scope).and_then(|year| weeks.date(year as i32, week as i64, day as i64));
    date.map_or(Dual::Null, |date| shown_date(date, scope))
}

/// The day this many months later, or the last day of its month.
pub(super) fn later(date: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { date.checked_sub_months(count) } else { date.checked_add_months(count) }
}

/// The number of a week and the year that it belongs to.
fn week(arguments: &[Dual], scope: &dyn Scope) -> Option<(i32, i64)> {
    Weeks::new(arguments, 1, scope).of(moment(arguments, 0, scope)?.date)
}

/// The day of a year of 366 days that begins with a month.
fn day_of_year(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let day = |month: u32, day: u32| NaiveDate::from_ymd_opt(2020, month, day).map(|date| i64::from(date.ordinal()));
    let month = number_or(arguments, 1, 1.0, scope) as u32;
    let days = moment(arguments, 0, scope)
        .and_then(|moment| Some(day(moment.date.month(), moment.date.day())? - day(month, 1)?));
    maybe(days.map(|days| (days.rem_euclid(366) + 1) as f64))
}

/// How many days are left after this one in its month.
fn days_left(date: NaiveDate) -> i64 {
    let last = later(date.with_day(1).unwrap_or(date), 1).and_then(|next| next.pred_opt());
    last.map_or(0, |last| (last - date).num_days())
}

fn add_months(arguments: &[Dual], scope: &dyn Scope, factor: i64) -> Dual {
    let (Some(serial), Some(months)) = (number(arguments, 0, scope), number(arguments, 1, scope)) else {
        return Dual::Null;
    };
    let Some(moment) = moment_of(serial) else { return Dual::Null };
    let Some(mut date) = later(moment.date, months as i64 * factor) else { return Dual::Null };
    // Mode 1 keeps the distance from the end of the month, on the 28th and later.
    if number_or(arguments, 2, 0.0, scope) == 1.0 && moment.date.day() >= 28 {
        let days = days_left(date) - days_left(moment.date);
        date = chrono::TimeDelta::try_days(days).and_then(|days| date.checked_add_signed(days)).unwrap_or(date);
    }
    let time = serial - serial.floor();
    if time == 0.0 {
        return shown_date(date, scope);
    }
    let serial = serial_of(date) + time;
    let settings = scope.settings();
    format_moment(serial, &settings.timestamp, settings).map_or(Dual::Null, |text| Dual::both(serial, text))
}

fn age(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    match (moment(arguments, 0, scope), moment(arguments, 1, scope)) {
        (Some(at), Some(born)) => {
            let had = (at.date.month(), at.date.day()) >= (born.date.month(), born.date.day());
            Dual::Number(f64::from(at.date.year() - born.date.year() - i32::from(!had)))
        }
        _ => Dual::Null,
    }
}

/// Working days from one day to another, both included, minus the given holidays.
fn network_days(arguments: &[Dual], scope: &dyn Scope) -> Dual {
    let (Some(from), Some(to)) = (number(arguments, 0, scope), number(arguments, 1, scope)) else {
        return Dual::Null;
    };
    if to - from > 1_000_000.0 {
        return Dual::Null;
    }
    let holidays: Vec<f64> =
        (2..arguments.len()).filter_map(|at| number(arguments, at, scope)).map(f64::floor).collect();
    let count = (from.floor() as i64..=to.floor() as i64)
        .map(|day| day as f64)
        .filter(|day| moment_of(*day).is_some_and(|moment| moment.date.weekday().num_days_from_monday() < 5))
        .filter(|day| !holidays.contains(day))
        .count();
    Dual::Number(count as f64)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("Year", 1, 1, |a, scope| part(a, scope, |m| f64::from(m.date.year()))),
    Function::new("Month", 1, 1, month),
    Function::new("Day", 1, 1, |a, scope| part(a, scope, |m| f64::from(m.date.day()))),
    Function::new("Hour", 1, 1, |a, scope| part(a, scope, |m| f64::from(m.hour))),
    Function::new("Minute", 1, 1, |a, scope| part(a, scope, |m| f64::from(m.minute))),
    Function::new("Second", 1, 1, |a, scope| part(a, scope, |m| f64::from(m.second))),
    Function::new("Week", 1, 4, |a, scope| maybe(week(a, scope).map(|(_, week)| week as f64))),
    Function::new("WeekYear", 1, 4, |a, scope| maybe(week(a, scope).map(|(year, _)| f64::from(year)))),
    Function::new("WeekDay", 1, 2, week_day),
    Function::new("DayNumberOfYear", 1, 2, day_of_year),
    Function::new("MakeDate", 1, 3, make_date),
    Function::new("MakeTime", 1, 3, make_time),
    Function::new("MakeWeekDate", 1, 5, make_week_date),
    Function::new("AddMonths", 2, 3, |a, scope| add_months(a, scope, 1)),
    Function::new("AddYears", 2, 2, |a, scope| add_months(a, scope, 12)),
    Function::new("Age", 2, 2, age),
    Function::new("NetWorkDays", 2, super::ANY, network_days),
];

#[cfg(test)]
mod tests {
    use crate::expression::evaluate_tests::{shown, value};
    use crate::value::Dual;

    #[test]
    fn parts_of_dates() {
        assert_eq!(
            value("Year('2/29/2020') & '-' & Num(Month('2/29/2020')) & '-' & Day('2/29/2020')"),
            Dual::text("2020-2-29")
        );
        assert_eq!(value("Month(43831)"), Dual::both(1.0, "Jan"));
        assert_eq!(shown("WeekDay(43831)"), "Wed");
        assert_eq!(value("Hour(0.75) + Minute(0.75)"), Dual::Number(18.0));
        assert_eq!(value("Week(43831)"), Dual::Number(1.0));
        assert_eq!(value("Year('x')"), Dual::Null);
    }

    #[test]
    fn dates_of_parts() {
        assert_eq!(value("MakeDate(2020, 2, 30)"), Dual::Null);
        assert_eq!(shown("MakeDate(2020, 2)"), "2/1/2020");
        assert_eq!(shown("AddMonths(MakeDate(2020, 1, 31), 1)"), "2/29/2020");
        assert_eq!(shown("AddYears(MakeDate(2020, 2, 29), -1)"), "2/28/2019");
        for (call, wanted) in [
            ("(MakeDate(2003, 1, 29), 3, 1)", "4/28/2003"),
            ("(MakeDate(2003, 1, 29), 1, 1)", "2/26/2003"),
            ("(MakeDate(2003, 2, 28), 1, 1)", "3/31/2003"),
            ("(MakeDate(2003, 2, 28), 1, 0)", "3/28/2003"),
            ("(MakeDate(2003, 2, 27), 1, 1)", "3/27/2003"),
        ] {
            assert_eq!(shown(&format!("AddMonths{call}")), wanted, "{call}");
        }
        assert_eq!(value("DayNumberOfYear(MakeDate(2014, 12, 9))"), Dual::Number(344.0));
        assert_eq!(value("DayNumberOfYear(MakeDate(2014, 12, 9), 3)"), Dual::Number(284.0));
        assert_eq!(value("DayNumberOfYear(MakeDate(2014, 2, 28), 3)"), Dual::Number(365.0));
        assert_eq!(value("Num(MakeTime(12))"), Dual::Number(0.5));
        assert_eq!(value("Age(MakeDate(2020,5,1), MakeDate(2000,5,2))"), Dual::Number(19.0));
        assert_eq!(value("NetWorkDays(43831, 43837)"), Dual::Number(5.0));
    }
}
