//! Checks that documents of an engine survive decoding and encoding with the generated types: the result must have the
//! same meaning, with every member and value.
//!
//! ```
//! let verifier = qix_verify::Verifier::new();
//! let report = verifier.document(r#"{"qText": "a", "qNum": "NaN", "cId": 1}"#, "NxCell")?;
//! assert_eq!(report.lost.keys().collect::<Vec<_>>(), ["NxCell.cId"]);
//! # Ok::<(), qix_verify::NotDecoded>(())
//! ```

#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod meaning;
mod pointer;
mod report;
mod traffic;
mod types;

pub use pointer::at;
pub use report::{NotDecoded, Report};

use meaning::Meaning;
use qix_codegen::companion::Companion;
use qix_codegen::model::Model;

/// Checks documents against the generated types.
#[derive(Debug)]
pub struct Verifier {
    model: Model,
}

impl Verifier {
    /// Creates a verifier for the schema that `qix-schema` was generated from.
    pub fn new() -> Self {
        let mut model = qix_codegen::snapshot::read(qix_schema::SNAPSHOT)
            .expect("the committed snapshot is read by `cargo xtask gen`");
        let companion =
            Companion::read(qix_schema::COMPANION).expect("the committed companion is read by `cargo xtask gen`");
        companion.complete(&mut model).expect("the companion completes the committed snapshot");
        Self { model }
    }

    /// Whether the schema contains a type with this name.
    pub fn knows(&self, ty: &str) -> bool {
        self.model.types.contains_key(ty)
    }

    /// Checks a JSON document of a given type.
    ///
    /// # Errors
    ///
    /// Returns an error if the document is not valid JSON or a value in it does not decode.
    pub fn document(&self, text: &str, ty: &str) -> Result<Report, NotDecoded> {
        let mut report = Report::default();
        let ty = ty.parse().unwrap_or_else(|never: std::convert::Infallible| match never {});
        self.value(text, &ty, "", &mut report)?;
        Ok(report)
    }

    /// Checks the results in a traffic log, which has one `{"dir": ">" or "<", "msg": {…}}` per line.
    pub fn traffic(&self, text: &str) -> Report {
        traffic::check(self, text)
    }

    fn value(
        &self,
        text: &str,
        ty: &qix_codegen::model::TypeRef,
        place: &str,
        report: &mut Report,
    ) -> Result<(), NotDecoded> {
        let written = types::round_trip(text, ty).map_err(|error| error.below(place))?;
        let (before, after) = (pointer::parse(text)?, pointer::parse(&written)?);
        Meaning { model: &self.model, report }.compare(&before, &after, ty, place);
        report.checked += 1;
        Ok(())
    }
}

impl Default for Verifier {
    fn default() -> Self {
        Self::new()
    }
}
