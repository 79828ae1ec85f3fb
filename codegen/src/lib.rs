//! Reads a Qlik engine's published schema and writes Rust.
//!
//! Data flows in one direction: published file ([`openrpc`]) → [`model`], which the [`snapshot`] stores and the
//! [`companion`] completes → plan → Rust files. The crate takes and returns strings; the caller reads and writes
//! files.
//!
//! ```
//! let published = qix_codegen::openrpc::read(r##"{
//!     "openrpc": "1.0.0",
//!     "info": { "title": "QIX", "version": "1.0.0" },
//!     "methods": [{
//!         "name": "Global.OSName",
//!         "params": [],
//!         "result": { "name": "r", "schema": { "type": "object", "properties": { "qReturn": { "type": "string" } } } }
//!     }],
//!     "components": { "schemas": {} }
//! }"##)?;
//! let texts = qix_codegen::Texts { own: &Default::default(), published: &published.prose };
//! let generated = qix_codegen::generate(published.model, &Default::default(), texts, qix_codegen::Place::Crate)?;
//! assert!(generated.files["global.rs"].contains("fn os_name(&self) -> Call<'_, OSName>"));
//! # Ok::<(), qix_codegen::fault::Faults>(())
//! ```

// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod companion;
pub mod diff;
pub mod docs;
mod emit;
pub mod fault;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
pub mod legacy;
pub mod model;
mod names;
pub mod openrpc;
mod plan;
pub mod rustfmt;
pub mod snapshot;
#[cfg(feature = "snippet")]
pub mod snippet;

pub use emit::{Files, HEADER, Place};

use companion::Companion;
use docs::comments::Comments;
use docs::published::Prose;
use docs::texts::{Documentation, Links};
use fault::{Fault, Faults};
use model::{Counts, Model};

/// The generated code for one engine version.
#[derive(Debug)]
pub struct Generated {
    /// The files by path, which [`rustfmt`] formats.
    pub files: Files,
    /// The size of the schema.
    pub counts: Counts,
    /// Notes: companion entries that do not apply, and methods that need an entry.
    pub notes: Vec<Fault>,
}

/// Sources of documentation.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    /// Our own texts.
    pub own: &'a Documentation,
    /// The published descriptions, for items without a text of ours.
    pub published: &'a Prose,
}

/// Generates the code for a model.
///
/// # Errors
///
/// Returns all faults of the model and the companion, with their positions and what to do about them.
pub fn generate(mut model: Model, companion: &Companion, texts: Texts<'_>, place: Place) -> Result<Generated, Faults> {
    let counts = model.counts();
    let notes = companion.complete(&mut model)?;
    let examples = place == Place::Schema;
    // What is written by hand in `qix-schema` is not in a crate of its own.
    let mut companion = companion.clone();
    if !examples {
        companion.settled.clear();
        companion.converted.clear();
    }
    let plan = plan::plan(&model, &companion)?;
    let comments = Comments { own: texts.own, published: texts.published, links: Links::of(&model), examples };
    Ok(Generated { files: emit::files(&plan, &comments, place), counts, notes })
}
