//! Rows of list objects.

use qix_client::prelude::*;
use serde::Deserialize;

use super::{object, pages, sales};

#[tokio::test]
async fn lists_tell_their_values_and_states() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        region: String,
        state: StateEnumType,
        elem_number: i32,
    }
    let (engine, _session, doc) = sales().await;
    doc.get_field("Region").await.unwrap().select("South").await.unwrap();
    let definition = ListObjectDef::field("Region").sorted(SortCriteria::by_text());
    let list = object(&doc, GenericObjectProperties::of_type("filter").with_list_object_def(definition)).await;
    let rows: Vec<Row> = list.rows().read_all().await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (&*row.region, row.elem_number)).collect();
    assert_eq!(found, [("North", 0), ("South", 1), ("West", 2)]);
    let selected: Vec<_> = rows.iter().map(|row| row.state == StateEnumType::Selected).collect();
    assert_eq!(selected, [false, true, false]);
    let pairs: Vec<(String, String)> = list.rows().read_all().await.unwrap();
    assert!(pairs.contains(&("South".into(), "S".into())));
    let plain: Vec<String> = list.rows().read_all().await.unwrap();
    assert_eq!(plain, ["North", "South", "West"]);
    assert_eq!(pages(&engine, "GetListObjectData").len(), 3);
}
