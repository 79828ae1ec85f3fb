//! Entry points for fuzzing; see `tests/fuzz`.

mod addresses;
mod messages;
mod patches;
mod recordings;
mod session;

pub use addresses::addresses;
pub use messages::messages;
pub use patches::patches;
pub use recordings::recordings;
pub use session::session;

pub use crate::ext::rows::fuzz::rows;
