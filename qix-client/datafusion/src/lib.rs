#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

mod catalog;
#[cfg(feature = "cluster")]
pub mod cluster;
mod cube;
mod engine;
mod error;
#[cfg(feature = "export")]
mod export;
mod grouped;
mod model;
mod scan;
mod table;

pub use catalog::{EngineCatalog, register};
pub use cube::EngineCube;
pub use engine::Engine;
pub use error::QueryError;
#[cfg(feature = "export")]
pub use export::{EngineExport, ExportedFile};
pub use table::EngineTable;
