//! Columns of hypercubes, and list objects.

use super::name::{as_definition, as_expression};
use crate::types::{
    FieldAttributes, ListObjectDef, NxAttrExprDef, NxDimension, NxGrpType, NxListObjectExpressionDef, NxMeasure,
    SortCriteria,
};

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
    /// let month = NxDimension::expression("Month(OrderDate)").with_label("Month");
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

    /// A drill-down dimension with several fields: when only one value of a field is possible, the next field
    /// replaces it.
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, NxGrpType};
    ///
    /// let time = NxDimension::drill_down(["Year", "Month"]).with_label("Time");
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
    /// let year = NxDimension::field("OrderYear").with_label("Year");
    /// assert_eq!(qix_schema::encode(&year)?, r#"{"qDef":{"qFieldDefs":["OrderYear"],"qFieldLabels":["Year"]}}"#);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.def.field_labels = vec![label.into()];
        self
    }

    /// Sets the sort order of the values; in a group, of every field. A straight hypercube is sorted by the columns
    /// with a sort order first.
    ///
    /// ```
    /// use qix_schema::types::{NxDimension, SortCriteria};
    ///
    /// let year = NxDimension::field("Year").with_sort_by(SortCriteria::by_number().reverse());
    /// assert_eq!(year.def.sort_criterias[0].sort_by_numeric, -1);
    /// ```
    #[must_use]
    pub fn with_sort_by(mut self, order: SortCriteria) -> Self {
        self.def.sort_criterias = vec![order; self.def.field_defs.len().max(1)];
        self
    }

    /// Sets an expression for the title of the column, so that the title can depend on selections.
    #[must_use]
    pub fn with_label_expression(mut self, expression: impl Into<String>) -> Self {
        self.def.label_expression = expression.into();
        self
    }

    /// Sets the number format of the values.
    #[must_use]
    pub fn with_num_format(mut self, format: FieldAttributes) -> Self {
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
    /// let regions = ListObjectDef::field("Region").with_sort_by(SortCriteria::by_text());
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
    pub fn with_sort_by(mut self, order: SortCriteria) -> Self {
        self.def.sort_criterias = vec![order];
        self
    }

    /// Sets the title of the list.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.def.field_labels = vec![label.into()];
        self
    }

    /// Sets the number format of the values.
    #[must_use]
    pub fn with_num_format(mut self, format: FieldAttributes) -> Self {
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
    ///
    /// To sort the rows by it, use [`with_sort_by`](Self::with_sort_by). In a straight cube it then comes before the
    /// dimensions in [`inter_column_sort_order`](crate::types::HyperCubeDef::inter_column_sort_order), unless that is set
    /// by hand; otherwise, the order would have no effect. A pivot or stacked cube can be sorted by its first measure only.
    ///
    /// ```
    /// use qix_schema::types::{HyperCubeDef, NxMeasure, SortCriteria};
    ///
    /// let largest_first = HyperCubeDef::default()
    ///     .with_dimensions(["Region"])
    ///     .with_measures([NxMeasure::expression("Sum(Sales)").with_sort_by(SortCriteria::by_number().reverse())]);
    /// assert_eq!(largest_first.inter_column_sort_order, [1, 0]);
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
    /// let total = NxMeasure::expression("Sum(Sales)").with_label("Total").with_num_format(FieldAttributes::number("#,##0.00"));
    /// assert_eq!((&*total.def.label, &*total.def.num_format.fmt), ("Total", "#,##0.00"));
    /// ```
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Self {
        self.def.label = label.into();
        self
    }

    /// Sets the number format of the values.
    #[must_use]
    pub fn with_num_format(mut self, format: FieldAttributes) -> Self {
        self.def.num_format = format;
        self
    }

    /// Sets an expression for the title of the column, so that the title can depend on selections.
    #[must_use]
    pub fn with_label_expression(mut self, expression: impl Into<String>) -> Self {
        self.def.label_expression = expression.into();
        self
    }
}

/// A column, or a list, from a string: a field name, or an expression.
macro_rules! from_strings {
    ($($(#[$doc:meta])* $type:ident = $from:expr;)*) => {$(
        $(#[$doc])*
        impl From<String> for $type {
            fn from(text: String) -> Self {
                $from(text)
            }
        }

        $(#[$doc])*
        impl From<&String> for $type {
            fn from(text: &String) -> Self {
                $from(text.clone())
            }
        }

        $(#[$doc])*
        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                $from(text.to_owned())
            }
        }
    )*};
}

from_strings! {
    /// A field, by its name, or an expression that starts with `=`.
    ///
    /// ```
    /// use qix_schema::types::{HyperCubeDef, NxDimension};
    ///
    /// let cube = HyperCubeDef::default().with_dimensions(["Year", "=Month(Day)"]).with_measures(["Sum(Sales)"]);
    /// assert_eq!(cube.dimensions, [NxDimension::field("Year"), NxDimension::expression("Month(Day)")]);
    /// ```
    NxDimension = |text: String| if text.starts_with('=') { Self::expression(text) } else { Self::field(text) };
    /// A field, by its name, or an expression that starts with `=`.
    ListObjectDef = |text: String| if text.starts_with('=') { Self::expression(text) } else { Self::field(text) };
    /// An expression.
    NxMeasure = Self::expression;
    /// An expression.
    NxAttrExprDef = |expression| Self::default().with_expression(expression);
    /// An expression.
    NxListObjectExpressionDef = |expression| Self::default().with_expr(expression);
}
