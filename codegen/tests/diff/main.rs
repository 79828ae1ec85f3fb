//! Changes between two schema versions and their effects on users. Each rule is checked against the code that the
//! generator writes for both versions.

// Helpers of the tests may panic.
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
