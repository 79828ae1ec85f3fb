//! Reads a Qlik engine's published schema and writes Rust.
//!
//! Data flows one way: published file → [`model`] → Rust text.
//! Strings in, strings out: reading and writing files is the caller's.

pub mod fault;
pub mod model;
pub mod openrpc;
pub mod prose;
pub mod snapshot;
