//! Extension methods for apps, objects, and sessions.

#[cfg(feature = "arrow")]
pub mod arrow;
mod bookmarks;
pub(crate) mod doc_ext;
#[cfg(all(feature = "download", not(target_family = "wasm")))]
pub mod download;
pub mod expression;
mod fields;
pub(crate) mod generic_object_ext;
pub mod lists;
pub mod load;
pub(crate) mod open_doc;
pub(crate) mod optional;
pub(crate) mod pending;
pub mod progress;
pub mod reload;
pub mod rows;
pub mod select;
pub mod stored;
mod streams;
mod temporary;
pub mod walk;
pub mod watch;
