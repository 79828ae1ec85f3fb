//! Values that this crate attaches to call options.

/// The session object created by the call is destroyed when its last handle is dropped, regardless of the session's
/// settings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Temporary;
