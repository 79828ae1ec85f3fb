//! Tasks, time, and chance: those of tokio, or those of a browser.

#[cfg(target_family = "wasm")]
mod browser;
#[cfg(not(target_family = "wasm"))]
mod native;

#[cfg(target_family = "wasm")]
pub(crate) use browser::*;
#[cfg(not(target_family = "wasm"))]
pub(crate) use native::*;
