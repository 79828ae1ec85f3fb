//! Custom members that apps add to structs of the schema.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

use super::json::Json;

/// Members that are not part of the schema. They are kept and written back unchanged.
///
/// Apps and client libraries add custom members to structs of the engine (`title`, `visualization`, `cId`, …). Programs
/// that read properties, modify them, and write them back must not lose these members.
///
/// ```
/// use qix_schema::types::GenericObjectProperties;
///
/// let mut properties: GenericObjectProperties = serde_json::from_str(r#"{"title": "Sales"}"#)?;
/// assert_eq!(properties.extra.get::<String>("title")?.as_deref(), Some("Sales"));
/// properties.extra.set("visualization", "table")?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Extra(BTreeMap<String, Json>);

impl Extra {
    /// Decodes a member; returns `None` if it is absent.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.0.get(name).map(Json::to).transpose()
    }

    /// The JSON text of a member.
    pub fn json(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// Sets a member.
    ///
    /// Do not use the name of a member of the struct: it would be written twice, and which of the two the engine reads
    /// is undefined. Set the field instead.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), serde_json::Error> {
        self.insert_json(name.to_owned(), Json::new(value)?);
        Ok(())
    }

    /// Removes a member.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name)
    }

    /// The members and their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no members.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn insert_json(&mut self, name: String, value: Json) {
        self.0.insert(name, value);
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
