//! Recording and replaying traffic, as one JSON object per line: `{"at":…,"dir":">","msg":…}`.

mod recorder;
pub(crate) mod redact;
mod replay;

pub use recorder::Recorder;
pub use replay::{Replay, ReplayError};
