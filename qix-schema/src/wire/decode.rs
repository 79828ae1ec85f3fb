//! Decoding and encoding JSON text.

use super::fault::Scanned;
use super::{AsWire, Wire, text};

/// A decoding error and its position.
#[derive(Debug, thiserror::Error)]
#[error("at `{path}`: {cause}")]
pub struct DecodeError {
    /// Path of the value, such as `qHyperCube.qDataPages[0].qMatrix[3][1].qNum`; `.` is the whole text.
    pub path: String,
    /// The error.
    pub cause: serde_json::Error,
}

/// Decodes JSON text of any depth.
///
/// ```
/// use qix_schema::types::NxDataPage;
///
/// let error = qix_schema::decode::<NxDataPage>(r#"{"qMatrix":[[{"qText":"a","qNum":true}]]}"#).unwrap_err();
/// assert_eq!(error.path, "qMatrix[0][0].qNum");
/// ```
pub fn decode<T: Wire + Default>(text: &str) -> Result<T, DecodeError> {
    let mut value = T::default();
    explain(text, value.scan(text))?;
    Ok(value)
}

/// Decodes one member of a JSON object; returns `None` if it is absent.
pub(crate) fn decode_member<T: Wire + Default>(text: &str, name: &str) -> Result<Option<T>, DecodeError> {
    let mut value = T::default();
    let mut found = false;
    explain(text, text::only_member(text, name, &mut value, &mut found))?;
    Ok(found.then_some(value))
}

/// Checks that nothing is left of a text, and turns a fault into an error with its path.
pub(crate) fn explain(text: &str, scanned: Scanned<'_>) -> Result<(), DecodeError> {
    scanned.and_then(text::end).map(drop).map_err(|fault| fault.of(text))
}

/// Encodes a value as JSON text.
pub fn encode<T: Wire>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&AsWire(value))
}
