//! Traffic with an engine, as a file: one JSON object a line, `{"at":…,"dir":">","msg":…}`.

mod record;
mod replay;

pub use record::Recorder;
pub use replay::{Replay, ReplayError};
