//! Finding the cube, and reading rows as various types.

use std::collections::{BTreeMap, HashMap};

use qix_client::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::scripted::{self, columns};
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
async fn a_path_without_a_definition_is_an_error() {
    let cube = json!({ "qSize": { "qcx": 1, "qcy": 1 }, "qDimensionInfo": columns(&["D"]) });
    let list = json!({ "qSize": { "qcx": 1, "qcy": 1 }, "qDimensionInfo": { "qFallbackTitle": "D" } });
    let layout = json!({ "part": { "qHyperCube": cube, "qListObject": list }, "layers": [{ "qHyperCube": cube }] });
    let page = json!({ "qDataPages": [{ "qMatrix": [[{ "qText": "a", "qNum": "NaN" }]] }] });
    let scripted = scripted::layout(layout, move |_| Ok(page.clone())).await;
    let read = async |path: &str| scripted.object.rows::<String>().with_path(path).read_all().await;
    for path in ["/part/qHyperCubeDef", "part/qHyperCubeDef", "/part/qListObjectDef/", "/layers/0/qHyperCubeDef"] {
        assert_eq!(read(path).await.unwrap(), ["a"], "{path}");
    }
    for path in ["", "/", "/part", "/part/qHyperCube", "/part/qListObject", "/layers/1/qHyperCubeDef", "/layers"] {
        assert_eq!(rows_error(&read(path).await.unwrap_err()), RowsError::NotFound { path: path.to_owned() });
    }
    // Engines accept paths only with a slash at the start, and without one at the end.
    let sent = ["GetHyperCubeData", "GetListObjectData"].map(|method| scripted.requests(method));
    let sent: Vec<Value> = sent.iter().flatten().map(|request| scripted::param(request, "qPath", 0)).collect();
    let paths = ["/part/qHyperCubeDef", "/part/qHyperCubeDef", "/layers/0/qHyperCubeDef", "/part/qListObjectDef"];
    assert_eq!(sent, paths);
}

#[tokio::test]
async fn an_error_of_a_list_names_the_column() {
    let invalid = json!({ "qErrorCode": 7000, "qExtendedMessage": "')' expected" });
    let start = json!({ "qFallbackTitle": "Start" });
    let bad = json!({ "qFallbackTitle": "Start", "qError": invalid });
    let expression = json!([{ "qExpr": "Sum(Sales)" }, { "qExpr": "Sum(", "qError": { "qErrorCode": 7000 } }]);
    for (list, path, message) in [
        (json!({ "qError": { "qErrorCode": 7000 }, "qDimensionInfo": bad }), "", "column `Start`: ')' expected"),
        (json!({ "qDimensionInfo": start, "qExpressions": expression }), "/qExpressions/1", "column `Sum(`"),
    ] {
        let scripted = scripted::layout(json!({ "qListObject": list }), |_| Err(2)).await;
        let error = rows_error(&scripted.object.rows::<String>().read_all().await.unwrap_err());
        let RowsError::NotCalculated { path: at, message: found, .. } = &error else { panic!("{error}") };
        assert_eq!((at.strip_prefix("/qListObjectDef"), &**found), (Some(path), message));
    }
    // An object that cannot be calculated has no list at all.
    let scripted = scripted::layout(json!({ "qError": { "qErrorCode": 7004 } }), |_| Err(2)).await;
    let error = rows_error(&scripted.object.rows::<String>().read_all().await.unwrap_err());
    assert!(matches!(&error, RowsError::NotCalculated { code, .. } if code.0 == 7004), "{error}");
}

#[tokio::test]
async fn a_dimension_that_names_no_field_is_an_error_that_names_it() {
    let (engine, _session, doc) = sales().await;
    let table = async |dimensions: &[&str], mode: &NxHypercubeMode| {
        let cube = HyperCubeDef::default()
            .with_dimensions(dimensions.iter().map(|dimension| NxDimension::from(*dimension)))
            .with_measures(MEASURES)
            .with_mode(mode.clone())
            .with_always_fully_expanded(true);
        object(&doc, cube.into()).await
    };
    let modes = [NxHypercubeMode::Straight, NxHypercubeMode::Pivot, NxHypercubeMode::PivotStack, NxHypercubeMode::Tree];
    for mode in &modes {
        for (dimensions, name) in [
            (&["No such field"][..], "No such field"),
            (&["[No such]"], "[No such]"),
            (&["=Month(Dey)"], "Dey"),
            (&["Region", "year"], "year"),
        ] {
            let table = table(dimensions, mode).await;
            let no_field = RowsError::NoField { field: name.to_owned() };
            let error = table.rows::<Vec<Option<String>>>().read_all().await.unwrap_err();
            assert_eq!(rows_error(&error), no_field, "{mode}");
            let error = table.rows::<Vec<String>>().read_all().await.unwrap_err();
            assert_eq!(rows_error(&error), no_field, "{mode}");
            #[cfg(feature = "arrow")]
            {
                let batches = futures_util::TryStreamExt::try_collect::<Vec<_>>(table.record_batches());
                assert_eq!(rows_error(&batches.await.unwrap_err()), no_field, "{mode}");
            }
        }
        // Null is a result like any other.
        let rows: Vec<(Option<i32>, f64)> = table(&["=Null()"], mode).await.rows().read_all().await.unwrap();
        assert_eq!(rows, [(None, 1675.0)], "{mode}");
    }
    let count = || engine.requests().iter().filter(|request| request.method.starts_with("GetActive")).count();
    let before = count();
    let rows: Vec<(i32, String, f64)> = table(&["Year", "Region"], &modes[0]).await.rows().read_all().await.unwrap();
    assert_eq!((rows.len(), count() - before), (9, 0), "a dimension with values needs no check");
}

#[tokio::test]
async fn rows_are_returned_if_the_engine_does_not_say_whether_a_field_exists() {
    let cube = json!({
        "qSize": { "qcx": 2, "qcy": 1 },
        "qDimensionInfo": columns(&["D"]),
        "qMeasureInfo": columns(&["X"]),
    });
    let empty = json!({ "qText": "-", "qNum": "NaN", "qElemNumber": -2, "qState": "L", "qIsNull": true });
    let page = json!({ "qDataPages": [{ "qMatrix": [[empty, { "qText": "7", "qNum": 7 }]] }] });
    let scripted = scripted::cube(cube, move |request| match request["method"].as_str() {
        Some("GetHyperCubeData") => Ok(page.clone()),
        _ => Err(-32601),
    })
    .await;
    let rows: Vec<(Option<String>, f64)> = scripted.object.rows().read_all().await.unwrap();
    assert_eq!(rows, [(None, 7.0)]);
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
