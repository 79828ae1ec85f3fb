//! The clock of deadlines.

/// A moment: [`std::time::Instant`], or in a browser, where that one panics, the one of the crate `web-time`.
#[cfg(not(target_family = "wasm"))]
pub use std::time::Instant;
#[cfg(target_family = "wasm")]
pub use web_time::Instant;
