//! Objects with a single definition.

use crate::types::{
    AppObjectListDef, BookmarkListDef, DimensionListDef, FieldListDef, GenericObjectProperties, HyperCubeDef,
    ListObjectDef, MeasureListDef, NxDerivedField, NxFieldDescription, NxInfo, SelectionObjectDef, VariableListDef,
};

macro_rules! objects {
    ($($definition:ident $kind:literal $with:ident)*) => {$(
        impl From<$definition> for GenericObjectProperties {
            fn from(definition: $definition) -> Self {
                Self::of_type($kind).$with(definition)
            }
        }
    )*};
}

objects! {
    HyperCubeDef "HyperCube" with_hyper_cube_def
    ListObjectDef "ListObject" with_list_object_def
    FieldListDef "FieldList" with_field_list_def
    DimensionListDef "DimensionList" with_dimension_list_def
    MeasureListDef "MeasureList" with_measure_list_def
    AppObjectListDef "AppObjectList" with_app_object_list_def
    VariableListDef "VariableList" with_variable_list_def
    BookmarkListDef "BookmarkList" with_bookmark_list_def
    SelectionObjectDef "CurrentSelections" with_selection_object_def
}

impl GenericObjectProperties {
    /// Properties of an object of any type, such as `table`. To create an object from a single definition, convert it:
    /// `HyperCubeDef::default().into()`.
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

impl NxFieldDescription {
    /// The fields that the script derives from this one, of all definitions. The list must have been requested with
    /// [`show_derived_fields`](crate::types::FieldListDef::show_derived_fields).
    pub fn derived_fields(&self) -> impl Iterator<Item = &NxDerivedField> {
        self.derived_field_data.derived_field_lists.iter().flat_map(|list| &list.field_defs)
    }
}
