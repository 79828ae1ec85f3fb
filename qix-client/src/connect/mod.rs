//! Opens transports to addresses.

mod address;
#[cfg(feature = "tls")]
pub(crate) mod certificates;
mod cookies;
pub(crate) mod dial;
mod endpoint;
mod error;
mod first_bytes;
#[cfg(feature = "oauth")]
pub(crate) mod oauth;
mod pages;
#[cfg(feature = "proxy")]
mod proxy;
pub(crate) mod redirect;
mod ticket;
#[cfg(feature = "tls")]
mod tls;
pub mod transport;
pub(crate) mod url;
mod websocket;

pub(crate) use address::Address;
pub(crate) use endpoint::Endpoint;
pub use error::ConnectError;
pub(crate) use transport::{Incoming, IncomingStream, Outgoing, OutgoingSink, Text, Transport, TransportError};
