//! Checks on an engine what the client relies on: a list of facts, each with a source.
//!
//! `cargo xtask conform` runs it. Each fact is checked in a session app of its own, which ends with its session, so
//! nothing on the engine changes.

pub mod credentials;
mod fact;
mod facts;
mod lab;
mod page;
mod report;
mod run;
mod wire;

pub use fact::Fact;
pub use facts::{TOPICS, Topic};
pub use lab::Target;
pub use page::page;
pub use report::{Checked, Report, Verdict};
pub use run::{Limits, run};
