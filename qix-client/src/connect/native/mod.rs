//! Connections of programs: TCP, TLS and WebSocket, with headers and cookies.

mod access;
#[cfg(feature = "tls")]
pub(crate) mod certificates;
mod cookies;
pub(crate) mod dial;
mod first_bytes;
mod frames;
#[cfg(feature = "oauth")]
pub(crate) mod oauth;
mod open;
#[cfg(feature = "proxy")]
mod proxy;
mod stream;
#[cfg(feature = "tls")]
mod tls;
mod websocket;

pub(crate) use access::Access;

/// Whether `wss://` is possible.
pub(crate) const HAS_TLS: bool = cfg!(feature = "tls");
