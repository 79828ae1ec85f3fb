//! List items that the schema does not define.

use std::collections::BTreeMap;

use qix_schema::types::{FieldAttributes, NxContainerEntry, NxGrpType, NxMeta};
use qix_schema::wire::Wire;
use qix_schema::{Extra, Json};

macro_rules! items {
    ($($(#[$doc:meta])* $item:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty = $path:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $item {
            /// ID.
            pub id: String,
            /// Type, such as `sheet`.
            pub kind: String,
            /// Title.
            pub title: String,
            /// Description.
            pub description: String,
            /// Tags.
            pub tags: Vec<String>,
            $($(#[$field_doc])* pub $field: $type,)*
            /// Other metadata: access rights, owner, and times.
            pub meta: NxMeta,
            /// Additional data by name; see [`with_data`](crate::Pending::with_data).
            pub data: Extra,
        }

        impl $item {
            /// Names and paths that the item requests.
            pub(super) const PATHS: &[(&str, &str)] = &[
                ("title", "/qMetaDef/title"),
                ("description", "/qMetaDef/description"),
                ("tags", "/qMetaDef/tags"),
                $((stringify!($field), $path),)*
            ];
        }

        impl From<NxContainerEntry> for $item {
            fn from(entry: NxContainerEntry) -> Self {
                let entry = ItemData::from(entry);
                Self {
                    title: entry.about("title"),
                    description: entry.about("description"),
                    tags: entry.about("tags"),
                    $($field: entry.read(stringify!($field)),)*
                    id: entry.id,
                    kind: entry.kind,
                    meta: entry.meta,
                    data: entry.data,
                }
            }
        }
    )*};
}

items! {
    /// A library dimension. Pass its ID to [`NxDimension::library`](qix_schema::types::NxDimension::library) or
    /// [`get_dimension`](qix_schema::DocApi::get_dimension).
    DimensionItem {
        /// Type of group.
        grouping: NxGrpType = "/qDim/qGrouping",
        /// Field names, or expressions that start with `=`.
        fields: Vec<String> = "/qDim/qFieldDefs",
        /// Label of each field.
        labels: Vec<String> = "/qDim/qFieldLabels",
    }

    /// A library measure. Pass its ID to [`NxMeasure::library`](qix_schema::types::NxMeasure::library) or
    /// [`get_measure`](qix_schema::DocApi::get_measure).
    MeasureItem {
        /// Expression.
        expression: String = "/qMeasure/qDef",
        /// Label.
        label: String = "/qMeasure/qLabel",
        /// Number format.
        format: FieldAttributes = "/qMeasure/qNumFormat",
    }

    /// An object of an app, such as a sheet. Pass its ID to [`get_object`](qix_schema::DocApi::get_object).
    ObjectItem {}

    /// A bookmark. Pass its ID to [`apply_bookmark`](qix_schema::DocApi::apply_bookmark) or
    /// [`get_bookmark`](qix_schema::DocApi::get_bookmark).
    BookmarkItem {
        /// ID of the associated sheet, if the app stores one.
        sheet_id: String = "/sheetId",
    }
}

/// A list entry, with its data by name.
struct ItemData {
    id: String,
    kind: String,
    meta: NxMeta,
    data: Extra,
}

impl From<NxContainerEntry> for ItemData {
    fn from(entry: NxContainerEntry) -> Self {
        let mut data = Extra::default();
        for (name, value) in entry.data.to::<BTreeMap<String, Json>>().unwrap_or_default() {
            // Values that have been decoded can be encoded.
            data.set(&name, &value).ok();
        }
        Self { id: entry.info.id, kind: entry.info.type_, meta: entry.meta, data }
    }
}

impl ItemData {
    /// A value, which engines may omit and apps may replace.
    fn read<T: Wire + Default>(&self, name: &str) -> T {
        self.data.json(name).and_then(|json| qix_schema::decode(json.as_str()).ok()).unwrap_or_default()
    }

    /// A value that is also in the attributes.
    fn about<T: Wire + Default>(&self, name: &str) -> T {
        let json = self.data.json(name).or_else(|| self.meta.extra.json(name));
        json.and_then(|json| qix_schema::decode(json.as_str()).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(entry: &str) -> MeasureItem {
        qix_schema::decode::<NxContainerEntry>(entry).unwrap().into()
    }

    #[test]
    fn items_decode_despite_missing_and_unknown_members() {
        assert_eq!(measure("{}"), MeasureItem::default());
        let item = measure(
            r#"{"qInfo":{"qId":"m","qNew":1},"qMeta":{"title":"From meta","owner":{"id":"x"}},"qFuture":[],
                "qData":{"title":null,"tags":{"not":"a list"},"expression":"Sum(x)","format":{"qType":"M","qNew":2}}}"#,
        );
        assert_eq!((&*item.id, &*item.title, &*item.expression), ("m", "", "Sum(x)"));
        assert!(item.tags.is_empty());
        assert_eq!(item.format.type_, qix_schema::types::FieldAttrType::Money);
        assert_eq!(item.meta.extra.json("owner").map(Json::as_str), Some(r#"{"id":"x"}"#));
        assert_eq!(measure(r#"{"qMeta":{"title":"From meta"},"qData":[1]}"#).title, "From meta");
    }
}
