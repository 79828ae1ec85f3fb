//! Messages: checking requests, writing responses, and deltas.

pub(crate) mod check;
pub(crate) mod delta;
pub(crate) mod envelope;
pub(crate) mod failure;
pub(crate) mod schema;
