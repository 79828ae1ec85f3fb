//! Parses dates and times as the engine counts them: in days since December 30, 1899.

/// The day January 1, 1970.
const UNIX: i64 = 25_569;

/// The number of a date such as `2024-01-31`.
pub(super) fn date(text: &str) -> Option<f64> {
    let (days, rest) = days(text)?;
    // Integers of this size are exact.
    rest.is_empty().then_some(days as f64)
}

/// The number of a date with or without a time, such as `2024-01-31T12:30:00.5+01:00`.
pub(super) fn timestamp(text: &str) -> Option<f64> {
    let (days, rest) = days(text)?;
    if rest.is_empty() {
        return Some(days as f64);
    }
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (hour, rest) = digits(rest, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    let (second, fraction, rest) = match rest.strip_prefix(':') {
        None => (0, 0.0, rest),
        Some(rest) => {
            let (second, rest) = digits(rest, 2)?;
            let end = rest.strip_prefix('.').map_or(0, |part| 1 + part.len() - part.trim_start_matches(is_digit).len());
            let fraction = if end == 0 { 0.0 } else { format!("0{}", &rest[..end]).parse().ok()? };
            (second, fraction, &rest[end..])
        }
    };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let ahead = match rest {
        "" | "Z" | "z" => 0,
        _ => {
            let sign = if rest.starts_with('-') { -1 } else { 1 };
            let (hours, rest) = digits(rest.strip_prefix(['+', '-'])?, 2)?;
            let (minutes, rest) = digits(rest.strip_prefix(':').unwrap_or(rest), 2)?;
            if !rest.is_empty() || minutes > 59 {
                return None;
            }
            sign * (hours * 60 + minutes)
        }
    };
    let minutes = hour * 60 + minute - ahead;
    Some(days as f64 + ((minutes * 60 + second) as f64 + fraction) / 86_400.0)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// A number with this many digits, and the rest of the text.
fn digits(text: &str, count: usize) -> Option<(i64, &str)> {
    let (number, rest) = text.split_at_checked(count)?;
    number.chars().all(is_digit).then(|| number.parse().ok())?.map(|number| (number, rest))
}

/// The number of the day at the start of a text, and the rest of the text.
fn days(text: &str) -> Option<(i64, &str)> {
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that start in March end with the leap day.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some((of_years + (month * 153 + 2) / 5 + day - 719_469 + UNIX, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_days() {
        assert_eq!(date("1899-12-30"), Some(0.0));
        assert_eq!(date("1970-01-01"), Some(25_569.0));
        assert_eq!(date("2024-02-29"), Some(45_351.0));
        assert_eq!(date("2000-03-01"), Some(36_586.0));
        assert_eq!(date("0000-01-01"), Some(-693_959.0));
        assert_eq!(date("9999-12-31"), Some(2_958_465.0));
        for wrong in
            ["2023-02-29", "1900-02-29", "2024-13-01", "2024-1-01", "2024-01-00", "24-01-01", "2024-01-01 ", "", "ää"]
        {
            assert_eq!(date(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_are_parts_of_days_in_utc() {
        assert_eq!(timestamp("2024-01-31"), Some(45_322.0));
        assert_eq!(timestamp("2024-01-31T12:00:00"), Some(45_322.5));
        assert_eq!(timestamp("2024-01-31 06:00"), Some(45_322.25));
        assert_eq!(timestamp("2024-01-31T12:00:00.500Z"), Some(45_322.0 + 43_200.5 / 86_400.0));
        assert_eq!(timestamp("2024-01-31T01:00:00+01:00"), Some(45_322.0));
        assert_eq!(timestamp("2024-01-31T20:00:00-0400"), Some(45_323.0));
        for wrong in [
            "2024-01-31T",
            "2024-01-31T24:00",
            "2024-01-31T12",
            "2024-01-31T12:00:00.5.5",
            "2024-01-31T12:00+1",
            "2024-01-31Tä",
        ] {
            assert_eq!(timestamp(wrong), None, "{wrong}");
        }
    }

    proptest::proptest! {
        #[test]
        fn each_day_follows_the_one_before(year in 0..9999, month in 1..13, day in 1..32) {
            let number = date(&format!("{year:04}-{month:02}-{day:02}"));
            let before = date(&format!("{year:04}-{month:02}-{:02}", day - 1));
            if let (Some(number), Some(before)) = (number, before) {
                assert_eq!(number - before, 1.0);
            }
            let next = if month == 12 { format!("{:04}-01-01", year + 1) } else { format!("{year:04}-{:02}-01", month + 1) };
            let after = date(&format!("{year:04}-{month:02}-{:02}", day + 1));
            if let (Some(number), None) = (number, after) {
                assert_eq!(date(&next), Some(number + 1.0));
            }
        }

        #[test]
        fn no_text_panics_the_reader(text in "[-+:. 0-9TZä]{0,30}") {
            let _ = (date(&text), timestamp(&text));
        }
    }
}
