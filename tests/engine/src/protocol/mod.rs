//! The messages: what a request must look like, how an answer is written, and what is sent when only
//! the difference is asked for.

pub(crate) mod check;
pub(crate) mod delta;
pub(crate) mod envelope;
pub(crate) mod failure;
pub(crate) mod schema;
