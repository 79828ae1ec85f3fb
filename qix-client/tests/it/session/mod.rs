//! Sessions with an engine whose every word is written in the test, over real sockets.

mod calls;
mod closing;
mod connecting;
mod deadline;
mod differences;
mod keep_alive;
mod limits;
mod logins;
mod middleware;
mod objects;
mod progress;
mod repeating;
mod resuming;
#[cfg(feature = "tls")]
mod tls;
mod tracing;
mod traffic;
mod watching;
