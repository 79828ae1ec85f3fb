//! Columns of hypercubes, and list objects.

use super::name::{as_definition, as_expression};
use crate::types::{FieldAttributes, ListObjectDef, NxDimension, NxGrpType, NxMeasure, SortCriteria};

impl NxDimension {
    /// A dimension for a field, by its name. A name that could mean something else is quoted, unless it is already in
    /// brackets. For an expression, use [`expression`](Self::expression).
    ///
    /// ```
    /// use qix_schema::types::NxDimension;
    ///
    /// let year = NxDimension::field("Year");
    /// assert_eq!(qix_schema::encode(&year)?, r#"{"qDef":{"qFieldDefs":["Year"]}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn field(name: impl Into<String>) -> Self {
        let mut dimension = Self::default();
        dimension.def.field_defs.push(as_definition(name.into()));
        dimension
    }

    /// A dimension of the values of an expression, with or without the `=` before it.
    ///
    /// ```
    /// use qix_schema::types::NxDimension;
    ///
    /// let month = NxDimension::expression("Month(OrderDate)").labeled("Month");
    /// assert_eq!(month.def.field_defs, ["=Month(OrderDate)"]);
    /// // The field of that name:
    /// assert_eq!(NxDimension::field("=Month(OrderDate)").def.field_defs, ["[=Month(OrderDate)]"]);
    /// ```
    pub fn expression(expression: impl Into<String>) -> Self {
        let mut dimension = Self::default();
        dimension.def.field_defs.push(as_expression(expression.into()));
        dimension
    }

    /// A library dimension, by ID.
    pub fn library(id: impl Into<String>) -> Self {
        Self::default().with_library_id(id)
    }

    /// A drill-down dimension with several fields: when only one value of a field is possible, the next field replaces
    /// it.
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, NxGrpType};
    ///
    /// let time = NxDimension::drill_down(["Year", "Month"]).labeled("Time");
    /// assert_eq!((time.def.grouping, time.def.field_defs.len()), (NxGrpType::Hierarchy, 2));
    /// ```
    pub fn drill_down(fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::group(NxGrpType::Hierarchy, fields)
    }

    /// A cyclic dimension with several fields, one of which is active. Starts with the first.
    pub fn cyclic(fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::group(NxGrpType::Collection, fields)
    }

    fn group(grouping: NxGrpType, fields: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let mut dimension = Self::default();
        dimension.def.grouping = grouping;
        dimension.def.field_defs = fields.into_iter().map(|name| as_definition(name.into())).collect();
        dimension
    }

    /// Sets the title of the column; in a group, the title of the first field.
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

    /// Sets the sort order of the values; in a group, of every field. A straight hypercube is sorted by the columns
    /// with a sort order first.
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, SortCriteria};
    ///
    /// let year = NxDimension::field("Year").sorted(SortCriteria::by_number().reversed());
    /// assert_eq!(year.def.sort_criterias[0].sort_by_numeric, -1);
    /// ```
    #[must_use]
    pub fn sorted(mut self, order: SortCriteria) -> Self {
        self.def.sort_criterias = vec![order; self.def.field_defs.len().max(1)];
        self
    }

    /// Sets an expression for the title of the column, so that the title can depend on selections.
    #[must_use]
    pub fn labeled_by(mut self, expression: impl Into<String>) -> Self {
        self.def.label_expression = expression.into();
        self
    }

    /// Sets the number format of the values.
    #[must_use]
    pub fn formatted(mut self, format: FieldAttributes) -> Self {
        self.def.number_presentations = vec![format];
        self
    }
}

impl ListObjectDef {
    /// A list of the values of a field, by its name. The name is quoted as in [`NxDimension::field`].
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
    pub fn field(name: impl Into<String>) -> Self {
        let mut list = Self::default();
        list.def.field_defs.push(as_definition(name.into()));
        list
    }

    /// A list of the values of an expression, with or without the `=` before it.
    pub fn expression(expression: impl Into<String>) -> Self {
        let mut list = Self::default();
        list.def.field_defs.push(as_expression(expression.into()));
        list
    }

    /// A list of the values of a library dimension, by ID.
    pub fn library(id: impl Into<String>) -> Self {
        Self::default().with_library_id(id)
    }

    /// Sets the sort order of the values.
    #[must_use]
    pub fn sorted(mut self, order: SortCriteria) -> Self {
        self.def.sort_criterias = vec![order];
        self
    }

    /// Sets the title of the list.
    #[must_use]
    pub fn labeled(mut self, label: impl Into<String>) -> Self {
        self.def.field_labels = vec![label.into()];
        self
    }

    /// Sets the number format of the values.
    #[must_use]
    pub fn formatted(mut self, format: FieldAttributes) -> Self {
        self.def.number_presentations = vec![format];
        self
    }
}

impl NxMeasure {
    /// A measure for an expression.
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

    /// A library measure, by ID.
    pub fn library(id: impl Into<String>) -> Self {
        Self::default().with_library_id(id)
    }

    /// Sets the title of the column.
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

    /// Sets the number format of the values.
    #[must_use]
    pub fn formatted(mut self, format: FieldAttributes) -> Self {
        self.def.num_format = format;
        self
    }

    /// Sorts the rows by this measure. In a straight cube it then comes before the dimensions in
    /// [`inter_column_sort_order`](crate::types::HyperCubeDef::inter_column_sort_order), unless that is set by hand; else
    /// the order would have no effect. A pivot or stacked cube can be sorted by its first measure only.
    ///
    /// ```
    /// use qix_schema::types::{HyperCubeDef, NxDimension, NxMeasure, SortCriteria};
    ///
    /// let largest_first = HyperCubeDef::default()
    ///     .with_dimensions([NxDimension::field("Region")])
    ///     .with_measures([NxMeasure::expression("Sum(Sales)").sorted(SortCriteria::by_number().reversed())]);
    /// assert_eq!(largest_first.inter_column_sort_order, [1, 0]);
    /// ```
    #[must_use]
    pub fn sorted(self, order: SortCriteria) -> Self {
        self.with_sort_by(order)
    }

    /// Sets an expression for the title of the column, so that the title can depend on selections.
    #[must_use]
    pub fn labeled_by(mut self, expression: impl Into<String>) -> Self {
        self.def.label_expression = expression.into();
        self
    }
}
