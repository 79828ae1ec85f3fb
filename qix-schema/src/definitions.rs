//! The definitions that nearly every program writes, each in one word. What a generated setter says as well has no word
//! here.

mod column;
mod format;
mod limit;
mod list;
mod name;
mod order;
mod sorting;
mod value;

pub use name::quote_name;

use crate::types::NxPage;

impl NxPage {
    /// A rectangle of rows and columns from the top left on.
    ///
    /// The pages of one call may hold at most 10,000 cells together.
    pub fn of_size(width: i32, height: i32) -> Self {
        Self::default().with_width(width).with_height(height)
    }
}
