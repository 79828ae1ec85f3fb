//! Finding the cube, and reading rows as various types.

use std::collections::{BTreeMap, HashMap};

use qix_client::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{cube, object, object_of, rows_error, sales};

const MEASURES: [&str; 1] = ["Sum(Sales)"];

#[tokio::test]
async fn structs_find_columns_by_title_field_and_expression() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        year: i32,
        #[serde(rename = "Sum(Sales)")]
        total: f64,
        #[serde(alias = "Region")]
        place: String,
        #[serde(default)]
        absent: Option<u8>,
    }
    let (_engine, _session, doc) = sales().await;
    let table = cube(&doc, &["Year", "[Region]"], &MEASURES).await;
    let rows: Vec<Row> = table.rows().read_all().await.unwrap();
    assert_eq!(rows.len(), 9);
    assert_eq!(rows[0], Row { year: 2021, total: 200.0, place: "North".into(), absent: None });
    assert_eq!(rows[8], Row { year: 2023, total: 235.0, place: "West".into(), absent: None });
}

#[tokio::test]
async fn columns_are_found_by_aggregated_field_and_by_label() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        sales: i64,
        best_month: f32,
    }
    let (_engine, _session, doc) = sales().await;
    let best = NxMeasure::expression("Max(Sales)").with_label("Best month");
    let cube = HyperCubeDef::default().with_measures([NxMeasure::expression("Sum(Sales)"), best]);
    let kpi = object(&doc, GenericObjectProperties::of_type("kpi").with_hyper_cube_def(cube)).await;
    let rows: Vec<Row> = kpi.rows().read_all().await.unwrap();
    assert_eq!(rows, [Row { sales: 1675, best_month: 200.0 }]);
}

#[tokio::test]
async fn rows_are_read_by_position_and_as_maps() {
    let (_engine, _session, doc) = sales().await;
    let table = cube(&doc, &["Region"], &["Sum(Sales)", "Count(Sales)"]).await;
    let tuples: Vec<(String, f64, u32)> = table.rows().read_all().await.unwrap();
    assert_eq!(tuples[0], ("North".into(), 685.0, 6));
    let lists: Vec<Vec<String>> = table.rows().read_all().await.unwrap();
    assert_eq!(lists[0], ["North", "685", "6"]);
    let arrays: Vec<[String; 3]> = table.rows().read_all().await.unwrap();
    assert_eq!(arrays[2][0], "West");
    let maps: Vec<BTreeMap<String, String>> = table.rows().read_all().await.unwrap();
    assert_eq!(maps[1]["Sum(Sales)"], "625");
    let values: Vec<Value> = table.rows().read_all().await.unwrap();
    assert_eq!(values[0], json!({ "Region": "North", "Sum(Sales)": 685, "Count(Sales)": 6 }));
    #[derive(Deserialize)]
    struct Flat {
        #[serde(rename = "Region")]
        region: String,
        #[serde(flatten)]
        rest: HashMap<String, f64>,
    }
    let flat: Vec<Flat> = table.rows().read_all().await.unwrap();
    assert_eq!((&*flat[0].region, flat[0].rest["Count(Sales)"]), ("North", 6.0));
}

#[tokio::test]
async fn a_row_of_one_column_can_be_a_plain_value() {
    let (_engine, _session, doc) = sales().await;
    let years = cube(&doc, &["Year"], &[]).await;
    assert_eq!(years.rows::<u16>().read_all().await.unwrap(), [2021, 2022, 2023]);
    assert_eq!(years.rows::<Option<String>>().read_all().await.unwrap()[0].as_deref(), Some("2021"));
    let table = cube(&doc, &["Year"], &MEASURES).await;
    let error = table.rows::<u16>().read_all().await.unwrap_err();
    assert!(matches!(rows_error(&error), RowsError::Row { row: 0, .. }), "{error}");
}

#[tokio::test]
async fn columns_are_in_the_requested_order() {
    let (_engine, _session, doc) = sales().await;
    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_column_order([1, 0]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    let tuples: Vec<(f64, String)> = table.rows().read_all().await.unwrap();
    #[derive(Deserialize)]
    struct Row {
        region: String,
        sales: f64,
    }
    let rows: Vec<Row> = table.rows().read_all().await.unwrap();
    assert_eq!(tuples.len(), 3);
    assert!(tuples.iter().zip(&rows).all(|(tuple, row)| *tuple == (row.sales, row.region.clone())));
}

#[tokio::test]
async fn a_cube_can_be_anywhere() {
    let (_engine, _session, doc) = sales().await;
    let cube = json!({ "qDimensions": [{ "qDef": { "qFieldDefs": ["Year"] } }], "qMeasures": [] });
    let properties = json!({ "qInfo": { "qType": "map" }, "boxplotDef": { "qHyperCubeDef": cube } });
    let map = object_of(&doc, properties).await;
    let years: Vec<i32> = map.rows().with_path("/boxplotDef/qHyperCubeDef").read_all().await.unwrap();
    assert_eq!(years, [2021, 2022, 2023]);
    let error = map.rows::<i32>().read_all().await.unwrap_err();
    assert_eq!(rows_error(&error), RowsError::NotFound { path: "/qHyperCubeDef".into() });
    assert_eq!(error.method().unwrap().name, "GetLayout");
}

#[tokio::test]
async fn a_cube_that_is_not_calculated_is_an_error_with_the_reason() {
    let (_engine, _session, doc) = sales().await;
    let mut definition = HyperCubeDef::default().with_dimensions([NxDimension::field("Year")]);
    definition.calc_cond.v = "Sum(Sales) < 0".into();
    definition.calc_condition.cond.v = "Sum(Sales) < 0".into();
    definition.calc_condition.msg.v = "Select less".into();
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(definition)).await;
    let error = table.rows::<(i32,)>().read_all().await.unwrap_err();
    let RowsError::NotCalculated { path, code, message } = rows_error(&error) else { panic!("{error}") };
    assert_eq!((&*path, code.0, &*message), ("/qHyperCubeDef", 7005, "Select less"));

    // For an engine, an unknown field is a field whose only value is null.
    let table = cube(&doc, &["No such field"], &MEASURES).await;
    let error = table.rows::<(i32, f64)>().read_all().await.unwrap_err();
    assert!(matches!(rows_error(&error), RowsError::Value { column, .. } if column == "No such field"), "{error}");
    let dimension = NxDimension::expression("Year(").with_label("Start");
    let cube = HyperCubeDef::default().with_dimensions([NxDimension::field("Region"), dimension]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    let error = table.rows::<(String, i32)>().read_all().await.unwrap_err();
    let RowsError::NotCalculated { path, message, .. } = rows_error(&error) else { panic!("{error}") };
    assert_eq!(path, "/qHyperCubeDef/qDimensions/1");
    assert!(message.contains("column `Start`"), "{error}");
}

#[tokio::test]
async fn formats_and_sort_orders_apply_to_the_rows() {
    let (_engine, _session, doc) = sales().await;
    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region").with_sort_by(SortCriteria::by_text().reverse())])
        .with_measures([NxMeasure::expression("Sum(Sales) * 10").with_num_format(FieldAttributes::number("#,##0.00"))]);
    let table = object(&doc, GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await;
    let rows: Vec<(String, String)> = table.rows().read_all().await.unwrap();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(region, sales)| (&**region, &**sales)).collect();
    assert_eq!(rows, [("West", "3,650.00"), ("South", "6,250.00"), ("North", "6,850.00")]);
}
