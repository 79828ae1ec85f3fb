//! The files that can be compared.

use serde_json::Value;

use crate::fault::{Fault, Faults};
use crate::legacy::Legacy;
use crate::model::Model;
use crate::{openrpc, snapshot};

/// One side of a comparison.
#[derive(Clone, Debug)]
pub enum Input {
    /// A published schema or a snapshot.
    Model(Box<Model>),
    /// The form that enigma.js bundles.
    Legacy(Box<Legacy>),
}

impl Input {
    /// Reads a published schema, a snapshot, or a legacy file. The second value lists what the reader does not
    /// understand.
    ///
    /// # Errors
    ///
    /// Returns the faults of the file, or a fault if it has none of the three formats.
    pub fn read(text: &str) -> Result<(Self, Vec<Fault>), Faults> {
        let text = text.trim_start_matches('\u{feff}');
        let file: Value =
            serde_json::from_str(text).map_err(|error| Fault::new("", format!("this is not JSON: {error}"), FORMS))?;
        let has = |key: &str| file.get(key).is_some_and(|value| !value.is_null());
        if has("structs") && !has("methods") {
            return Ok((Self::Legacy(Box::new(Legacy::read(&file)?)), Vec::new()));
        }
        if has("engine") {
            let model = snapshot::read(text).map_err(|error| {
                Fault::new(
                    "",
                    format!("this looks like a snapshot but is not one: {error}"),
                    "Import the published file again.",
                )
            })?;
            return Ok((Self::Model(Box::new(model)), Vec::new()));
        }
        if has("openrpc") || has("components") {
            let published = openrpc::read(text)?;
            return Ok((Self::Model(Box::new(published.model)), published.unknown));
        }
        Err(Fault::new("", "this is not a schema", FORMS).into())
    }

    /// The engine version, as far as the file contains it.
    pub fn engine(&self) -> &str {
        match self {
            Self::Model(model) => &model.engine,
            Self::Legacy(legacy) => legacy.version.as_deref().unwrap_or("(legacy, no version)"),
        }
    }
}

const FORMS: &str =
    "Give a published schema (OpenRPC), a snapshot (schema/snapshot.json) or a legacy schema (`structs`).";
