//! Faults in the input of the generator.

use std::fmt;

/// A fault in an input file: its position, what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file, such as `companion.json`. Empty for the schema.
    pub file: String,
    /// JSON pointer to the position.
    pub pointer: String,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Fault {
    /// Creates a fault of the schema.
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

/// All faults of an input. Nothing is generated from it.
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
