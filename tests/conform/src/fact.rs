//! Facts: sentences about an engine, each with a check.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use crate::lab::Lab;

/// Something that the client relies on.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Fact {
    /// Name, unique in the list.
    pub id: &'static str,
    /// What an engine does.
    pub sentence: &'static str,
    /// What relies on it.
    pub used_by: &'static str,
    /// Where the fact was found.
    pub source: &'static str,
    pub(crate) check: fn(&Lab) -> Checking<'_>,
}

impl fmt::Debug for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fact").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A running check.
pub(crate) type Checking<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// What a check has seen, or why the fact does not hold.
pub(crate) type Outcome = Result<String, Trouble>;

/// Why a fact was not found to hold.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// The engine does something else.
    Differs(String),
    /// The check needs something that is not available.
    NotChecked(String),
}

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Differs(error.to_string())
    }
}

/// The fact holds if the engine did what was expected.
pub(crate) fn expect<T: PartialEq + fmt::Debug>(seen: T, expected: T) -> Outcome {
    if seen == expected {
        Ok(format!("{seen:?}"))
    } else {
        Err(Trouble::Differs(format!("{seen:?} instead of {expected:?}")))
    }
}

/// The fact holds if a condition is met.
pub(crate) fn expect_that(condition: bool, seen: impl Into<String>) -> Outcome {
    if condition { Ok(seen.into()) } else { Err(Trouble::Differs(seen.into())) }
}

/// The fact cannot be checked on any engine from outside.
pub(crate) fn not_checked(why: &str) -> Outcome {
    Err(Trouble::NotChecked(why.to_owned()))
}

/// Defines a fact whose check is an async function.
macro_rules! fact {
    ($id:literal, $sentence:literal, $used_by:literal, $source:expr, $check:expr) => {
        $crate::fact::Fact {
            id: $id,
            sentence: $sentence,
            used_by: $used_by,
            source: $source,
            check: |lab| Box::pin($check(lab)),
        }
    };
}
pub(crate) use fact;
