//! What an app is made of: objects, dimensions, measures, variables and bookmarks, and how their properties
//! become layouts.

pub(crate) mod contents;
pub(crate) mod document;
pub(crate) mod frame;
pub(crate) mod layout;
pub(crate) mod lists;
pub(crate) mod patches;
pub(crate) mod tree;
pub(crate) mod uses;
pub(crate) mod written;
