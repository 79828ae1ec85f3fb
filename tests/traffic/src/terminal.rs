//! Terminal output: aligned tables with abbreviated payloads.

mod calls;
mod objects;
mod overview;
mod pair;
mod pretty;
mod table;

pub use calls::{list, slowest};
pub use objects::{about, invalidated, objects};
pub use overview::overview;
pub use pair::pair;
