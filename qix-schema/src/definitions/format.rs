//! Number formats.

use crate::types::{FieldAttrType, FieldAttributes};

impl FieldAttributes {
    /// Numbers with a pattern, such as `#,##0.00`.
    pub fn number(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Fix).with_fmt(pattern)
    }

    /// Dates with a pattern, such as `YYYY-MM-DD`.
    pub fn date(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Date).with_fmt(pattern)
    }

    /// Timestamps with a pattern, such as `YYYY-MM-DD hh:mm:ss`.
    pub fn timestamp(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Timestamp).with_fmt(pattern)
    }

    /// Times of day with a pattern, such as `hh:mm`.
    pub fn time(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Time).with_fmt(pattern)
    }

    /// Intervals with a pattern, such as `D hh:mm:ss`.
    pub fn interval(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Interval).with_fmt(pattern)
    }

    /// Money with a pattern, such as `€ #,##0.00`.
    pub fn money(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Money).with_fmt(pattern)
    }
}
