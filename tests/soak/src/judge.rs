//! Which errors calls may return.

use qix_client::{Error, ErrorKind, error_codes};

/// What may happen to calls in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weather {
    /// Without faults: every call succeeds unless another call aborts it.
    Calm,
    /// With faults, or against an unknown engine.
    Rough,
}

impl Weather {
    /// Whether a call may fail with this error.
    pub(crate) fn allows(self, error: &Error) -> bool {
        // Selections of one worker abort calculations of another, even when they are retried.
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
