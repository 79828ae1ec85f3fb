//! Limits of dimensions, and calculation conditions.

use crate::types::{NxCalcCond, OtherLimitMode, OtherMode, OtherSortMode, OtherTotalSpecProp, ValueExpr};

impl OtherTotalSpecProp {
    /// The given number of values with the largest results of the first measure. The rest form the *others* group. To rank
    /// by another measure, use [`with_referenced_expression`](Self::with_referenced_expression) with the label of the
    /// measure, or with its expression if it has no label.
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, OtherTotalSpecProp};
    ///
    /// let best = NxDimension::field("Customer")
    ///     .with_other_total_spec(OtherTotalSpecProp::top(10))
    ///     .with_other_label("All others");
    /// assert_eq!(best.other_total_spec.other_counted.v, "10");
    /// // Without the others:
    /// let ten = OtherTotalSpecProp::top(10).with_suppress_other(true);
    /// assert!(ten.suppress_other);
    /// ```
    pub fn top(count: u32) -> Self {
        Self::default().with_other_mode(OtherMode::Counted).with_other_counted(count.to_string())
    }

    /// The given number of values with the smallest results.
    pub fn bottom(count: u32) -> Self {
        Self::top(count).with_other_sort_mode(OtherSortMode::Ascending)
    }

    /// The values whose results are at least the given limit.
    pub fn at_least(limit: f64) -> Self {
        Self::default()
            .with_other_mode(OtherMode::AbsLimited)
            .with_other_limit(limit.to_string())
            .with_other_limit_mode(OtherLimitMode::GeLimit)
    }

    /// The largest values that together reach a share of the total, such as 0.8.
    pub fn share(share: f64) -> Self {
        Self::default().with_other_mode(OtherMode::RelAccTarget).with_other_limit(share.to_string())
    }
}

impl NxCalcCond {
    /// Calculates only if the result of an expression is not 0. [`with_msg`](Self::with_msg) sets the message for when it
    /// is.
    ///
    /// ```
    /// use qix_schema::types::{HyperCubeDef, NxCalcCond};
    ///
    /// let few = NxCalcCond::when("Count(DISTINCT Customer) < 1000").with_msg("Select fewer customers.");
    /// let cube = HyperCubeDef::default().with_dimensions(["Customer"]).with_calc_condition(few);
    /// assert_eq!(cube.calc_condition.msg.v, "Select fewer customers.");
    /// ```
    pub fn when(condition: impl Into<String>) -> Self {
        Self::default().with_cond(ValueExpr::from(condition.into()))
    }
}
