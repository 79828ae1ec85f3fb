//! Dual values: a number with a text, or one of them.

mod calendar;
mod format;
mod interpret;
mod order;
mod pattern;
pub(crate) mod radix;
mod settings;

pub use calendar::{Moment, moment_of, serial_of, serial_of_time};
pub use format::{number_by_pattern, plain, significant};
pub use interpret::{common_pattern, date_pattern, interpret, parse_number};
pub use order::{compare, compare_text, wild_match};
pub use pattern::{format_interval, format_moment, parse_moment};
pub use settings::Settings;

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Number, Value};

/// A value in the engine: a number, a text, both, or null.
#[derive(Debug, Clone, PartialEq)]
pub enum Dual {
    /// No value.
    Null,
    /// A number that is displayed in the default format.
    Number(f64),
    /// A text.
    Text(Arc<str>),
    /// A number with a custom text, such as a date.
    Both(f64, Arc<str>),
}

/// Identifies a value in a field: the number if there is one, otherwise the text.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// Bits of the number; both zeros are equal.
    Number(u64),
    /// The text.
    Text(Arc<str>),
}

impl Dual {
    /// Creates a text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// Creates a number with a custom text.
    pub fn both(number: f64, text: impl Into<Arc<str>>) -> Self {
        Self::Both(number, text.into())
    }

    /// Creates a bool: -1 or 0.
    pub fn truth(truth: bool) -> Self {
        Self::Number(if truth { -1.0 } else { 0.0 })
    }

    /// Creates a number; NaN becomes null.
    pub fn number(number: f64) -> Self {
        if number.is_nan() { Self::Null } else { Self::Number(number) }
    }

    /// Whether the value is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text; empty for null.
    pub fn as_text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Number(number) => Cow::Owned(plain(*number)),
            Self::Text(text) | Self::Both(_, text) => Cow::Borrowed(text),
        }
    }

    /// The text, shared.
    pub fn to_text(&self) -> Arc<str> {
        match self {
            Self::Text(text) | Self::Both(_, text) => Arc::clone(text),
            other => other.as_text().into(),
        }
    }

    /// The number of the value; a text has none, even if it looks like a number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) | Self::Both(number, _) => Some(*number),
            Self::Null | Self::Text(_) => None,
        }
    }

    /// The number of the value in a calculation; a text that looks like a number counts.
    pub fn to_number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => parse_number(text, '.', None),
            other => other.as_number(),
        }
    }

    /// The key that identifies the value; null has none.
    pub fn key(&self) -> Option<Key> {
        match self {
            Self::Null => None,
            Self::Number(number) | Self::Both(number, _) => Some(Key::Number((number + 0.0).to_bits())),
            Self::Text(text) => Some(Key::Text(Arc::clone(text))),
        }
    }

    /// The value as a condition: true for numbers other than 0.
    pub fn holds(&self) -> bool {
        self.to_number().is_some_and(|number| number != 0.0)
    }

    /// The number for the wire.
    pub fn wire_number(&self) -> Value {
        wire_number(self.as_number().unwrap_or(f64::NAN))
    }
}

impl From<f64> for Dual {
    fn from(number: f64) -> Self {
        Self::number(number)
    }
}

impl From<&str> for Dual {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

/// A number for the wire: integers without a fraction, and strings for values that JSON cannot express.
pub fn wire_number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.is_nan() {
        Value::from("NaN")
    } else if number.is_infinite() {
        Value::from(if number > 0.0 { "Infinity" } else { "-Infinity" })
    } else if number.fract() == 0.0 && number.abs() < EXACT {
        Value::from(number as i64)
    } else {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_numbers_are_one_value_regardless_of_their_text() {
        assert_eq!(Dual::both(7.0, "007").key(), Dual::Number(7.0).key());
        assert_eq!(Dual::Number(0.0).key(), Dual::Number(-0.0).key());
        assert_ne!(Dual::text("7a").key(), Dual::Number(7.0).key());
        assert_eq!(Dual::Null.key(), None);
    }

    #[test]
    fn numbers_on_the_wire() {
        assert_eq!(wire_number(3.0), serde_json::json!(3));
        assert_eq!(wire_number(0.5), serde_json::json!(0.5));
        assert_eq!(wire_number(f64::NAN), serde_json::json!("NaN"));
        assert_eq!(wire_number(f64::NEG_INFINITY), serde_json::json!("-Infinity"));
    }

    #[test]
    fn texts_that_look_like_numbers_calculate() {
        assert_eq!(Dual::text("12.5").to_number(), Some(12.5));
        assert_eq!(Dual::text("12.5").as_number(), None);
        assert!(!Dual::text("x").holds());
    }
}
