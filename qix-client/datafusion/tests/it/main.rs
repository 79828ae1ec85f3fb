//! Tests against the in-memory engine.

mod catalog;
#[cfg(feature = "cluster")]
mod cluster;
mod cubes;
mod grouped;
mod oracle;
#[cfg(feature = "cluster")]
mod processes;
mod support;
