//! An in-memory engine to test against.
