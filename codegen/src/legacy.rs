//! Reads the legacy schema format that enigma.js bundles: classes, methods, parameters with sample values, result
//! names, and enum values. It does not contain types, so no code can be generated from it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::fault::{Fault, Faults};

/// The content of a legacy file.
#[derive(Clone, Debug, Default)]
pub struct Legacy {
    /// Engine version. Newer files omit it.
    pub version: Option<String>,
    /// Methods by full name, such as `Doc.GetField`.
    pub methods: BTreeMap<String, LegacyMethod>,
    /// Enums: long name and number of each value.
    pub enums: BTreeMap<String, BTreeMap<String, i64>>,
}

/// A method of a legacy file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LegacyMethod {
    /// Parameters.
    #[serde(rename = "In")]
    pub params: Vec<LegacyParam>,
    /// Results, without `qReturn`.
    #[serde(rename = "Out")]
    pub results: Vec<LegacyResult>,
}

/// A parameter of a legacy file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LegacyParam {
    /// Wire name.
    pub name: String,
    /// Sample value; for optional parameters, the default.
    #[serde(default)]
    pub default_value: Option<Value>,
    /// Whether the parameter is optional.
    #[serde(default)]
    pub optional: bool,
}

/// A result of a legacy file.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct LegacyResult {
    /// Wire name.
    pub name: String,
}

impl Legacy {
    /// Parses a legacy file.
    ///
    /// # Errors
    ///
    /// Returns a fault for each method and enum that does not have the expected form.
    pub fn read(file: &Value) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut legacy =
            Self { version: file.get("version").and_then(Value::as_str).map(str::to_owned), ..Self::default() };
        for (class, methods) in entries(file, "structs", &mut faults) {
            for (name, method) in entries_at(methods, &format!("/structs/{class}"), &mut faults) {
                match LegacyMethod::deserialize(method) {
                    Ok(method) => drop(legacy.methods.insert(format!("{class}.{name}"), method)),
                    Err(error) => faults.push(fault(&format!("/structs/{class}/{name}"), error.to_string())),
                }
            }
        }
        if file.get("enums").is_some() {
            for (name, values) in entries(file, "enums", &mut faults) {
                match BTreeMap::deserialize(values) {
                    Ok(values) => drop(legacy.enums.insert(name.clone(), values)),
                    Err(error) => faults.push(fault(&format!("/enums/{name}"), error.to_string())),
                }
            }
        }
        if faults.is_empty() { Ok(legacy) } else { Err(Faults(faults)) }
    }
}

fn entries<'a>(file: &'a Value, key: &str, faults: &mut Vec<Fault>) -> Vec<(&'a String, &'a Value)> {
    entries_at(file.get(key).unwrap_or(&Value::Null), &format!("/{key}"), faults)
}

fn entries_at<'a>(value: &'a Value, pointer: &str, faults: &mut Vec<Fault>) -> Vec<(&'a String, &'a Value)> {
    match value.as_object() {
        Some(object) => object.iter().collect(),
        None => {
            faults.push(fault(pointer, "this should be an object".to_owned()));
            Vec::new()
        }
    }
}

fn fault(pointer: &str, what: String) -> Fault {
    Fault::new(pointer, what, "A legacy schema has `structs`: class → method → `In` and `Out`.")
}
