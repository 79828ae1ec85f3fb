//! The forms in which a vendor can publish the same facts: each gives the same code, or says what it cannot read.

// What helps the tests may fail as loudly as they do.
#![allow(clippy::unwrap_used)]

mod generic_objects;
mod json;
mod random;
mod render;
mod special;
mod support;
mod table;
