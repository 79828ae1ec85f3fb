//! Sessions with a scripted engine, whose messages are written in the test, over real sockets.

mod calls;
mod closing;
mod connecting;
mod deadline;
mod differences;
mod keep_alive;
mod lasting;
mod limits;
mod logins;
mod middleware;
mod new_session;
mod objects;
mod opening;
mod progress;
mod recognizing;
mod repeating;
mod resuming;
#[cfg(feature = "tls")]
mod tls;
mod tracing;
mod traffic;
mod watching;
