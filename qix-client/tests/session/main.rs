//! Sessions with an engine whose every word is written in the test, over real sockets.

// What helps the tests may fail as loudly as they do.
#![allow(clippy::unwrap_used)]

mod calls;
mod closing;
mod connecting;
mod deadline;
mod differences;
mod keep_alive;
mod limits;
mod middleware;
mod objects;
mod progress;
mod repeating;
mod resuming;
mod support;
#[cfg(feature = "tls")]
mod tls;
mod tracing;
mod traffic;
mod watching;
