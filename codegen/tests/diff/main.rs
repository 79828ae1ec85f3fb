//! What changed between two versions of a schema, and what it means for callers: each rule against the code that the
//! generator writes for both.

// What helps the tests may fail as loudly as they do.
#![allow(clippy::unwrap_used)]

mod api;
mod forms;
mod legacy;
mod methods;
mod random;
mod renames;
mod shared;
mod support;
mod types;
mod upgrade;
