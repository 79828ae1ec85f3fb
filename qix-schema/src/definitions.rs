//! The definitions that nearly every program writes, each in one word.

use crate::types::{
    FieldAttrType, FieldAttributes, GenericObjectProperties, ListObjectDef, NxDimension, NxInfo, NxMeasure, NxPage,
    SortCriteria,
};

impl GenericObjectProperties {
    /// Properties of an object of a type that the app chooses, such as `table`.
    ///
    /// ```
    /// use qix_schema::types::GenericObjectProperties;
    ///
    /// let properties = GenericObjectProperties::of_type("table");
    /// assert_eq!(qix_schema::encode(&properties)?, r#"{"qInfo":{"qType":"table"}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn of_type(kind: impl Into<String>) -> Self {
        Self::default().with_info(NxInfo::default().with_type(kind))
    }
}

impl NxDimension {
    /// A dimension of a field, or of an expression that begins with `=`.
    ///
    /// ```
    /// use qix_schema::types::NxDimension;
    ///
    /// let year = NxDimension::field("Year");
    /// assert_eq!(qix_schema::encode(&year)?, r#"{"qDef":{"qFieldDefs":["Year"]}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn field(definition: impl Into<String>) -> Self {
        let mut dimension = Self::default();
        dimension.def.field_defs.push(definition.into());
        dimension
    }

    /// A dimension of the app's library, by its identifier.
    pub fn library(id: impl Into<String>) -> Self {
        Self::default().with_library_id(id)
    }

    /// Gives the column a title of its own.
    ///
    /// ```
    /// use qix_schema::types::NxDimension;
    ///
    /// let year = NxDimension::field("OrderYear").labeled("Year");
    /// assert_eq!(qix_schema::encode(&year)?, r#"{"qDef":{"qFieldDefs":["OrderYear"],"qFieldLabels":["Year"]}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn labeled(mut self, label: impl Into<String>) -> Self {
        self.def.field_labels = vec![label.into()];
        self
    }

    /// Sets the order of the values.
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, SortCriteria};
    ///
    /// let year = NxDimension::field("Year").sorted(SortCriteria::by_number().reversed());
    /// assert_eq!(year.def.sort_criterias[0].sort_by_numeric, -1);
    /// ```
    #[must_use]
    pub fn sorted(mut self, order: SortCriteria) -> Self {
        self.def.sort_criterias = vec![order];
        self
    }
}

impl ListObjectDef {
    /// A list of a field's values, or of an expression's that begins with `=`.
    ///
    /// ```
    /// use qix_schema::types::{ListObjectDef, SortCriteria};
    ///
    /// let regions = ListObjectDef::field("Region").sorted(SortCriteria::by_text());
    /// assert_eq!(
    ///     qix_schema::encode(&regions)?,
    ///     r#"{"qDef":{"qFieldDefs":["Region"],"qSortCriterias":[{"qSortByAscii":1}]}}"#
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn field(definition: impl Into<String>) -> Self {
        let mut list = Self::default();
        list.def.field_defs.push(definition.into());
        list
    }

    /// A list of the values of a dimension of the app's library, by its identifier.
    pub fn library(id: impl Into<String>) -> Self {
        Self::default().with_library_id(id)
    }

    /// Sets the order of the values.
    #[must_use]
    pub fn sorted(mut self, order: SortCriteria) -> Self {
        self.def.sort_criterias = vec![order];
        self
    }
}

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

impl FieldAttributes {
    /// Numbers by a pattern, such as `#,##0.00`.
    pub fn number(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Fix).with_fmt(pattern)
    }

    /// Dates by a pattern, such as `YYYY-MM-DD`.
    pub fn date(pattern: impl Into<String>) -> Self {
        Self::default().with_type(FieldAttrType::Date).with_fmt(pattern)
    }
}

impl NxMeasure {
    /// A measure of an expression.
    ///
    /// ```
    /// use qix_schema::types::NxMeasure;
    ///
    /// let total = NxMeasure::expression("Sum(Sales)");
    /// assert_eq!(qix_schema::encode(&total)?, r#"{"qDef":{"qDef":"Sum(Sales)"}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn expression(expression: impl Into<String>) -> Self {
        let mut measure = Self::default();
        measure.def.def = expression.into();
        measure
    }

    /// A measure of the app's library, by its identifier.
    pub fn library(id: impl Into<String>) -> Self {
        Self::default().with_library_id(id)
    }

    /// Gives the column a title of its own.
    ///
    /// ```
    /// use qix_schema::types::{FieldAttributes, NxMeasure};
    ///
    /// let total = NxMeasure::expression("Sum(Sales)").labeled("Total").formatted(FieldAttributes::number("#,##0.00"));
    /// assert_eq!((&*total.def.label, &*total.def.num_format.fmt), ("Total", "#,##0.00"));
    /// ```
    #[must_use]
    pub fn labeled(mut self, label: impl Into<String>) -> Self {
        self.def.label = label.into();
        self
    }

    /// Sets how the engine writes the numbers as texts.
    #[must_use]
    pub fn formatted(mut self, format: FieldAttributes) -> Self {
        self.def.num_format = format;
        self
    }

    /// Sets the order of the rows when they are sorted by this column.
    #[must_use]
    pub fn sorted(self, order: SortCriteria) -> Self {
        self.with_sort_by(order)
    }
}

impl NxPage {
    /// A rectangle of rows and columns from the top left on.
    ///
    /// The pages of one call may hold at most 10,000 cells together.
    pub fn of_size(width: i32, height: i32) -> Self {
        Self::default().with_width(width).with_height(height)
    }
}
