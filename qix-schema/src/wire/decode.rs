//! JSON text to values and back.

use super::fault::Scanned;
use super::{AsWire, Wire, text};

/// Why a text did not decode, and where.
#[derive(Debug, thiserror::Error)]
#[error("at `{path}`: {source}")]
pub struct DecodeError {
    /// The place, such as `qHyperCube.qDataPages[0].qMatrix[3][1].qNum`; `.` is the whole text.
    pub path: String,
    /// What does not fit there.
    pub source: serde_json::Error,
}

/// Reads a value from JSON text, however deep it nests.
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

/// Reads one member of a JSON object into a value; `None` if it is not there.
pub(crate) fn decode_member<T: Wire + Default>(text: &str, name: &str) -> Result<Option<T>, DecodeError> {
    let mut value = T::default();
    let mut found = false;
    explain(text, text::only_member(text, name, &mut value, &mut found))?;
    Ok(found.then_some(value))
}

/// Makes sure that nothing of a text is left; what is wrong is told with its place.
pub(crate) fn explain(text: &str, scanned: Scanned<'_>) -> Result<(), DecodeError> {
    scanned.and_then(text::end).map(drop).map_err(|fault| fault.of(text))
}

/// Writes a value as JSON text.
pub fn encode<T: Wire>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&AsWire(value))
}
