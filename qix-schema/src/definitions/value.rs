//! Conversions from Rust values to structs of the schema.

use crate::types::{FieldValue, StringExpr, ValueExpr};

macro_rules! expressions {
    ($($type:ident)*) => {$(
        impl From<&str> for $type {
            fn from(expression: &str) -> Self {
                Self::default().with_v(expression)
            }
        }

        impl From<String> for $type {
            fn from(expression: String) -> Self {
                Self::default().with_v(expression)
            }
        }
    )*};
}

expressions! { StringExpr ValueExpr }

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

numbers! { f64 f32 i32 u32 i16 u16 i8 u8 }
