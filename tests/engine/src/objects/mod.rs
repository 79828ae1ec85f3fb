//! The items of an app: objects, dimensions, measures, variables and bookmarks, and their layouts.

pub(crate) mod contents;
pub(crate) mod document;
pub(crate) mod frame;
pub(crate) mod layout;
pub(crate) mod lists;
pub(crate) mod patches;
pub(crate) mod tree;
pub(crate) mod uses;
pub(crate) mod written;
