//! What users call on apps, objects and sessions, above the generated methods.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
pub(crate) mod lists;
pub(crate) mod load;
pub(crate) mod open_doc;
pub(crate) mod progress;
pub(crate) mod reload;
pub(crate) mod rows;
pub(crate) mod select;
mod temporary;
pub(crate) mod watch;
