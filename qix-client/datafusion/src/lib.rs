#![deny(missing_docs)]
#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

mod catalog;
mod engine;
mod error;
mod grouped;
mod model;
mod scan;
mod table;

pub use catalog::{EngineCatalog, register};
pub use engine::Engine;
pub use error::QueryError;
pub use table::EngineTable;
