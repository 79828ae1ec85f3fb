//! Custom members that apps add to structs of the schema.

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
pub struct Extra(
    /// Sorted by name. There are few, so a map would only add code.
    Vec<(String, Json)>,
);

impl Extra {
    /// Decodes a member; returns `None` if it is absent.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.json(name).map(Json::to).transpose()
    }

    /// The JSON text of a member.
    pub fn json(&self, name: &str) -> Option<&Json> {
        Some(&self.0[self.place(name).ok()?].1)
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
        Some(self.0.remove(self.place(name).ok()?).1)
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
        match self.place(&name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name, value)),
        }
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.as_str().cmp(name))
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
