//! The API of Qlik's engine (QIX), typed: every class, method, parameter, result, struct, enum and error code of the
//! engine's published schema, generated, and the small core that they share.
//!
//! * [`Doc`], [`GenericObject`], [`Field`], … are handles to objects; their methods are in the traits [`DocApi`],
//!   [`GenericObjectApi`], [`FieldApi`], …
//! * [`types`] holds the structs and enums; [`doc`](mod@doc), [`field`], … hold each method's request as a plain value.
//! * [`rpc`] is the seam to a runtime: `qix-client` implements it over a WebSocket, a test double by hand.
//! * [`wire`] says how values look as JSON; [`decode`] and [`encode`] are the way in and out.
//!
//! ```
//! use qix_schema::types::{HyperCubeDef, NxHypercubeMode};
//!
//! let def = HyperCubeDef::default().with_mode(NxHypercubeMode::Pivot);
//! assert_eq!(qix_schema::encode(&def)?, r#"{"qMode":"P"}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

// Generated code names this crate in the same way, wherever it lives.
extern crate self as qix_schema;

pub mod cells;
mod definitions;
mod error;
#[cfg(any(test, feature = "__fuzz"))]
#[doc(hidden)]
pub mod fuzz;
#[rustfmt::skip]
#[allow(deprecated, clippy::too_many_arguments)]
mod generated;
mod release;
pub mod rpc;
mod version;
pub mod wire;

pub use error::{EngineError, Error, ErrorCode, ErrorKind};
pub use generated::*;
pub use release::{EngineRelease, Release};
pub use rpc::{AsRemote, Class};
pub use version::{EngineAge, VersionMismatch, check_engine_version};
pub use wire::{DecodeError, Extra, Json, decode, encode};

/// The facts of the schema that this crate was generated from, as `cargo xtask gen` keeps them.
pub const SNAPSHOT: &str = include_str!("../schema/snapshot.json");

/// What the schema leaves out, as `cargo xtask gen` reads it: classes of returned objects, reads and writes, and more.
pub const COMPANION: &str = include_str!("../schema/companion.json");
