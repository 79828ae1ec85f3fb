//! List definitions, and the position of their items in a layout.

use std::collections::BTreeMap;

use qix_schema::Json;
use qix_schema::types::{
    AppObjectListDef, BookmarkListDef, DimensionListDef, FieldListDef, GenericObjectLayout, GenericObjectProperties,
    JsonObject, MeasureListDef, NxCurrentSelectionItem, NxFieldDescription, NxVariableListItem, SelectionObjectDef,
    VariableListDef,
};

use super::item::{BookmarkItem, DimensionItem, MeasureItem, ObjectItem};

/// Definitions of lists of an app; see [`DocExt::list`](crate::DocExt::list).
pub trait ListDef: Into<GenericObjectProperties> + Send + sealed::Sealed + 'static {
    /// The items of the list.
    type Item: Send + 'static;

    /// Adds the data that the items are created from. Data in the definition under the same name takes precedence.
    #[doc(hidden)]
    fn complete(self) -> Self {
        self
    }

    /// The items. Members that an engine omits are empty.
    #[doc(hidden)]
    fn items(layout: GenericObjectLayout) -> Vec<Self::Item>;
}

/// List definitions that can request additional data for each item.
pub trait DataListDef: ListDef {
    /// The requested data: paths by name.
    #[doc(hidden)]
    fn data(&mut self) -> &mut JsonObject;
}

mod sealed {
    /// Only the definitions of the schema are lists.
    pub trait Sealed {}
}

/// Requests the value at a path, under a name.
pub(super) fn ask(data: &mut JsonObject, name: &str, path: &str) {
    // Data in another form than paths by name request nothing.
    let mut paths: BTreeMap<String, Json> = data.to().unwrap_or_default();
    if let Ok(path) = Json::new(path) {
        paths.insert(name.to_owned(), path);
    }
    *data = Json::new(&paths).unwrap_or_default();
}

macro_rules! lists {
    ($($def:ident $list:ident $items:ident $item:ident $($paths:expr)?;)*) => {$(
        impl sealed::Sealed for $def {}

        impl ListDef for $def {
            type Item = $item;

            $(fn complete(mut self) -> Self {
                let own: BTreeMap<String, Json> = self.data.to().unwrap_or_default();
                for (name, path) in $paths {
                    if !own.contains_key(*name) {
                        ask(&mut self.data, name, path);
                    }
                }
                self
            })?

            fn items(layout: GenericObjectLayout) -> Vec<$item> {
                layout.$list.map(|list| list.$items.into_iter().map(Into::into).collect()).unwrap_or_default()
            }
        }
    )*};
}

lists! {
    FieldListDef field_list items NxFieldDescription;
    DimensionListDef dimension_list items DimensionItem DimensionItem::PATHS;
    MeasureListDef measure_list items MeasureItem MeasureItem::PATHS;
    AppObjectListDef app_object_list items ObjectItem ObjectItem::PATHS;
    BookmarkListDef bookmark_list items BookmarkItem BookmarkItem::PATHS;
    VariableListDef variable_list items NxVariableListItem;
    SelectionObjectDef selection_object selections NxCurrentSelectionItem;
}

macro_rules! with_data {
    ($($def:ident)*) => {$(
        impl DataListDef for $def {
            fn data(&mut self) -> &mut JsonObject {
                &mut self.data
            }
        }
    )*};
}

with_data! { DimensionListDef MeasureListDef AppObjectListDef BookmarkListDef VariableListDef }
