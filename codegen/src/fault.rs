//! What can be wrong with the input of the generator.

use std::fmt;

/// One fault of an input file: where it is, what it is and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, such as `companion.json`; empty for the schema itself.
    pub file: String,
    /// JSON pointer to the place.
    pub pointer: String,
    /// What is wrong there.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Fault {
    /// A fault of the schema.
    pub fn new(pointer: impl Into<String>, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { file: String::new(), pointer: pointer.into(), what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, pointer) = (&self.file, if self.pointer.is_empty() { "(the whole file)" } else { &self.pointer });
        write!(f, "{file}{}{pointer}: {}", if file.is_empty() { "" } else { " " }, self.what)?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n  {}", self.hint) }
    }
}

/// Everything that is wrong with an input; nothing is generated from it.
#[derive(Debug, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}
