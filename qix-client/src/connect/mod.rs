//! Opens transports to addresses.

mod address;
#[cfg(target_family = "wasm")]
pub(crate) mod browser;
mod endpoint;
mod error;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod native;
mod pages;
pub(crate) mod redirect;
mod text;
mod ticket;
pub mod transport;
pub(crate) mod url;

pub(crate) use address::Address;
#[cfg(target_family = "wasm")]
use browser::{Access, HAS_TLS};
pub(crate) use endpoint::Endpoint;
#[cfg(target_family = "wasm")]
pub(crate) use endpoint::TokenSource;
pub use error::ConnectError;
#[cfg(not(target_family = "wasm"))]
use native::{Access, HAS_TLS};
pub(crate) use transport::{Incoming, IncomingStream, Outgoing, OutgoingSink, Text, Transport, TransportError};
