//! How values are parsed and formatted: the settings of `SET DateFormat=…` and the like.

use std::collections::BTreeMap;

/// Formats and names of days and months.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Decimal separator.
    pub decimal: char,
    /// Thousands separator, if any.
    pub thousand: Option<char>,
    /// Format of dates.
    pub date: String,
    /// Format of times.
    pub time: String,
    /// Format of dates with times.
    pub timestamp: String,
    /// Format of amounts of money.
    pub money: String,
    /// Short names of months.
    pub months: Vec<String>,
    /// Long names of months.
    pub long_months: Vec<String>,
    /// Short names of days, Monday first.
    pub days: Vec<String>,
    /// Long names of days, Monday first.
    pub long_days: Vec<String>,
    /// First day of the week, Monday is 0.
    pub first_week_day: i64,
    /// Whether week 1 begins on January 1 (`BrokenWeeks`).
    pub broken_weeks: bool,
    /// The day of January that is always in week 1 (`ReferenceDay`).
    pub reference_day: i64,
    /// The first month of a year (`FirstMonthOfYear`).
    pub first_month: i64,
}

fn names(text: &str) -> Vec<String> {
    text.split(';').map(str::to_owned).collect()
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            decimal: '.',
            thousand: None,
            date: "M/D/YYYY".into(),
            time: "h:mm:ss TT".into(),
            timestamp: "M/D/YYYY h:mm:ss[.fff] TT".into(),
            money: "$#,##0.00;-$#,##0.00".into(),
            months: names("Jan;Feb;Mar;Apr;May;Jun;Jul;Aug;Sep;Oct;Nov;Dec"),
            long_months: names("January;February;March;April;May;June;July;August;September;October;November;December"),
            days: names("Mon;Tue;Wed;Thu;Fri;Sat;Sun"),
            long_days: names("Monday;Tuesday;Wednesday;Thursday;Friday;Saturday;Sunday"),
            first_week_day: 0,
            broken_weeks: false,
            reference_day: 4,
            first_month: 1,
        }
    }
}

impl Settings {
    /// The settings from variables with reserved names.
    pub fn from_variables(variables: &BTreeMap<String, String>) -> Self {
        let mut settings = Self::default();
        let get = |name: &str| variables.get(name).map(String::as_str);
        if let Some(decimal) = get("DecimalSep").and_then(|text| text.chars().next()) {
            settings.decimal = decimal;
        }
        if let Some(text) = get("ThousandSep") {
            settings.thousand = text.chars().next();
        }
        for (name, target) in [
            ("DateFormat", &mut settings.date),
            ("TimeFormat", &mut settings.time),
            ("TimestampFormat", &mut settings.timestamp),
            ("MoneyFormat", &mut settings.money),
        ] {
            if let Some(text) = get(name).filter(|text| !text.is_empty()) {
                *target = text.to_owned();
            }
        }
        for (name, target, count) in [
            ("MonthNames", &mut settings.months, 12),
            ("LongMonthNames", &mut settings.long_months, 12),
            ("DayNames", &mut settings.days, 7),
            ("LongDayNames", &mut settings.long_days, 7),
        ] {
            if let Some(list) = get(name).map(names).filter(|list| list.len() == count) {
                *target = list;
            }
        }
        for (name, target) in [
            ("FirstWeekDay", &mut settings.first_week_day),
            ("ReferenceDay", &mut settings.reference_day),
            ("FirstMonthOfYear", &mut settings.first_month),
        ] {
            if let Some(number) = get(name).and_then(|text| text.trim().parse().ok()) {
                *target = number;
            }
        }
        settings.broken_weeks = get("BrokenWeeks").is_some_and(|text| text.trim() == "1");
        settings
    }
}
