//! Numbers as text: the default format, and patterns such as `#,##0.00`.

use super::radix;
use super::settings::Settings;

/// A number in the default format: at most 14 significant digits.
pub fn plain(number: f64) -> String {
    significant(number, 14)
}

/// A number with at most this many significant digits, in exponent form if it would be longer.
pub fn significant(number: f64, digits: usize) -> String {
    if number.is_nan() {
        return "NaN".into();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.into();
    }
    if number == 0.0 {
        return "0".into();
    }
    let most = digits.max(1) as i64;
    let decimal = Decimal::shortest(number).rounded_to(most);
    let sign = if number < 0.0 { "-" } else { "" };
    if decimal.point <= -4 || decimal.point > most {
        let exponent = decimal.point - 1;
        let (first, rest) = decimal.digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let exponent_sign = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}e{exponent_sign}{:02}", exponent.abs());
    }
    format!("{sign}{}", decimal.plain(0))
}

/// The shortest decimal digits of a number's absolute value: 0.`digits` times 10 to the `point`.
/// The engine rounds these, not the binary value, with halves away from zero.
struct Decimal {
    /// Without trailing zeros; empty for zero.
    digits: String,
    point: i64,
}

impl Decimal {
    fn shortest(number: f64) -> Self {
        let scientific = format!("{:e}", number.abs());
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let digits = mantissa.replace('.', "");
        Self { digits, point: exponent.parse().unwrap_or(0) + 1 }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        self.digits.truncate(self.digits.trim_end_matches('0').len());
        if self.digits.is_empty() {
            self.point = 0;
        }
        self
    }

    /// Keeps this many digits; a negative number leaves zero.
    fn rounded_to(mut self, keep: i64) -> Self {
        let kept = usize::try_from(keep).unwrap_or(0).min(self.digits.len());
        let up = keep >= 0 && self.digits.as_bytes().get(kept).is_some_and(|digit| *digit >= b'5');
        self.digits.truncate(kept);
        if up {
            // Trailing nines become zeros, which are dropped.
            self.digits.truncate(self.digits.trim_end_matches('9').len());
            let last = self.digits.pop().unwrap_or_else(|| {
                self.point += 1;
                '0'
            });
            self.digits.push(char::from(last as u8 + 1));
        }
        self.trimmed()
    }

    /// Without an exponent, with at least this many decimals.
    fn plain(&self, least_decimals: i64) -> String {
        let digit = |place: i64| {
            let digit = usize::try_from(place).ok().and_then(|place| self.digits.as_bytes().get(place));
            digit.map_or('0', |digit| char::from(*digit))
        };
        let mut text: String = if self.point <= 0 { "0".into() } else { (0..self.point).map(digit).collect() };
        let decimals = (self.digits.len() as i64 - self.point).max(least_decimals);
        if decimals > 0 {
            text.push('.');
            text.extend((self.point..self.point + decimals).map(digit));
        }
        text
    }
}

/// Rounds to a number of decimals.
fn rounded(number: f64, decimals: usize) -> String {
    let decimal = Decimal::shortest(number);
    let keep = decimal.point + decimals as i64;
    decimal.rounded_to(keep).plain(decimals as i64)
}

/// Formats a number with a pattern, such as `#,##0.00`, `0%` or `#,##0 kg;-#,##0 kg;none`.
pub fn number_by_pattern(number: f64, pattern: &str, settings: &Settings) -> String {
    let sections: Vec<&str> = pattern.split(';').collect();
    match sections.as_slice() {
        [_, _, zero, ..] if number == 0.0 => section(0.0, zero, settings),
        [_, negative, ..] if number < 0.0 => section(-number, negative, settings),
        [first, ..] => section(number, first, settings),
        [] => plain(number),
    }
}

fn section(number: f64, pattern: &str, settings: &Settings) -> String {
    if let Some(text) = radix::write(number, pattern) {
        return text;
    }
    let decimal = settings.decimal;
    let thousand = settings.thousand;
    let is_place = |c: char| c == '#' || c == '0';
    let Some(start) = pattern.find(is_place) else {
        return pattern.to_owned();
    };
    let end = pattern.rfind(is_place).map_or(start, |at| at + 1);
    let (prefix, body, suffix) = (&pattern[..start], &pattern[start..end], &pattern[end..]);
    let percent = prefix.contains('%') || suffix.contains('%');
    let number = if percent { number * 100.0 } else { number };

    let (whole_pattern, fraction_pattern) = match body.rfind(decimal) {
        Some(at) => (&body[..at], &body[at + decimal.len_utf8()..]),
        None => (body, ""),
    };
    let grouping = whole_pattern
        .chars()
        .find(|c| !is_place(*c))
        .filter(|c| Some(*c) == thousand || matches!(c, ',' | '.' | ' ' | '\'' | '\u{a0}'));
    let least_whole = whole_pattern.chars().filter(|c| *c == '0').count();
    let most_fraction = fraction_pattern.chars().filter(|c| is_place(*c)).count();
    let least_fraction = fraction_pattern.chars().filter(|c| *c == '0').count();

    let text = rounded(number.abs(), most_fraction);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut whole = if whole == "0" && least_whole == 0 && !fraction.is_empty() {
        String::new()
    } else {
        format!("{whole:0>least_whole$}")
    };
    if let Some(separator) = grouping {
        whole = grouped(&whole, separator);
    }
    let mut fraction = fraction.to_owned();
    while fraction.len() > least_fraction && fraction.ends_with('0') {
        fraction.pop();
    }
    let zero = text.chars().all(|c| c == '0' || c == '.');
    let mut result = String::new();
    if number < 0.0 && !zero {
        result.push('-');
    }
    result.push_str(prefix);
    result.push_str(&whole);
    if !fraction.is_empty() {
        result.push(decimal);
        result.push_str(&fraction);
    }
    result.push_str(suffix);
    result
}

