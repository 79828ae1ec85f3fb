//! Reads a published schema and writes Rust.
