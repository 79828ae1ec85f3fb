//! Which errors a caller may see.

use qix_client::{Error, ErrorKind, error_codes};

/// What the weather is like: what may happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Nothing: every call succeeds, unless another one aborts it.
    Calm,
    /// Faults, or an engine that nothing is known of.
    Rough,
}

impl Weather {
    /// Whether a call may fail so.
    pub(crate) fn allows(self, error: &Error) -> bool {
        // Selections of one worker abort the calculations of another, even when they are repeated.
        let aborted = error.engine().is_some_and(|error| error.code == error_codes::GENERIC_ABORTED);
        aborted
            || self == Self::Rough
                && matches!(
                    error.kind(),
                    ErrorKind::Engine(_)
                        | ErrorKind::NotFound
                        | ErrorKind::TimedOut(_)
                        | ErrorKind::NoResult
                        | ErrorKind::Closed { .. }
                        | ErrorKind::Lost { .. }
                        | ErrorKind::Unusable(_)
                )
    }
}
