//! What a user may do with an item.

use std::collections::BTreeSet;
use std::fmt;

use crate::types::NxMeta;

/// What a user may do with an item of an app.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Privilege {
    /// `read`
    Read,
    /// `update`
    Update,
    /// `delete`
    Delete,
    /// `exportdata`
    ExportData,
    /// Any other, as the engine spells it.
    Other(String),
}

impl Privilege {
    /// The name that the engine uses.
    pub fn name(&self) -> &str {
        match self {
            Self::Read => "read",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::ExportData => "exportdata",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Privilege {
    fn from(name: &str) -> Self {
        match name {
            "read" => Self::Read,
            "update" => Self::Update,
            "delete" => Self::Delete,
            "exportdata" => Self::ExportData,
            other => Self::Other(other.to_owned()),
        }
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl NxMeta {
    /// What the user may do with the item. Empty if the engine does not say.
    ///
    /// ```
    /// use qix_schema::Privilege;
    /// use qix_schema::types::NxMeta;
    ///
    /// let meta = NxMeta::default().with_privileges(["read", "exportdata", "approve"]);
    /// assert!(meta.privilege_set().contains(&Privilege::ExportData));
    /// assert!(!meta.privilege_set().contains(&Privilege::Update));
    /// assert!(meta.privilege_set().contains(&Privilege::from("approve")));
    /// ```
    pub fn privilege_set(&self) -> BTreeSet<Privilege> {
        self.privileges.iter().map(|name| Privilege::from(name.as_str())).collect()
    }
}
