//! Constructors and conversions for common definitions, and setters for what is nested in them. Setters have the names of
//! the generated ones, `with_…`; none repeats a generated one.

mod column;
mod format;
mod limit;
mod list;
mod name;
mod order;
mod patch;
mod privilege;
mod sorting;
mod value;

pub use name::quote_name;
pub use privilege::Privilege;

use crate::types::NxPage;

impl NxPage {
    /// A rectangle of rows and columns, starting at the top left.
    ///
    /// The pages of one call may contain at most 10,000 cells in total.
    ///
    /// ```
    /// use qix_schema::types::NxPage;
    ///
    /// let second = NxPage::of_size(4, 1000).with_top(1000);
    /// assert_eq!((second.left, second.top, second.width, second.height), (0, 1000, 4, 1000));
    /// ```
    pub fn of_size(width: i32, height: i32) -> Self {
        Self::default().with_width(width).with_height(height)
    }
}
