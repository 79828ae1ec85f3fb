//! What this crate itself attaches to the options of a call.

use qix_schema::types::ProgressData;
use tokio::sync::mpsc;

/// Who follows a long call: gets what the engine reports of its progress.
#[derive(Clone, Debug)]
pub(crate) struct ProgressListener(pub(crate) mpsc::UnboundedSender<ProgressData>);

/// The session object that the call makes is destroyed with its last holder, whatever the session's setting.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Temporary;
