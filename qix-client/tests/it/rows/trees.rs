//! Cubes in tree mode.

use qix_client::prelude::*;
use serde_json::{Value, json};

use super::scripted::{self, columns, param};
use super::{object, rows_error, sales};

fn tree(dimensions: &[&str], measures: &[&str], counts: Value) -> Value {
    json!({
        "qMode": "T",
        "qDimensionInfo": columns(dimensions),
        "qMeasureInfo": columns(measures),
        "qEffectiveInterColumnSortOrder": (0..dimensions.len()).collect::<Vec<_>>(),
        "qTreeNodesOnDim": counts,
    })
}

fn node(text: &str, element: i64, kind: &str, values: &[f64], below: &[Value]) -> Value {
    let values: Vec<Value> =
        values.iter().map(|value| json!({ "qText": value.to_string(), "qValue": value })).collect();
    let size = below.len();
    json!({
        "qText": text, "qElemNo": element, "qValue": "NaN", "qType": kind,
        "qValues": values, "qNodes": below, "qGroupSize": size,
    })
}

/// The first row and the height of the requested part of the first dimension.
fn part(request: &Value) -> (usize, usize) {
    let area = param(request, "qNodeOptions", 1)["qTreeNodes"][0]["qArea"].clone();
    let size = |member: &str| area[member].as_u64().unwrap_or(0) as usize;
    assert_eq!((size("qLeft"), size("qWidth")), (0, 1));
    (size("qTop"), size("qHeight"))
}

/// A root with a part of its nodes.
fn root(nodes: &[Value], (top, height): (usize, usize)) -> Value {
    let shown: Vec<Value> = nodes.iter().skip(top).take(height).cloned().collect();
    json!({ "qNodes": [{ "qType": "R", "qElemNo": -1, "qGroupSize": nodes.len(), "qNodes": shown }] })
}

type Row = (String, Option<String>, Option<f64>, Option<f64>);

#[tokio::test]
async fn a_tree_has_the_rows_of_a_straight_cube() {
    let nodes = vec![
        node("A", 0, "N", &[], &[node("a", 0, "N", &[1.0, 2.0], &[]), node("-", -2, "U", &[3.0, 4.0], &[])]),
        node("B", 1, "N", &[], &[node("a", 0, "N", &[5.0, 6.0], &[])]),
        node("C", 2, "N", &[7.0, 8.0], &[]),
        node("Total", -1, "T", &[16.0, 20.0], &[]),
    ];
    for counts in [json!([4, 3]), json!([])] {
        let nodes = nodes.clone();
        let cube = tree(&["D", "E"], &["X", "Y"], counts);
        let scripted = scripted::cube(cube, move |request| Ok(root(&nodes, part(request)))).await;
        let rows = async |page_rows| -> Vec<Row> {
            scripted.object.rows().with_page_rows(page_rows).with_pages_ahead(1).read_all().await.unwrap()
        };
        let row = |d: &str, e: Option<&str>, x, y| (d.to_owned(), e.map(str::to_owned), Some(x), Some(y));
        let expected = [
            row("A", Some("a"), 1.0, 2.0),
            row("A", None, 3.0, 4.0),
            row("B", Some("a"), 5.0, 6.0),
            row("C", None, 7.0, 8.0),
        ];
        assert_eq!(rows(10).await, expected);
        assert_eq!(rows(1).await, expected);
        let totals: Vec<(Option<String>, Option<String>, f64, f64)> =
            scripted.object.rows().with_totals(true).read_all().await.unwrap();
        assert_eq!(totals.last(), Some(&(None, None, 16.0, 20.0)));
    }
}

#[tokio::test]
async fn a_too_large_part_of_a_tree_is_halved_and_a_missing_one_is_an_error() {
    let nodes: Vec<Value> = (0..9).map(|at| node("n", at, "N", &[at as f64], &[])).collect();
    let shown = nodes.clone();
    let cube = || tree(&["D"], &["X"], json!([9]));
    let scripted = scripted::cube(cube(), move |request| match part(request) {
        (_, height) if height > 2 => Err(7009),
        part => Ok(root(&shown, part)),
    })
    .await;
    let rows: Vec<(String, u32)> = scripted.object.rows().read_all().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.1).collect::<Vec<_>>(), (0..9).collect::<Vec<_>>());
    // An engine that reaches its limit of nodes sends none.
    let scripted = scripted::cube(cube(), |_| Ok(json!({ "qNodes": [] }))).await;
    let error = scripted.object.rows::<(String, u32)>().read_all().await.unwrap_err();
    assert_eq!(rows_error(&error), RowsError::Incomplete { row: 0, expected: 9, found: 0 });
}

#[tokio::test]
async fn the_engines_tree_has_the_rows_of_its_straight_cube() {
    let (_engine, _session, doc) = sales().await;
    let cube = HyperCubeDef::default()
        .with_dimensions(["Year", "Region"].map(NxDimension::field))
        .with_measures(["Sum(Sales)", "Count(Sales)"].map(NxMeasure::expression))
        .with_always_fully_expanded(true);
    let read = async |mode| -> Vec<(i32, String, f64, u32)> {
        let properties = GenericObjectProperties::of_type("grid").with_hyper_cube_def(cube.clone().with_mode(mode));
        let made = object(&doc, properties).await;
        let id = made.get_info().await.unwrap().id;
        // As an object of someone else, by its ID.
        doc.get_object(&id).await.unwrap().rows().with_page_rows(2).read_all().await.unwrap()
    };
    let tree = read(NxHypercubeMode::Tree).await;
    assert_eq!(tree.len(), 9);
    assert_eq!(tree, read(NxHypercubeMode::Straight).await);
}

#[tokio::test]
async fn a_tree_can_be_anywhere_in_a_layout() {
    let nodes = [node("A", 0, "N", &[1.0], &[])];
    let layout = json!({
        "qInfo": { "qId": "chart" },
        "layers": [{ "title": "other" }, { "qHyperCube": tree(&["D"], &["X"], json!([1])) }],
    });
    let scripted = scripted::layout(layout, move |request| Ok(root(&nodes, part(request)))).await;
    let rows: Vec<(String, f64)> =
        scripted.object.rows().with_path("/layers/1/qHyperCubeDef").read_all().await.unwrap();
    assert_eq!(rows, [("A".to_owned(), 1.0)]);
    assert_eq!(param(&scripted.requests("GetHyperCubeTreeData")[0], "qPath", 0), "/layers/1/qHyperCubeDef");
}
