//! An in-memory engine to test against.

pub mod calculate;
pub mod data;
pub mod error;
pub mod expression;
pub mod script;
pub mod selection;
pub mod value;

pub use error::EngineError;
