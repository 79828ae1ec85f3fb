//! Tests against the in-memory engine.

mod catalog;
#[cfg(feature = "cluster")]
mod cluster;
mod cubes;
mod grouped;
mod oracle;
mod support;
