//! Conversions from Rust values to structs of the schema.

use crate::types::{FieldValue, StringExpr, StringExpression, ValueExpr, ValueExpression};

macro_rules! expressions {
    ($($type:ident $with:ident)*) => {$(
        impl From<&str> for $type {
            fn from(expression: &str) -> Self {
                Self::default().$with(expression)
            }
        }

        impl From<String> for $type {
            fn from(expression: String) -> Self {
                Self::default().$with(expression)
            }
        }

        impl From<&String> for $type {
            fn from(expression: &String) -> Self {
                Self::default().$with(expression)
            }
        }
    )*};
}

expressions! { StringExpr with_v ValueExpr with_v StringExpression with_expr ValueExpression with_expr }

/// A string value.
///
/// ```
/// use qix_schema::types::FieldValue;
///
/// assert_eq!(FieldValue::from("2021"), FieldValue::default().with_text("2021"));
/// assert_eq!(FieldValue::from(2021), FieldValue::default().with_is_numeric(true).with_number(2021.0));
/// ```
impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::default().with_text(text)
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::default().with_text(text)
    }
}

impl From<&String> for FieldValue {
    fn from(text: &String) -> Self {
        Self::default().with_text(text)
    }
}

macro_rules! numbers {
    ($($type:ident)*) => {$(
        impl From<$type> for FieldValue {
            fn from(number: $type) -> Self {
                Self::default().with_is_numeric(true).with_number(f64::from(number))
            }
        }
    )*};
}

numbers! { f64 i32 u32 i16 u16 i8 u8 }

/// The displayed number: a tenth is 0.1, which is another number with 64 bits than with 32.
impl From<f32> for FieldValue {
    fn from(number: f32) -> Self {
        number.to_string().parse().unwrap_or_else(|_| f64::from(number)).into()
    }
}

macro_rules! large_numbers {
    ($($type:ident)*) => {$(
        /// A number, or its digits as a string if a number of the engine, which has 53 bits, cannot hold it.
        impl From<$type> for FieldValue {
            fn from(number: $type) -> Self {
                let nearest = number as f64;
                // Compared with more bits than either has: the largest integers round up to one that is out of range.
                if nearest as i128 == number as i128 { nearest.into() } else { number.to_string().into() }
            }
        }
    )*};
}

large_numbers! { i64 u64 isize usize }

/// Days from the engine's day 0, 1899-12-30, to 1970-01-01.
const UNIX_EPOCH: f64 = 25_569.0;

/// # Dates
///
/// The engine keeps a date as the number of days since 1899-12-30, and a time as a fraction of a day.
impl FieldValue {
    /// A day, or `None` if the calendar does not have it.
    ///
    /// ```
    /// use qix_schema::types::FieldValue;
    ///
    /// assert_eq!(FieldValue::date(2024, 1, 1), Some(FieldValue::from(45292)));
    /// assert_eq!(FieldValue::date(2023, 2, 29), None);
    /// ```
    pub fn date(year: i32, month: u32, day: u32) -> Option<Self> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 => 28 + u32::from(leap),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        if !(1..=length).contains(&day) {
            return None;
        }
        // March is the first month, so that a leap day is a year's last.
        let (year, month) = if month > 2 { (i64::from(year), month - 3) } else { (i64::from(year) - 1, month + 9) };
        let before = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        let days = before + i64::from((month * 153 + 2) / 5 + day - 1) - 719_468;
        Some((days as f64 + UNIX_EPOCH).into())
    }
}

/// A point in time, in UTC.
impl From<std::time::SystemTime> for FieldValue {
    fn from(time: std::time::SystemTime) -> Self {
        let seconds = match time.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        };
        (seconds / 86_400.0 + UNIX_EPOCH).into()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn integers_too_large_for_a_number_are_strings() {
        assert_eq!(FieldValue::from(-7_i64), FieldValue::from(-7.0));
        assert_eq!(FieldValue::from(1_u64 << 53), FieldValue::from(9_007_199_254_740_992.0));
        assert_eq!(FieldValue::from((1_u64 << 53) + 1), FieldValue::from("9007199254740993"));
        assert_eq!(FieldValue::from(i64::MAX), FieldValue::from("9223372036854775807"));
        assert_eq!(FieldValue::from(u64::MAX), FieldValue::from("18446744073709551615"));
        assert_eq!(FieldValue::from(i64::MIN), FieldValue::from(-9_223_372_036_854_775_808.0));
    }

    #[test]
    fn a_number_of_32_bits_is_the_one_that_is_displayed() {
        for (number, expected) in
            [(0.1, 0.1), (-2.7, -2.7), (16_777_216.0, 16_777_216.0), (f32::MIN_POSITIVE, 1.1754944e-38)]
        {
            assert_eq!(FieldValue::from(number), FieldValue::from(expected));
        }
    }

    #[test]
    fn dates_are_days_since_the_engines_day_0() {
        let date = |year, month, day| FieldValue::date(year, month, day).unwrap().number;
        assert_eq!(date(1899, 12, 30), 0.0);
        assert_eq!(date(1899, 12, 29), -1.0);
        assert_eq!(date(1970, 1, 1), 25_569.0);
        assert_eq!(date(2000, 2, 29), 36_585.0);
        assert_eq!(date(9999, 12, 31), 2_958_465.0);
        for (year, month, day) in
            [(2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0)]
        {
            assert_eq!(FieldValue::date(year, month, day), None);
        }
        assert_eq!(FieldValue::from(UNIX_EPOCH + Duration::from_secs(43_200)).number, 25_569.5);
        assert_eq!(FieldValue::from(UNIX_EPOCH - Duration::from_secs(86_400)).number, 25_568.0);
    }
}
