//! Traffic with an engine, as a file: one JSON object a line, `{"at":…,"dir":">","msg":…}`.

mod recorder;
pub(crate) mod redact;
mod replay;

pub use recorder::Recorder;
pub use replay::{Replay, ReplayError};
