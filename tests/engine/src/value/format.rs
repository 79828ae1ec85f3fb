//! Numbers as text: the default format, and patterns such as `#,##0.00`.

use super::settings::Settings;

/// A number in the default format: at most 14 significant digits.
pub fn plain(number: f64) -> String {
    significant(number, 14)
}

/// A number with at most so many significant digits, with an exponent where it would be longer.
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
    let digits = digits.max(1);
    let scientific = format!("{:.*e}", digits - 1, number);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trim(mantissa), exponent.abs());
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    trim(&format!("{number:.decimals$}")).to_owned()
}

fn trim(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Rounds half away from zero to some decimals, seeing through binary noise (`2.675` is a half).
fn rounded(number: f64, decimals: usize) -> String {
    let scale = 10f64.powi(decimals.min(15) as i32);
    let scaled = number * scale;
    if scaled.abs() < 1e15 {
        let nudged = scaled + scaled.signum() * scaled.abs() * 1e-15;
        let whole = nudged.round();
        return format!("{:.decimals$}", whole / scale);
    }
    format!("{number:.decimals$}")
}

/// A number by a pattern, such as `#,##0.00`, `0%` or `#,##0 kg;-#,##0 kg;none`.
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
    let upper = pattern.trim().to_uppercase();
    match upper.as_str() {
        "(HEX)" => return format!("{:X}", number.trunc() as i64),
        "(BIN)" => return format!("{:b}", number.trunc() as i64),
        "(OCT)" => return format!("{:o}", number.trunc() as i64),
        _ => {}
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
        assert_eq!(significant(337.06819444443, 8), "337.06819");
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
        assert_eq!(format(255.0, "(hex)"), "FF");
        assert_eq!(format(-0.001, "0.0"), "0.0");
        assert_eq!(format(2.675, "0.00"), "2.68");
    }
}
