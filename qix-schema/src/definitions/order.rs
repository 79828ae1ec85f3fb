//! Orders.

use crate::types::SortCriteria;

impl SortCriteria {
    /// By number, upwards.
    pub fn by_number() -> Self {
        Self::default().with_sort_by_numeric(1)
    }

    /// By text, from a to z.
    pub fn by_text() -> Self {
        Self::default().with_sort_by_ascii(1)
    }

    /// As the values were loaded.
    pub fn by_load_order() -> Self {
        Self::default().with_sort_by_load_order(1)
    }

    /// By how often the values occur, the most frequent first.
    pub fn by_frequency() -> Self {
        Self::default().with_sort_by_frequency(-1)
    }

    /// By state: what is selected first, what is excluded last. With an order among equals, such as
    /// `SortCriteria::by_text().with_sort_by_state(1)`, this is how list boxes sort.
    pub fn by_state() -> Self {
        Self::default().with_sort_by_state(1)
    }

    /// By the value of an expression, upwards.
    ///
    /// ```
    /// use qix_schema::types::SortCriteria;
    ///
    /// let best_first = SortCriteria::by_expression("Sum(Sales)").reversed();
    /// assert_eq!(qix_schema::encode(&best_first)?, r#"{"qSortByExpression":-1,"qExpression":{"qv":"Sum(Sales)"}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn by_expression(expression: impl Into<String>) -> Self {
        let mut order = Self::default().with_sort_by_expression(1);
        order.expression.v = expression.into();
        order
    }

    /// The other way round, whatever it is sorted by.
    #[must_use]
    pub fn reversed(mut self) -> Self {
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
