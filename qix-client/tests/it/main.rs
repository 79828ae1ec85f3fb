//! Tests of the client as a program uses it: one binary, so that it links once.
//!
//! | module | against |
//! |---|---|
//! | `errors` | nothing: errors and events that the test makes
//! | `floors` | the sources: which part of the client imports which |
//! | `session`, `regressions` | an engine whose every message is written in the test (`support`) |
//! | `app`, `rows`, `with_engine`, `stress` | the in-memory engine |

// Helpers may panic as tests do.
#![allow(clippy::unwrap_used)]

mod app;
mod errors;
mod floors;
mod regressions;
mod rows;
mod session;
mod stress;
mod support;
mod with_engine;
