//! Interprets texts of files and scripts: texts that look like numbers or dates become dual values.

use super::pattern::parse_moment;
use super::settings::Settings;
use super::{Dual, plain};

/// The number in a text, with the given separators; `None` for other texts.
pub fn parse_number(text: &str, decimal: char, thousand: Option<char>) -> Option<f64> {
    let text = text.trim();
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut digits = String::with_capacity(text.len());
    let (mut seen_decimal, mut seen_exponent) = (false, false);
    let mut group: Option<usize> = None;
    for c in text.chars() {
        match c {
            '0'..='9' => {
                digits.push(c);
                if !seen_decimal && !seen_exponent {
                    group = group.map(|count| count + 1);
                }
            }
            '+' | '-' if digits.is_empty() || digits.ends_with(['e', 'E']) => digits.push(c),
            'e' | 'E' if !seen_exponent && digits.ends_with(|c: char| c.is_ascii_digit()) => {
                seen_exponent = true;
                digits.push(c);
            }
            c if c == decimal && !seen_decimal && !seen_exponent => {
                if group.is_some_and(|count| count != 3) {
                    return None;
                }
                seen_decimal = true;
                digits.push('.');
            }
            c if Some(c) == thousand && !seen_decimal && !seen_exponent && !digits.is_empty() => {
                if group.is_some_and(|count| count != 3) {
                    return None;
                }
                group = Some(0);
            }
            _ => return None,
        }
    }
    if !seen_decimal && group.is_some_and(|count| count != 3) {
        return None;
    }
    digits.parse().ok()
}

/// A text as a loaded value: a number, a date, a time, or a text. Empty texts stay texts.
pub fn interpret(text: &str, settings: &Settings) -> Dual {
    let looks_numeric = text.bytes().any(|byte| byte.is_ascii_digit());
    if !looks_numeric || text.len() > 64 {
        return Dual::text(text);
    }
    if let Some(number) = parse_number(text, settings.decimal, settings.thousand) {
        return keep_text(number, text);
    }
    for pattern in [&settings.timestamp, &settings.date, &settings.time] {
        if let Some(serial) = parse_moment(text, pattern, settings) {
            return Dual::both(serial, text);
        }
    }
    for pattern in ["YYYY-MM-DD", "YYYY-MM-DD hh:mm:ss[.fff]"] {
        if let Some(serial) = parse_moment(text, pattern, settings) {
            return Dual::both(serial, text);
        }
    }
    Dual::text(text)
}

/// A number that keeps its text, unless the default format produces the same text.
fn keep_text(number: f64, text: &str) -> Dual {
    if plain(number) == text { Dual::Number(number) } else { Dual::both(number, text) }
}

/// Patterns of dates, those of the script first.
fn date_patterns(settings: &Settings) -> impl Iterator<Item = &str> {
    const COMMON: [&str; 14] = [
        "YYYY-MM-DD",
        "YYYY-MM-DD hh:mm:ss[.fff]",
        "YYYY-MM-DD hh:mm",
        "M/D/YYYY",
        "M/D/YYYY h:mm:ss[.fff] TT",
        "DD.MM.YYYY",
        "DD/MM/YYYY",
        "DD.MM.YYYY hh:mm:ss[.fff]",
        "YYYY/MM/DD",
        "DD-MM-YYYY",
        "D MMM YYYY",
        "MMM YYYY",
        "YYYY-MM",
        "MMM-YYYY",
    ];
    [settings.date.as_str(), settings.timestamp.as_str()].into_iter().chain(COMMON)
}

/// Whether a pattern formats a number as a text.
fn spells(number: f64, text: &str, pattern: &str, settings: &Settings) -> bool {
    parse_moment(text, pattern, settings).is_some_and(|serial| (serial - number).abs() < 1e-6)
}

/// The pattern that fits all of some dates or times.
pub fn common_pattern<'s>(moments: &[(f64, &str)], settings: &'s Settings) -> Option<&'s str> {
    let fits = |pattern: &&str| moments.iter().all(|(number, text)| spells(*number, text, pattern, settings));
    date_patterns(settings).chain([settings.time.as_str()]).find(fits).filter(|_| !moments.is_empty())
}

/// The pattern that formats a number as a text, if there is one.
pub fn date_pattern<'s>(number: f64, text: &str, settings: &'s Settings) -> Option<&'s str> {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) || text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    date_patterns(settings).find(|pattern| spells(number, text, pattern, settings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_dates_and_texts() {
        let settings = Settings::default();
        assert_eq!(interpret("12", &settings), Dual::Number(12.0));
        assert_eq!(interpret("007", &settings), Dual::both(7.0, "007"));
        let thousands = Settings { thousand: Some(','), ..Settings::default() };
        assert_eq!(interpret("1,234.5", &thousands), Dual::both(1234.5, "1,234.5"));
        assert_eq!(interpret("1,2", &settings), Dual::text("1,2"));
        assert_eq!(interpret("a1", &settings), Dual::text("a1"));
        assert_eq!(interpret("1/2/2020", &settings), Dual::both(43832.0, "1/2/2020"));
        assert_eq!(interpret("2020-01-01", &settings), Dual::both(43831.0, "2020-01-01"));
        assert_eq!(interpret("", &settings), Dual::text(""));
    }

    proptest! {
        #[test]
        fn numbers_in_the_default_format_are_read_back(number in -1e9f64..1e9) {
            let text = plain(number);
            let back = parse_number(&text, '.', None).unwrap();
            prop_assert!((back - number).abs() <= number.abs() * 1e-13);
        }

        #[test]
        fn no_text_panics_the_interpretation(text in "\\PC*") {
            let value = interpret(&text, &Settings::default());
            prop_assert_eq!(value.as_text(), text.as_str());
        }
    }
}
