//! Members that apps add to the engine's structs.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

use super::json::Json;

/// Members that the schema does not know, kept as they came and written back.
///
/// Apps and client libraries put their own members into the engine's structs (`title`, `visualization`, `cId`, …); whoever
/// reads properties, changes one thing and writes them back must not lose them.
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
    /// Reads a member as a type; none if it is not there.
    pub fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, serde_json::Error> {
        self.0.get(name).map(Json::to).transpose()
    }

    /// The JSON of a member.
    pub fn json(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// Sets a member to the JSON of a value.
    ///
    /// A name that is a member of the struct itself is written twice and read by the engine in no certain order: set the
    /// struct's field instead.
    pub fn set<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), serde_json::Error> {
        self.insert_json(name.to_owned(), Json::new(value)?);
        Ok(())
    }

    /// Removes a member.
    pub fn remove(&mut self, name: &str) -> Option<Json> {
        self.0.remove(name)
    }

    /// The members, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
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
