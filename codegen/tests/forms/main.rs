//! Different ways to publish the same facts: each results in the same code, or in a fault that names what is
//! unreadable.

// Helpers of the tests may panic.
#![allow(clippy::unwrap_used)]

mod generic_objects;
mod json;
mod random;
mod render;
mod special;
mod support;
mod table;
