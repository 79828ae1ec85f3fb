//! Compares the engine version with the schema version.

use std::cmp::Ordering;
use std::fmt;

use crate::release::EngineRelease;

/// How an engine version compares with a schema version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineAge {
    /// The engine is older: it rejects methods and ignores members that were added later.
    Older,
    /// The engine is newer: it may have methods and members that this crate does not know.
    Newer,
    /// The versions cannot be compared.
    Unknown,
}

/// An engine version that differs from the schema version. Its message is suitable for logging and names the releases.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct VersionMismatch {
    /// Engine version.
    pub engine: String,
    /// Schema version.
    pub schema: String,
    /// Which of the two is older.
    pub age: EngineAge,
}

impl fmt::Display for VersionMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (engine, schema) = (released(&self.engine), released(&self.schema));
        match self.age {
            EngineAge::Older => write!(
                f,
                "the engine ({engine}) is older than the schema ({schema}): it rejects unknown methods and ignores unknown members"
            ),
            EngineAge::Newer => write!(
                f,
                "the engine ({engine}) is newer than the schema ({schema}): it may have methods and members that this program does not know"
            ),
            EngineAge::Unknown => {
                write!(f, "the engine version `{}` cannot be compared with the schema version {schema}", self.engine)
            }
        }
    }
}

/// A version and its product release.
fn released(version: &str) -> String {
    match EngineRelease::of(version) {
        Some(release) => format!("{version}, {release}"),
        None => version.to_owned(),
    }
}

/// Compares an engine version with a schema version.
///
/// Get the engine version from [`engine_version`](crate::GlobalApi::engine_version). The schema version is the
/// constant
/// [`ENGINE_VERSION`](crate::ENGINE_VERSION) of this crate, or of a crate that you generated.
///
/// ```
/// use qix_schema::{ENGINE_VERSION, check_engine_version};
///
/// let engine = "12.2386.4"; // global.engine_version().await?.component_version
/// let warning = check_engine_version(engine, ENGINE_VERSION).unwrap_err().to_string();
/// assert!(warning.starts_with("the engine (12.2386.4, May 2025 for Windows) is older than the schema ("));
/// ```
///
/// # Errors
///
/// Returns how the versions differ. The program can continue: what both versions support works.
pub fn check_engine_version(engine: &str, schema: &str) -> Result<(), VersionMismatch> {
    let age = match (numbers(engine), numbers(schema)) {
        (Some(engine), Some(schema)) => match engine.cmp(&schema) {
            Ordering::Equal => return Ok(()),
            Ordering::Less => EngineAge::Older,
            Ordering::Greater => EngineAge::Newer,
        },
        _ if engine == schema => return Ok(()),
        _ => EngineAge::Unknown,
    };
    Err(VersionMismatch { engine: engine.to_owned(), schema: schema.to_owned(), age })
}

/// The numbers of a version without trailing zeros: `12.20` equals `12.20.0`.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let mut numbers: Vec<u64> = version.trim().split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::{EngineAge, check_engine_version};

    #[test]
    fn a_warning_names_the_releases() {
        let warning = |engine| check_engine_version(engine, "12.2886.0").unwrap_err().to_string();
        assert!(warning("12.2561.3").starts_with(
            "the engine (12.2561.3, November 2025 for Windows) is older than the schema (12.2886.0, Qlik Cloud on August 29, 2026): "
        ));
        assert!(warning("12.3000.0").starts_with("the engine (12.3000.0, newer than "));
        assert!(
            warning("next")
                .starts_with("the engine version `next` cannot be compared with the schema version 12.2886.0")
        );
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let age = |engine, schema| check_engine_version(engine, schema).map_err(|mismatch| mismatch.age);
        assert_eq!(age("12.2528.0", "12.2528.0"), Ok(()));
        assert_eq!(age("12.2528", "12.2528.0"), Ok(()));
        assert_eq!(age("12.936.0", "12.2528.0"), Err(EngineAge::Older));
        assert_eq!(age("12.2528.1", "12.2528.0"), Err(EngineAge::Newer));
        assert_eq!(age("13.0.0", "12.2528.0"), Err(EngineAge::Newer));
        assert_eq!(age("next", "12.2528.0"), Err(EngineAge::Unknown));
        assert_eq!(age("", "12.2528.0"), Err(EngineAge::Unknown));
    }
}
