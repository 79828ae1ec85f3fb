//! Results of attribute expressions as columns.

use qix_client::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{object_of, sales};

/// A cube of regions and their sales, with attribute expressions of both.
async fn with_attributes(doc: &Doc, mode: &str) -> GenericObject {
    let properties = json!({
        "qInfo": { "qType": "table" },
        "qHyperCubeDef": {
            "qMode": mode,
            "qDimensions": [{
                "qDef": { "qFieldDefs": ["Region"] },
                "qAttributeExpressions": [
                    { "qExpression": "Left(Region, 1)", "id": "initial" },
                    { "qExpression": "Max(Sales)" },
                ],
            }],
            "qMeasures": [{
                "qDef": { "qDef": "Sum(Sales)" },
                "qAttributeExpressions": [{ "qExpression": "If(Sum(Sales) > 600, 'high', 'low')", "id": "level" }],
            }],
        },
    });
    object_of(doc, properties).await
}

type Row = (String, f64, String, f64, Option<String>);

fn row(region: &str, sales: f64, initial: &str, largest: f64, level: &str) -> Row {
    (region.into(), sales, initial.into(), largest, Some(level.into()))
}

#[tokio::test]
async fn attributes_follow_all_other_columns_in_each_mode() {
    let (_engine, _session, doc) = sales().await;
    let expected = [
        row("North", 685.0, "N", 170.0, "high"),
        row("South", 625.0, "S", 200.0, "high"),
        row("West", 365.0, "W", 130.0, "low"),
    ];
    for mode in ["S", "P", "K", "T"] {
        let table = with_attributes(&doc, mode).await;
        let rows: Vec<Row> = table.rows().with_attributes(true).read_all().await.unwrap();
        // No recorded answer has results at the values of a stacked cube.
        let level = |row: &Row| row.4.clone().filter(|_| mode != "K");
        let expected = expected.clone().map(|row| (row.0.clone(), row.1, row.2.clone(), row.3, level(&row)));
        assert_eq!(rows, expected, "{mode}");
        let without: Vec<(String, f64)> = table.rows().read_all().await.unwrap();
        assert_eq!(without[2], ("West".into(), 365.0), "{mode}");
    }
}

#[tokio::test]
async fn attributes_are_found_by_id_and_by_expression() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        region: String,
        initial: char,
        #[serde(rename = "Max(Sales)")]
        largest: u32,
        level: Option<String>,
    }
    let (_engine, _session, doc) = sales().await;
    let table = with_attributes(&doc, "S").await;
    let rows: Vec<Row> = table.rows().with_attributes(true).with_page_rows(1).read_all().await.unwrap();
    let last = Row { region: "West".into(), initial: 'W', largest: 130, level: Some("low".into()) };
    assert_eq!(rows[2], last);
    let maps: Vec<Value> = table.rows().with_attributes(true).read_all().await.unwrap();
    let first = json!({ "Region": "North", "Sum(Sales)": 685, "initial": "N", "Max(Sales)": 170, "level": "high" });
    assert_eq!(maps[0], first);
}

#[tokio::test]
async fn a_value_of_an_attribute_that_does_not_fit_is_an_error_with_its_id() {
    let (_engine, _session, doc) = sales().await;
    let table = with_attributes(&doc, "S").await;
    let error = table.rows::<(String, f64, f64, f64, String)>().with_attributes(true).read_all().await.unwrap_err();
    assert!(error.to_string().contains("`initial`"), "{error}");
}

#[cfg(feature = "arrow")]
#[tokio::test]
async fn batches_have_a_column_for_each_attribute() {
    use arrow_schema::DataType::{Float64, Utf8};
    let (_engine, _session, doc) = sales().await;
    for mode in ["S", "P"] {
        let table = with_attributes(&doc, mode).await;
        let mut batches = table.record_batches().with_attributes(true);
        let schema = batches.schema().await.unwrap();
        let columns: Vec<_> =
            schema.fields().iter().map(|field| (field.name().as_str(), field.data_type().clone())).collect();
        let expected =
            [("Region", Utf8), ("Sum(Sales)", Float64), ("initial", Utf8), ("Max(Sales)", Float64), ("level", Utf8)];
        assert_eq!(columns, expected, "{mode}");
        let batch = futures_util::TryStreamExt::try_next(&mut batches).await.unwrap().unwrap();
        let levels: Vec<_> = arrow_array::cast::AsArray::as_string::<i32>(batch.column(4)).iter().flatten().collect();
        assert_eq!(levels, ["high", "high", "low"], "{mode}");
    }
}
