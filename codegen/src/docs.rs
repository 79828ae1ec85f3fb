//! Documentation: where texts come from, and the comments that they become.

pub(crate) mod clean;
pub(crate) mod comments;
pub mod published;
pub mod texts;
