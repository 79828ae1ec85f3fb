//! Items of lists whose entries the schema leaves open.

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
            /// The identifier.
            pub id: String,
            /// The type, such as `sheet`.
            pub kind: String,
            /// The title.
            pub title: String,
            /// The description.
            pub description: String,
            /// The tags.
            pub tags: Vec<String>,
            $($(#[$field_doc])* pub $field: $type,)*
            /// What the engine knows of the item besides: rights, owner, times.
            pub meta: NxMeta,
            /// What was asked for, by name; see [`Listing::with_data`](super::Listing::with_data).
            pub data: Extra,
        }

        impl $item {
            /// Names and paths of what the item is made from.
            pub(super) const PATHS: &[(&str, &str)] = &[
                ("title", "/qMetaDef/title"),
                ("description", "/qMetaDef/description"),
                ("tags", "/qMetaDef/tags"),
                $((stringify!($field), $path),)*
            ];
        }

        impl From<NxContainerEntry> for $item {
            fn from(entry: NxContainerEntry) -> Self {
                let entry = Entry::from(entry);
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
    /// A master dimension. Its identifier is what [`NxDimension::library`](qix_schema::types::NxDimension::library) and
    /// [`get_dimension`](qix_schema::DocApi::get_dimension) take.
    DimensionItem {
        /// Whether the fields form a drill-down or a cycle.
        grouping: NxGrpType = "/qDim/qGrouping",
        /// The fields: names or, with a leading `=`, expressions.
        fields: Vec<String> = "/qDim/qFieldDefs",
        /// What to call each field.
        labels: Vec<String> = "/qDim/qFieldLabels",
    }

    /// A master measure. Its identifier is what [`NxMeasure::library`](qix_schema::types::NxMeasure::library) and
    /// [`get_measure`](qix_schema::DocApi::get_measure) take.
    MeasureItem {
        /// The expression.
        expression: String = "/qMeasure/qDef",
        /// The label of columns.
        label: String = "/qMeasure/qLabel",
        /// The format of the numbers.
        format: FieldAttributes = "/qMeasure/qNumFormat",
    }

    /// An object of an app, such as a sheet. Its identifier is what [`get_object`](qix_schema::DocApi::get_object) takes.
    ObjectItem {}

    /// A bookmark. Its identifier is what [`apply_bookmark`](qix_schema::DocApi::apply_bookmark) and
    /// [`get_bookmark`](qix_schema::DocApi::get_bookmark) take.
    BookmarkItem {
        /// The sheet to go to, if the app keeps one.
        sheet_id: String = "/sheetId",
    }
}

/// An entry, with its data by name.
struct Entry {
    id: String,
    kind: String,
    meta: NxMeta,
    data: Extra,
}

impl From<NxContainerEntry> for Entry {
    fn from(entry: NxContainerEntry) -> Self {
        let mut data = Extra::default();
        for (name, value) in entry.data.to::<BTreeMap<String, Json>>().unwrap_or_default() {
            // What has been read can be written.
            data.set(&name, &value).ok();
        }
        Self { id: entry.info.id, kind: entry.info.type_, meta: entry.meta, data }
    }
}

impl Entry {
    /// A value; apps may keep something else in its place, and engines leave it out.
    fn read<T: Wire + Default>(&self, name: &str) -> T {
        self.data.json(name).and_then(|json| qix_schema::decode(json.as_str()).ok()).unwrap_or_default()
    }

    /// A value that stands among the attributes too.
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
    fn items_survive_whatever_an_engine_leaves_out_or_adds() {
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
