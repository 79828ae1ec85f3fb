//! Patterns of dates and times, such as `YYYY-MM-DD hh:mm:ss[.fff]`.

use chrono::{Datelike, NaiveDate};

use super::calendar::{moment_of, serial_of, serial_of_time};
use super::settings::Settings;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Year(usize),
    Month(usize),
    Day(usize),
    WeekDay(usize),
    Hour(usize),
    Minute(usize),
    Second(usize),
    Fraction(usize),
    HalfDay { upper: bool },
    Literal(char),
    Optional,
    OptionalEnd,
}

fn tokens(pattern: &str) -> Vec<Token> {
    let chars: Vec<char> = pattern.chars().collect();
    let mut result = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        let count = chars[at..].iter().take_while(|other| **other == c).count();
        let (token, taken) = match c {
            'Y' | 'y' => (Token::Year(count), count),
            'M' => (Token::Month(count), count),
            'D' | 'd' => (Token::Day(count), count),
            'W' | 'w' => (Token::WeekDay(count), count),
            'h' | 'H' => (Token::Hour(count), count),
            'm' => (Token::Minute(count), count),
            's' | 'S' => (Token::Second(count), count),
            'f' => (Token::Fraction(count), count),
            'T' if count == 2 => (Token::HalfDay { upper: true }, 2),
            't' if count == 2 => (Token::HalfDay { upper: false }, 2),
            '[' => (Token::Optional, 1),
            ']' => (Token::OptionalEnd, 1),
            c => (Token::Literal(c), 1),
        };
        result.push(token);
        at += taken;
    }
    result
}

/// Formats a serial number with a pattern; `None` if there is no such day.
pub fn format_moment(serial: f64, pattern: &str, settings: &Settings) -> Option<String> {
    let moment = moment_of(serial)?;
    let tokens = tokens(pattern);
    let half_days = tokens.iter().any(|token| matches!(token, Token::HalfDay { .. }));
    let hour = match (half_days, moment.hour % 12) {
        (false, _) => moment.hour,
        (true, 0) => 12,
        (true, hour) => hour,
    };
    let mut text = String::new();
    let mut skipping = false;
    for token in tokens {
        match token {
            Token::Optional => skipping = moment.millisecond == 0,
            Token::OptionalEnd => skipping = false,
            _ if skipping => {}
            Token::Year(count) if count <= 2 => {
                text.push_str(&format!("{:02}", moment.date.year().rem_euclid(100)));
            }
            Token::Year(count) => text.push_str(&format!("{:0count$}", moment.date.year())),
            Token::Month(count @ (1 | 2)) => {
                text.push_str(&format!("{:0count$}", moment.date.month()));
            }
            Token::Month(3) => text.push_str(&settings.months[moment.date.month0() as usize]),
            Token::Month(_) => text.push_str(&settings.long_months[moment.date.month0() as usize]),
            Token::Day(count) => text.push_str(&format!("{:0count$}", moment.date.day())),
            Token::WeekDay(count) => {
                let day = moment.date.weekday().num_days_from_monday() as usize;
                match count {
                    1 | 2 => text.push_str(&format!("{day:0count$}")),
                    3 => text.push_str(&settings.days[day]),
                    _ => text.push_str(&settings.long_days[day]),
                }
            }
            Token::Hour(count) => text.push_str(&format!("{hour:0count$}")),
            Token::Minute(count) => text.push_str(&format!("{:0count$}", moment.minute)),
            Token::Second(count) => text.push_str(&format!("{:0count$}", moment.second)),
            Token::Fraction(count) => {
                let digits = format!("{:03}000000", moment.millisecond);
                text.push_str(&digits[..count.min(9)]);
            }
            Token::HalfDay { upper } => {
                let half = if moment.hour < 12 { "AM" } else { "PM" };
                if upper {
                    text.push_str(half);
                } else {
                    text.push_str(&half.to_lowercase());
                }
            }
            Token::Literal(c) => text.push(c),
        }
    }
    Some(text)
}

