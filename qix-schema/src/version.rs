//! Whether an engine is older or newer than the schema that code was generated from.

use std::cmp::Ordering;
use std::fmt;

/// How an engine's API compares with a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineAge {
    /// It is older: it refuses methods and ignores members that came later.
    Older,
    /// It is newer: it may have methods and members that the code does not know.
    Newer,
    /// The two versions cannot be compared.
    Unknown,
}

/// An engine of another version than the schema's; shown, it is a warning to log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct VersionMismatch {
    /// The engine's version.
    pub engine: String,
    /// The schema's version.
    pub schema: String,
    /// Which of the two is older.
    pub age: EngineAge,
}

impl fmt::Display for VersionMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { engine, schema, age } = self;
        match age {
            EngineAge::Older => write!(
                f,
                "the engine ({engine}) is older than the schema ({schema}): it refuses methods and ignores members that it does not know"
            ),
            EngineAge::Newer => write!(
                f,
                "the engine ({engine}) is newer than the schema ({schema}): it may have methods and members that this program does not know"
            ),
            EngineAge::Unknown => {
                write!(f, "the engine's version `{engine}` cannot be compared with the schema's, {schema}")
            }
        }
    }
}

/// Compares the version that an engine reports with that of a schema.
///
/// The first comes from [`engine_version`](crate::GlobalApi::engine_version), the second is the constant
/// [`ENGINE_VERSION`](crate::ENGINE_VERSION) of the crate whose types are used: this one, or one of your own.
///
/// ```
/// use qix_schema::{ENGINE_VERSION, check_engine_version};
///
/// let engine = "12.20.0"; // global.engine_version().await?.component_version
/// if let Err(warning) = check_engine_version(engine, ENGINE_VERSION) {
///     assert!(warning.to_string().starts_with("the engine (12.20.0) is older than the schema ("));
/// }
/// ```
///
/// # Errors
///
/// Says how the two differ, if they do. It need not stop a program: what both know works.
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

/// The numbers of a version, without zeros at the end: `12.20` is `12.20.0`.
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
