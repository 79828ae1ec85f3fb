//! The definitions that nearly every program writes, each in one word.

use crate::types::{GenericObjectProperties, NxDimension, NxInfo, NxMeasure, NxPage};

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
}

impl NxPage {
    /// A rectangle of rows and columns from the top left on.
    ///
    /// The pages of one call may hold at most 10,000 cells together.
    pub fn of_size(width: i32, height: i32) -> Self {
        Self::default().with_width(width).with_height(height)
    }
}
