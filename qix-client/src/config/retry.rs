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

/// What to do when a connection is resumed in a new session, because the engine has not kept the old one.
///
/// A new session has none of the selections, locks, alternate states, session variables, and soft patches that the
/// program had set. The calls that had set them are remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhenStateLost {
    /// Repeats the calls in the new session. If one of them has no effect or cannot be repeated, or if the session is
    /// that of another program, calls to the app and its objects fail with
    /// [`StateLost`](crate::resumption::StateLost).
    #[default]
    Restore,
    /// Restores nothing. If anything had been set, calls to the app and its objects fail with
    /// [`StateLost`](crate::resumption::StateLost).
    Fail,
    /// Repeats the calls as far as possible, also in the session of another program. Missing state is only reported in the
    /// [report](crate::resumption::Resumption::lost_state).
    GoOn,
}
