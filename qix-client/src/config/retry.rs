//! Handling of temporary errors.

use super::Backoff;

/// What to do if a call is rejected because the session is in selection mode (error 6003).
///
/// See [`BeginSelections`](https://qlik.dev/apis/json-rpc/qix/genericobject/#beginselections).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenModal {
    /// The call fails.
    #[default]
    Fail,
    /// Ends selection mode, keeps its selections, and repeats the call.
    Accept,
    /// Ends selection mode, undoes its selections, and repeats the call.
    Abort,
}

/// What to do if a call is rejected because the app is being reloaded (error 11000).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenReloading {
    /// The call fails.
    #[default]
    Fail,
    /// Repeats the call after a delay, according to the back-off. The delays count toward its timeout.
    Wait(Backoff),
}