/// Formats a duration with a pattern: hours exceed 24 unless the pattern has days.
pub fn format_interval(days: f64, pattern: &str) -> String {
    let tokens = tokens(pattern);
    let mut rest = (days.abs() * 86_400_000.0).round() as u64;
    let mut text = String::new();
    if days < 0.0 {
        text.push('-');
    }
    let has = |wanted: fn(&Token) -> bool| tokens.iter().any(wanted);
    let mut take = |unit: u64, wanted: bool| {
        let count = if wanted { rest / unit } else { 0 };
        rest -= count * unit;
        count
    };
    let day = take(86_400_000, has(|token| matches!(token, Token::Day(_))));
    let hour = take(3_600_000, has(|token| matches!(token, Token::Hour(_))));
    let minute = take(60_000, has(|token| matches!(token, Token::Minute(_))));
    let second = take(1000, has(|token| matches!(token, Token::Second(_))));
    let mut skipping = false;
    for token in tokens {
        match token {
            Token::Optional => skipping = rest == 0,
            Token::OptionalEnd => skipping = false,
            _ if skipping => {}
            Token::Day(count) => text.push_str(&format!("{day:0count$}")),
            Token::Hour(count) => text.push_str(&format!("{hour:0count$}")),
            Token::Minute(count) => text.push_str(&format!("{minute:0count$}")),
            Token::Second(count) => text.push_str(&format!("{second:0count$}")),
            Token::Fraction(count) => text.push_str(&format!("{rest:03}")[..count.min(3)]),
            Token::Literal(c) => text.push(c),
            _ => {}
        }
    }
    text
}

/// Parses a text with a pattern to a serial number; `None` if the text does not match.
pub fn parse_moment(text: &str, pattern: &str, settings: &Settings) -> Option<f64> {
    let mut reader = Reader { rest: text.trim(), settings, parts: Parts::default() };
    let tokens = tokens(pattern);
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at] == Token::Optional {
            let end = tokens[at..].iter().position(|token| *token == Token::OptionalEnd)? + at;
            let (rest, parts) = (reader.rest, reader.parts);
            if !tokens[at + 1..end].iter().all(|token| reader.take(*token).is_some()) {
                reader.rest = rest;
                reader.parts = parts;
            }
            at = end + 1;
            continue;
        }
        reader.take(tokens[at])?;
        at += 1;
    }
    if !reader.rest.is_empty() {
        return None;
    }
    reader.parts.serial()
}

#[derive(Clone, Copy, Default)]
struct Parts {
    year: Option<i32>,
    month: Option<u32>,
    day: Option<u32>,
    hour: Option<f64>,
    minute: f64,
    second: f64,
    afternoon: Option<bool>,
}

impl Parts {
    fn serial(self) -> Option<f64> {
        let mut hour = self.hour.unwrap_or(0.0);
        if let Some(afternoon) = self.afternoon {
            if !(1.0..=12.0).contains(&hour) {
                return None;
            }
            hour = hour % 12.0 + if afternoon { 12.0 } else { 0.0 };
        }
        if hour >= 24.0 || self.minute >= 60.0 || self.second >= 60.0 {
            return None;
        }
        let time = serial_of_time(hour, self.minute, self.second);
        if self.year.is_none() && self.month.is_none() && self.day.is_none() {
            return self.hour.map(|_| time);
        }
        let date = NaiveDate::from_ymd_opt(self.year.unwrap_or(1900), self.month.unwrap_or(1), self.day.unwrap_or(1))?;
        Some(serial_of(date) + time)
    }
}

struct Reader<'a> {
    rest: &'a str,
    settings: &'a Settings,
    parts: Parts,
}

