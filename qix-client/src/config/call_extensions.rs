//! Values that this crate attaches to call options.

use qix_schema::types::ProgressData;
use tokio::sync::mpsc;

/// Receives progress updates of a long-running call.
#[derive(Clone, Debug)]
pub(crate) struct ProgressListener(pub(crate) mpsc::UnboundedSender<ProgressData>);

/// The session object created by the call is destroyed when its last handle is dropped, regardless of the session's
/// settings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Temporary;
