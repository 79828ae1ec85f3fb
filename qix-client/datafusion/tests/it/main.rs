//! Tests against the in-memory engine.

mod catalog;
mod grouped;
mod oracle;
mod support;
