//! Sort orders.

use crate::types::SortCriteria;

impl SortCriteria {
    /// By number, ascending.
    pub fn by_number() -> Self {
        Self::default().with_sort_by_numeric(1)
    }

    /// Alphabetically.
    pub fn by_text() -> Self {
        Self::default().with_sort_by_ascii(1)
    }

    /// In load order.
    pub fn by_load_order() -> Self {
        Self::default().with_sort_by_load_order(1)
    }

    /// By number of occurrences, the most frequent value first.
    pub fn by_frequency() -> Self {
        Self::default().with_sort_by_frequency(1)
    }

    /// By selection state: selected values first, excluded values last. List boxes combine it with another order:
    /// `SortCriteria::by_text().with_sort_by_state(1)`.
    pub fn by_state() -> Self {
        Self::default().with_sort_by_state(1)
    }

    /// By the result of an expression, ascending.
    ///
    /// ```
    /// use qix_schema::types::SortCriteria;
    ///
    /// let best_first = SortCriteria::by_expression("Sum(Sales)").reverse();
    /// assert_eq!(qix_schema::encode(&best_first)?, r#"{"qSortByExpression":-1,"qExpression":{"qv":"Sum(Sales)"}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn by_expression(expression: impl Into<String>) -> Self {
        let mut order = Self::default().with_sort_by_expression(1);
        order.expression.v = expression.into();
        order
    }

    /// Reverses all criteria.
    #[must_use]
    pub fn reverse(mut self) -> Self {
        for direction in [
            &mut self.sort_by_state,
            &mut self.sort_by_frequency,
            &mut self.sort_by_numeric,
            &mut self.sort_by_ascii,
            &mut self.sort_by_load_order,
            &mut self.sort_by_expression,
            &mut self.sort_by_greyness,
        ] {
            *direction = direction.saturating_neg();
        }
        self
    }
}
