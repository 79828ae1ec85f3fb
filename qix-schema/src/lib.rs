//! Typed API of the Qlik engine (QIX): every class, method, parameter, result, struct, enum, and error code of the
//! engine's published schema, generated, and the small core that the generated code uses.
//!
//! * [`Doc`], [`GenericObject`], [`Field`], … are handles to engine objects. The traits [`DocApi`],
//!   [`GenericObjectApi`], [`FieldApi`], … contain their methods.
//! * [`types`] contains the structs and enums; [`doc`](mod@doc), [`field`], … contain the request type of each
//!   method.
//! * [`rpc`] is the interface to a runtime, implemented by `qix-client` for WebSockets and by test doubles.
//! * [`wire`] implements the JSON encoding; use [`decode`] and [`encode`].
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

// Generated code refers to this crate by the same name everywhere.
extern crate self as qix_schema;

pub mod cells;
mod definitions;
mod error;
#[cfg(any(test, feature = "__fuzz"))]
#[doc(hidden)]
pub mod fuzz;
// Some imports are for links in the documentation.
#[allow(deprecated, unused_imports, clippy::too_many_arguments)]
mod generated;
mod release;
pub mod rpc;
mod tables;
mod version;
pub mod wire;

pub use definitions::{Privilege, quote_name};
pub use error::{EngineError, Error, ErrorCode, ErrorKind};
pub use generated::*;
pub use release::{EngineRelease, Release};
pub use rpc::{AsRemote, Class};
pub use version::{EngineAge, VersionMismatch, check_engine_version};
pub use wire::{DecodeError, Extra, Json, decode, encode};

#[doc(hidden)]
pub use wire::__private;

/// The facts of the schema that this crate was generated from, as written by `cargo xtask gen`.
pub const SNAPSHOT: &str = include_str!("../schema/snapshot.json");

/// Facts that the schema omits, as read by `cargo xtask gen`: classes of returned objects, reads and writes, and
/// more.
pub const COMPANION: &str = include_str!("../schema/companion.json");