impl Reader<'_> {
    fn digits(&mut self, most: usize) -> Option<u32> {
        let count = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let number = digits.parse().ok()?;
        self.rest = rest;
        Some(number)
    }

    fn name(&mut self, names: &[String]) -> Option<usize> {
        let found = names
            .iter()
            .enumerate()
            .filter(|(_, name)| self.rest.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name)))
            .max_by_key(|(_, name)| name.len())?;
        self.rest = &self.rest[found.1.len()..];
        Some(found.0)
    }

    fn take(&mut self, token: Token) -> Option<()> {
        match token {
            Token::Year(count) if count <= 2 => {
                let year = self.digits(2)? as i32;
                self.parts.year = Some(if year < 50 { 2000 + year } else { 1900 + year });
            }
            Token::Year(_) => {
                let before = self.rest.len();
                let year = self.digits(4)?;
                if before - self.rest.len() != 4 {
                    return None;
                }
                self.parts.year = Some(year as i32);
            }
            Token::Month(1 | 2) => self.parts.month = Some(self.digits(2)?),
            Token::Month(3) => {
                let settings = self.settings;
                self.parts.month = Some(self.name(&settings.months)? as u32 + 1);
            }
            Token::Month(_) => {
                let settings = self.settings;
                self.parts.month = Some(self.name(&settings.long_months)? as u32 + 1);
            }
            Token::Day(_) => self.parts.day = Some(self.digits(2)?),
            Token::WeekDay(count) => {
                let settings = self.settings;
                match count {
                    1 | 2 => drop(self.digits(2)?),
                    3 => drop(self.name(&settings.days)?),
                    _ => drop(self.name(&settings.long_days)?),
                }
            }
            Token::Hour(_) => self.parts.hour = Some(f64::from(self.digits(2)?)),
            Token::Minute(_) => self.parts.minute = f64::from(self.digits(2)?),
            Token::Second(_) => self.parts.second = f64::from(self.digits(2)?),
            Token::Fraction(_) => {
                let before = self.rest.len();
                let digits = self.digits(9)?;
                let count = (before - self.rest.len()) as i32;
                self.parts.second += f64::from(digits) / 10f64.powi(count);
            }
            Token::HalfDay { .. } => {
                let head = self.rest.get(..2)?;
                self.parts.afternoon = Some(match head.to_ascii_uppercase().as_str() {
                    "AM" => false,
                    "PM" => true,
                    _ => return None,
                });
                self.rest = &self.rest[2..];
            }
            Token::Literal(c) => self.rest = self.rest.strip_prefix(c)?,
            Token::Optional | Token::OptionalEnd => {}
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_and_times_are_formatted_with_patterns() {
        let settings = Settings::default();
        let show = |serial, pattern| format_moment(serial, pattern, &settings).unwrap();
        assert_eq!(show(43831.0, "YYYY-MM-DD"), "2020-01-01");
        assert_eq!(show(43831.0, "D MMM YY, WWWW"), "1 Jan 20, Wednesday");
        assert_eq!(show(43831.75, "M/D/YYYY h:mm:ss[.fff] TT"), "1/1/2020 6:00:00 PM");
        assert_eq!(show(43831.0, "h:mm tt"), "12:00 am");
        assert_eq!(format_moment(1e9, "YYYY", &settings), None);
    }

    #[test]
    fn intervals_can_exceed_a_day() {
        assert_eq!(format_interval(1.5, "hh:mm"), "36:00");
        assert_eq!(format_interval(1.5, "D hh:mm"), "1 12:00");
        assert_eq!(format_interval(-0.25, "h:mm:ss"), "-6:00:00");
    }

    #[test]
    fn texts_that_do_not_match_are_not_dates() {
        let settings = Settings::default();
        assert_eq!(parse_moment("31/31/2020", "M/D/YYYY", &settings), None);
        assert_eq!(parse_moment("2020-01-01x", "YYYY-MM-DD", &settings), None);
        assert_eq!(parse_moment("13:00 PM", "h:mm TT", &settings), None);
        assert_eq!(parse_moment("6:00 PM", "h:mm TT", &settings), Some(0.75));
    }

    proptest! {
        #[test]
        fn a_date_reads_back_in_every_pattern(day in 1i32..80_000) {
            let settings = Settings::default();
            let serial = f64::from(day);
            for pattern in ["YYYY-MM-DD", "M/D/YYYY", "DD MMM YYYY", "YYYYMMDD", "MMMM D, YYYY"] {
                let text = format_moment(serial, pattern, &settings).unwrap();
                prop_assert_eq!(parse_moment(&text, pattern, &settings), Some(serial));
            }
        }

        #[test]
        fn no_input_panics_the_reader(text in "\\PC{0,20}", pattern in "\\PC{0,20}") {
            let _ = parse_moment(&text, &pattern, &Settings::default());
            let _ = format_moment(43831.5, &pattern, &Settings::default());
        }
    }
}
