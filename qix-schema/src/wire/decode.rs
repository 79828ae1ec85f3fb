//! Decoding and encoding JSON text.

use serde::de::Deserializer;

use super::record::OnlyMember;
use super::{AsWire, Wire, path};

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
    read_text(text, |deserializer| value.read(deserializer))?;
    Ok(value)
}

/// Decodes one member of a JSON object; returns `None` if it is absent.
pub(crate) fn decode_member<T: Wire + Default>(text: &str, name: &str) -> Result<Option<T>, DecodeError> {
    let mut value = T::default();
    let found = read_text(text, |deserializer| deserializer.deserialize_any(OnlyMember { name, place: &mut value }))?;
    Ok(found.then_some(value))
}

/// Encodes a value as JSON text.
pub fn encode<T: Wire>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(&AsWire(value))
}

fn read_text<'a, T>(
    text: &'a str,
    read: impl FnOnce(&mut serde_json::Deserializer<serde_json::de::StrRead<'a>>) -> Result<T, serde_json::Error>,
) -> Result<T, DecodeError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // Recursive structs guard the stack themselves; nothing else is recursive.
    deserializer.disable_recursion_limit();
    let outcome = read(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    outcome.map_err(|cause| DecodeError { path: path::at(text, cause.line(), cause.column()), cause })
}
