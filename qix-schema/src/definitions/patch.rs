//! Patches of properties.

use serde::Serialize;

use crate::types::{NxPatch, NxPatchOperationType};

/// # Patches
///
/// The value of a patch is JSON text. These constructors write it, so that a string gets its quotes and a number that
/// is meant as a string stays one.
impl NxPatch {
    /// Replaces the value at a path, such as `/qHyperCubeDef/qMeasures/0/qDef/qDef`.
    ///
    /// ```
    /// use qix_schema::types::NxPatch;
    ///
    /// let patch = NxPatch::replace("/title", "12")?;
    /// assert_eq!(patch.value, r#""12""#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the value cannot be written as JSON, such as a map whose keys are not strings.
    pub fn replace(path: impl Into<String>, value: impl Serialize) -> Result<Self, serde_json::Error> {
        Self::with_json(NxPatchOperationType::Replace, path, value)
    }

    /// Adds a value at a path; at the end of a list with `/-`.
    ///
    /// # Errors
    ///
    /// As [`replace`](Self::replace).
    pub fn add(path: impl Into<String>, value: impl Serialize) -> Result<Self, serde_json::Error> {
        Self::with_json(NxPatchOperationType::Add, path, value)
    }

    /// Removes the value at a path.
    pub fn remove(path: impl Into<String>) -> Self {
        Self::default().with_op(NxPatchOperationType::Remove).with_path(path)
    }

    fn with_json(
        operation: NxPatchOperationType,
        path: impl Into<String>,
        value: impl Serialize,
    ) -> Result<Self, serde_json::Error> {
        Ok(Self::default().with_op(operation).with_path(path).with_value(serde_json::to_string(&value)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_json_text() {
        let value = |patch: Result<NxPatch, serde_json::Error>| patch.unwrap().value;
        assert_eq!(value(NxPatch::replace("/a", "Plain \"text\"")), r#""Plain \"text\"""#);
        assert_eq!(value(NxPatch::replace("/a", "true")), r#""true""#);
        assert_eq!(value(NxPatch::add("/a", 12)), "12");
        assert_eq!(value(NxPatch::add("/a", vec![Some(1.5), None])), "[1.5,null]");
        let properties = crate::types::NxInfo::default().with_id("x");
        assert_eq!(value(NxPatch::replace("/qInfo", properties)), r#"{"qId":"x"}"#);
        assert_eq!(NxPatch::remove("/a").op, NxPatchOperationType::Remove);
        let keys = std::collections::HashMap::from([(vec![1], 1)]);
        assert!(NxPatch::replace("/a", keys).is_err());
    }
}
