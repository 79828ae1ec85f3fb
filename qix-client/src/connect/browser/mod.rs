//! Connections of pages and workers: the browser opens WebSockets, with its own cookies and certificates.

mod access;
mod open;
mod string;
mod websocket;

pub(super) use access::Access;
pub use websocket::close_on_panic;

/// Whether `wss://` is possible.
pub(super) const HAS_TLS: bool = true;
