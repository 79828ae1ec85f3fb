//! Message formats, without I/O.

pub(crate) mod answer;
pub(crate) mod document;
pub(crate) mod envelope;
pub(crate) mod mark;
pub mod notification;
pub(crate) mod parts;
pub(crate) mod patch;
pub(crate) mod progress_code;
pub(crate) mod request;

pub(crate) use envelope::{Body, Envelope};
