//! Tests of the public API: one binary, so that it links only once.
//!
//! | module | tests against |
//! |---|---|
//! | `errors` | nothing: errors and events that the test makes
//! | `floors` | the sources: which parts of the client import which |
//! | `session`, `regressions` | a scripted engine, whose messages are written in the test (`support`) |
//! | `app`, `pool`, `rows`, `with_engine`, `stress` | the in-memory engine (`in_memory`) |

// Helpers panic on failure, like tests.
#![allow(clippy::unwrap_used)]

mod app;
mod errors;
mod floors;
mod in_memory;
mod pool;
mod regressions;
mod rows;
mod session;
mod stress;
mod support;
mod with_engine;
