//! What to do about errors that go away.

use super::Backoff;

/// What to do when a call is refused because the session is in selection mode (error 6003).
///
/// See [`BeginSelections`](https://qlik.dev/apis/json-rpc/qix/genericobject/#beginselections).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenModal {
    /// The call fails.
    #[default]
    Fail,
    /// The mode is left and its selections are kept; then the call is made again.
    Accept,
    /// The mode is left and its selections are dropped; then the call is made again.
    Abort,
}

/// What to do when a call is refused because the app is being reloaded (error 11000).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenReloading {
    /// The call fails.
    #[default]
    Fail,
    /// The call is made again after a while, as often as the back-off says; the waiting counts as part of its time.
    Wait(Backoff),
}
