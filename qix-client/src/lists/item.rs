//! Items of lists whose entries the schema leaves open.

use std::collections::BTreeMap;

use qix_schema::types::{FieldAttributes, NxContainerEntry, NxGrpType, NxMeta};
use qix_schema::wire::Wire;
use qix_schema::{Extra, Json};

type Paths = &'static [(&'static str, &'static str)];

/// A master dimension.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DimensionItem {
    /// The identifier, for [`NxDimension::library`](qix_schema::types::NxDimension::library) and
    /// [`get_dimension`](qix_schema::DocApi::get_dimension).
    pub id: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The tags.
    pub tags: Vec<String>,
    /// Whether the fields form a drill-down or a cycle.
    pub grouping: NxGrpType,
    /// The fields: names or, with a leading `=`, expressions.
    pub fields: Vec<String>,
    /// What to call each field.
    pub labels: Vec<String>,
    /// What the engine knows of the item besides: rights, owner, times.
    pub meta: NxMeta,
    /// What was asked for, by name; see [`Listing::with_data`](super::Listing::with_data).
    pub data: Extra,
}

impl DimensionItem {
    pub(super) const PATHS: Paths = &[
        ("title", "/qMetaDef/title"),
        ("description", "/qMetaDef/description"),
        ("tags", "/qMetaDef/tags"),
        ("grouping", "/qDim/qGrouping"),
        ("fields", "/qDim/qFieldDefs"),
        ("labels", "/qDim/qFieldLabels"),
    ];
}

impl From<NxContainerEntry> for DimensionItem {
    fn from(entry: NxContainerEntry) -> Self {
        let entry = Entry::from(entry);
        Self {
            title: entry.about("title"),
            description: entry.about("description"),
            tags: entry.about("tags"),
            grouping: entry.read("grouping"),
            fields: entry.read("fields"),
            labels: entry.read("labels"),
            id: entry.id,
            meta: entry.meta,
            data: entry.data,
        }
    }
}

/// A master measure.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct MeasureItem {
    /// The identifier, for [`NxMeasure::library`](qix_schema::types::NxMeasure::library) and
    /// [`get_measure`](qix_schema::DocApi::get_measure).
    pub id: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The tags.
    pub tags: Vec<String>,
    /// The expression.
    pub expression: String,
    /// The label of columns.
    pub label: String,
    /// The format of the numbers.
    pub format: FieldAttributes,
    /// What the engine knows of the item besides: rights, owner, times.
    pub meta: NxMeta,
    /// What was asked for, by name; see [`Listing::with_data`](super::Listing::with_data).
    pub data: Extra,
}

impl MeasureItem {
    pub(super) const PATHS: Paths = &[
        ("title", "/qMetaDef/title"),
        ("description", "/qMetaDef/description"),
        ("tags", "/qMetaDef/tags"),
        ("expression", "/qMeasure/qDef"),
        ("label", "/qMeasure/qLabel"),
        ("format", "/qMeasure/qNumFormat"),
    ];
}

impl From<NxContainerEntry> for MeasureItem {
    fn from(entry: NxContainerEntry) -> Self {
        let entry = Entry::from(entry);
        Self {
            title: entry.about("title"),
            description: entry.about("description"),
            tags: entry.about("tags"),
            expression: entry.read("expression"),
            label: entry.read("label"),
            format: entry.read("format"),
            id: entry.id,
            meta: entry.meta,
            data: entry.data,
        }
    }
}

/// An object of an app, such as a sheet.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ObjectItem {
    /// The identifier, for [`get_object`](qix_schema::DocApi::get_object).
    pub id: String,
    /// The type, such as `sheet`.
    pub kind: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The tags.
    pub tags: Vec<String>,
    /// What the engine knows of the item besides: rights, owner, times.
    pub meta: NxMeta,
    /// What was asked for, by name; see [`Listing::with_data`](super::Listing::with_data).
    pub data: Extra,
}

impl ObjectItem {
    pub(super) const PATHS: Paths =
        &[("title", "/qMetaDef/title"), ("description", "/qMetaDef/description"), ("tags", "/qMetaDef/tags")];
}

impl From<NxContainerEntry> for ObjectItem {
    fn from(entry: NxContainerEntry) -> Self {
        let entry = Entry::from(entry);
        Self {
            title: entry.about("title"),
            description: entry.about("description"),
            tags: entry.about("tags"),
            id: entry.id,
            kind: entry.kind,
            meta: entry.meta,
            data: entry.data,
        }
    }
}

/// A bookmark.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct BookmarkItem {
    /// The identifier, for [`apply_bookmark`](qix_schema::DocApi::apply_bookmark) and
    /// [`get_bookmark`](qix_schema::DocApi::get_bookmark).
    pub id: String,
    /// The title.
    pub title: String,
    /// The description.
    pub description: String,
    /// The tags.
    pub tags: Vec<String>,
    /// The sheet to go to, if the app keeps one.
    pub sheet_id: String,
    /// What the engine knows of the item besides: rights, owner, times.
    pub meta: NxMeta,
    /// What was asked for, by name; see [`Listing::with_data`](super::Listing::with_data).
    pub data: Extra,
}

impl BookmarkItem {
    pub(super) const PATHS: Paths = &[
        ("title", "/qMetaDef/title"),
        ("description", "/qMetaDef/description"),
        ("tags", "/qMetaDef/tags"),
        ("sheetId", "/sheetId"),
    ];
}

impl From<NxContainerEntry> for BookmarkItem {
    fn from(entry: NxContainerEntry) -> Self {
        let entry = Entry::from(entry);
        Self {
            title: entry.about("title"),
            description: entry.about("description"),
            tags: entry.about("tags"),
            sheet_id: entry.read("sheetId"),
            id: entry.id,
            meta: entry.meta,
            data: entry.data,
        }
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
