//! Short constructors for common definitions. There is no constructor for what a generated setter does as well.

mod column;
mod format;
mod limit;
mod list;
mod order;
mod value;

use crate::types::NxPage;

impl NxPage {
    /// A rectangle of rows and columns, starting at the top left.
    ///
    /// The pages of one call may contain at most 10,000 cells in total.
    pub fn of_size(width: i32, height: i32) -> Self {
        Self::default().with_width(width).with_height(height)
    }
}
