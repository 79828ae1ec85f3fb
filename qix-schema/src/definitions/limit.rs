//! Limits of dimensions, and calculation conditions.

use crate::types::{
    NxCalcCond, OtherLimitMode, OtherMode, OtherSortMode, OtherTotalSpecProp, StringExpr, TotalMode, ValueExpr,
};

impl OtherTotalSpecProp {
    /// The given number of values with the largest results of the first measure. The rest form the *others* group. To
    /// rank by another measure, use [`by`](Self::by).
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, OtherTotalSpecProp};
    ///
    /// let best = NxDimension::field("Customer")
    ///     .with_other_total_spec(OtherTotalSpecProp::top(10))
    ///     .with_other_label("All others".into());
    /// assert_eq!(best.other_total_spec.other_counted.v, "10");
    /// // Without the others:
    /// let ten = OtherTotalSpecProp::top(10).with_suppress_other(true);
    /// assert!(ten.suppress_other);
    /// ```
    pub fn top(count: u32) -> Self {
        Self::default().with_other_mode(OtherMode::Counted).with_other_counted(count.to_string().into())
    }

    /// The given number of values with the smallest results.
    pub fn bottom(count: u32) -> Self {
        Self::top(count).with_other_sort_mode(OtherSortMode::Ascending)
    }

    /// The values whose results are at least the given limit.
    pub fn at_least(limit: f64) -> Self {
        Self::default()
            .with_other_mode(OtherMode::AbsLimited)
            .with_other_limit(limit.to_string().into())
            .with_other_limit_mode(OtherLimitMode::GeLimit)
    }

    /// The largest values that together reach a share of the total, such as 0.8.
    pub fn share(share: f64) -> Self {
        Self::default().with_other_mode(OtherMode::RelAccTarget).with_other_limit(share.to_string().into())
    }

    /// Ranks the values by another measure of the hypercube instead of the first. Takes the label of the measure, or
    /// its expression if it has no label.
    ///
    /// ```
    /// use qix_schema::types::OtherTotalSpecProp;
    ///
    /// let cheapest = OtherTotalSpecProp::bottom(3).by("Sum(Costs)");
    /// assert_eq!(cheapest.referenced_expression.v, "Sum(Costs)");
    /// ```
    #[must_use]
    pub fn by(self, measure: impl Into<String>) -> Self {
        self.with_referenced_expression(StringExpr::from(measure.into()))
    }

    /// Adds a total to the dimension.
    #[must_use]
    pub fn and_total(self) -> Self {
        self.with_total_mode(TotalMode::Expr)
    }
}

impl NxCalcCond {
    /// Calculates only if the result of an expression is not 0.
    ///
    /// ```
    /// use qix_schema::types::{HyperCubeDef, NxCalcCond, NxDimension};
    ///
    /// let few = NxCalcCond::when("Count(DISTINCT Customer) < 1000").or_say("Select fewer customers.");
    /// let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Customer")]).with_calc_condition(few);
    /// assert_eq!(cube.calc_condition.msg.v, "Select fewer customers.");
    /// ```
    pub fn when(condition: impl Into<String>) -> Self {
        Self::default().with_cond(ValueExpr::from(condition.into()))
    }

    /// Sets the message for when the condition is not met: a string, or an expression that starts with `=`.
    #[must_use]
    pub fn or_say(self, message: impl Into<String>) -> Self {
        self.with_msg(StringExpr::from(message.into()))
    }
}
