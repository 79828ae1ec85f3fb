//! Dual values: what a field holds, a number with a text or either of them.

use std::sync::Arc;

/// A value as the engine knows it: a number, a text, both, or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Dual {
    /// No value.
    Null,
    /// A number that is shown in the default format.
    Number(f64),
    /// A text that is no number.
    Text(Arc<str>),
    /// A number with its own representation, such as a date.
    Both(f64, Arc<str>),
}
