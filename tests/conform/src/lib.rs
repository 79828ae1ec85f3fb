//! Checks on an engine what the client relies on.

pub mod credentials;
