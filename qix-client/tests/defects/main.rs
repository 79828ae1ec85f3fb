//! What other clients of this protocol have been found to do wrong, and ours must not. `DEFECTS.md` beside this file names
//! the test for each; those that other files have are not repeated here.

// What helps the tests may fail as loudly as they do.
#![allow(clippy::unwrap_used)]

mod closing;
mod connecting;
mod differences;
mod list;
mod messages;
mod resuming;
#[path = "../session/support.rs"]
#[allow(dead_code)]
mod support;
