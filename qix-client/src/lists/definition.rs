//! Definitions of lists, and where their items stand in a layout.

use std::collections::BTreeMap;

use qix_schema::Json;
use qix_schema::types::{
    AppObjectListDef, BookmarkListDef, DimensionListDef, FieldListDef, GenericObjectLayout, GenericObjectProperties,
    JsonObject, MeasureListDef, NxCurrentSelectionItem, NxFieldDescription, NxVariableListItem, SelectionObjectDef,
    VariableListDef,
};

use super::item::{BookmarkItem, DimensionItem, MeasureItem, ObjectItem};

/// Definitions that ask for a list of an app: see [`Lists::list`](super::Lists::list).
pub trait ListDef: Into<GenericObjectProperties> + Send + sealed::Sealed + 'static {
    /// What the list consists of.
    type Item: Send + 'static;

    /// Names and paths of what the items are made from.
    #[doc(hidden)]
    const PATHS: &'static [(&'static str, &'static str)] = &[];

    /// The paths of what is asked for of each item, if that can be told.
    #[doc(hidden)]
    fn paths(&mut self) -> Option<&mut JsonObject> {
        None
    }

    /// The items. What an engine leaves out is empty.
    #[doc(hidden)]
    fn items(layout: GenericObjectLayout) -> Vec<Self::Item>;
}

mod sealed {
    /// Only the definitions of the schema ask for lists.
    pub trait Sealed {}
}

/// Adds the paths of what items are made from; what the definition has under a name of theirs goes before.
pub(super) fn complete<D: ListDef>(mut definition: D) -> D {
    if let Some(paths) = definition.paths() {
        let mut all: BTreeMap<String, Json> = paths.to().unwrap_or_default();
        for (name, path) in D::PATHS {
            if let Ok(path) = Json::new(path) {
                all.entry((*name).to_owned()).or_insert(path);
            }
        }
        *paths = Json::new(&all).unwrap_or_default();
    }
    definition
}

/// Sets one path.
pub(super) fn set<D: ListDef>(definition: &mut D, name: &str, path: &str) {
    if let Some(paths) = definition.paths() {
        let mut all: BTreeMap<String, Json> = paths.to().unwrap_or_default();
        if let Ok(path) = Json::new(path) {
            all.insert(name.to_owned(), path);
        }
        *paths = Json::new(&all).unwrap_or_default();
    }
}

macro_rules! lists {
    ($($def:ident $list:ident $items:ident $item:ident $($paths:expr)?;)*) => {$(
        impl sealed::Sealed for $def {}

        impl ListDef for $def {
            type Item = $item;

            $(
                const PATHS: &'static [(&'static str, &'static str)] = $paths;

                fn paths(&mut self) -> Option<&mut JsonObject> {
                    Some(&mut self.data)
                }
            )?

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
    VariableListDef variable_list items NxVariableListItem &[];
    SelectionObjectDef selection_object selections NxCurrentSelectionItem;
}