fn grouped(digits: &str, separator: char) -> String {
    let mut result = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            result.push(separator);
        }
        result.push(digit);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_format_has_fourteen_digits() {
        assert_eq!(plain(0.6666941819072761), "0.66669418190728");
        assert_eq!(plain(0.032514065969735384), "0.032514065969735");
        assert_eq!(plain(1246.0), "1246");
        assert_eq!(plain(-0.5), "-0.5");
        assert_eq!(plain(0.1 + 0.2), "0.3");
        assert_eq!(plain(1e15), "1e+15");
        assert_eq!(plain(0.00001), "1e-05");
        assert_eq!(plain(99_999_999_999_999.5), "1e+14");
        assert_eq!(plain(0.000_099_999_999_999_999_9), "0.0001");
        assert_eq!(significant(337.06819444443, 8), "337.06819");
    }

    #[test]
    fn the_shortest_digits_are_rounded_and_halves_go_away_from_zero() {
        // As binary values, most of these are below the half.
        assert_eq!(plain(0.424_242_424_242_425), "0.42424242424243");
        assert_eq!(plain(-0.424_242_424_242_425), "-0.42424242424243");
        assert_eq!(plain(0.371_371_371_371_364_5), "0.37137137137136");
        assert_eq!(plain(12.345_678_901_234_5), "12.345678901235");
        assert_eq!(plain(1.000_000_000_000_05), "1.0000000000001");
        assert_eq!(plain(9.999_999_999_999_95), "10");
        assert_eq!(plain(2.5e-9), "2.5e-09");
        assert_eq!(plain(1.234_567_890_123_45e20), "1.2345678901235e+20");
        let settings = Settings::default();
        for (number, pattern, text) in [
            (1.005, "0.00", "1.01"),
            (-1.005, "0.00", "-1.01"),
            (0.285, "0.00", "0.29"),
            (1.45, "0.0", "1.5"),
            (0.5, "0", "1"),
            (0.05, "0", "0"),
            (1e22, "0", "10000000000000000000000"),
            (9.995, "#,##0.00", "10.00"),
        ] {
            assert_eq!(number_by_pattern(number, pattern, &settings), text, "{number} {pattern}");
        }
    }

    /// Recorded pairs of numbers and texts, which are not part of the project.
    #[test]
    #[ignore = "needs ../shared/corpus/numbers.tsv"]
    fn recorded_numbers_are_formatted_like_an_engine_does() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/numbers.tsv");
        let pairs = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut count = 0;
        for line in pairs.lines().filter(|line| !line.is_empty()) {
            let (number, text) = line.split_once('\t').unwrap();
            assert_eq!(plain(number.parse().unwrap()), text, "{number}");
            count += 1;
        }
        assert!(count > 0, "{} has no pairs", file.display());
    }

    #[test]
    fn patterns_place_digits_separators_and_signs() {
        let settings = Settings::default();
        let format = |number, pattern| number_by_pattern(number, pattern, &settings);
        assert_eq!(format(1234567.891, "#,##0.00"), "1,234,567.89");
        assert_eq!(format(-1234.5, "#,##0"), "-1,235");
        assert_eq!(format(3142.71, "$#,##0.00;-$#,##0.00"), "$3,142.71");
        assert_eq!(format(-3142.71, "$#,##0.00;-$#,##0.00"), "-$3,142.71");
        assert_eq!(format(0.17286787, "0.0%"), "17.3%");
        assert_eq!(format(7.0, "000"), "007");
        assert_eq!(format(0.5, "#.##"), ".5");
        assert_eq!(format(0.5, "0.####"), "0.5");
        assert_eq!(format(255.0, "(hex)"), "ff");
        assert_eq!(format(-0.001, "0.0"), "0.0");
        assert_eq!(format(2.675, "0.00"), "2.68");
    }
}
