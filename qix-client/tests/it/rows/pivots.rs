//! Rows of pivot and stacked cubes.

use futures_util::TryStreamExt;
use qix_client::prelude::*;
use qix_test_engine::Fault;
use serde::Deserialize;
use serde_json::json;

use super::{object, open, pages, rows_error, sales};

/// Sales of fruit in some years and places, but not of every fruit everywhere.
const SCRIPT: &str = "T: LOAD * INLINE [\nYear, Place, Fruit, Amount\n2020, N, apple, 1\n2020, N, pear, 2\n\
    2020, S, apple, 3\n2021, N, apple, 4\n2021, W, plum, 5\n2021, W, plum, 6\n];\n\
    LOAD Null() as Year, 'W' as Place, Null() as Fruit, 7 as Amount AUTOGENERATE 1;";

type Wide4 = (i32, String, String, f64);
type Wide = (Option<i32>, Option<String>, Option<String>, Option<f64>, i32, f64);

fn definition(mode: NxHypercubeMode, order: &[i32], left: i32) -> HyperCubeDef {
    HyperCubeDef::default()
        .with_dimensions(["Year", "Place", "Fruit"].map(NxDimension::field))
        .with_measures(["Sum(Amount)", "Count(Amount)", "Max(Amount)"].map(NxMeasure::expression))
        .with_mode(mode)
        .with_inter_column_sort_order(order.to_vec())
        .with_no_of_left_dims(left)
        .with_always_fully_expanded(true)
}

async fn table(doc: &Doc, definition: HyperCubeDef) -> GenericObject {
    object(doc, GenericObjectProperties::of_type("pivot").with_hyper_cube_def(definition)).await
}

fn sorted(mut rows: Vec<Wide>) -> Vec<Wide> {
    rows.sort_by(|a, b| a.partial_cmp(b).unwrap());
    rows
}

#[tokio::test]
async fn a_pivot_table_has_the_rows_of_a_straight_cube_wherever_its_headings_are() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let straight = table(&doc, definition(NxHypercubeMode::Straight, &[], -1)).await;
    let expected: Vec<Wide> = sorted(straight.rows().read_all().await.unwrap());
    assert_eq!(expected.len(), 6);
    let orders: [[i32; 4]; 6] =
        [[0, 1, 2, -1], [0, 1, -1, 2], [0, -1, 1, 2], [-1, 0, 1, 2], [2, -1, 0, 1], [1, 2, 0, -1]];
    for order in orders {
        for left in -1..=4 {
            let pivot = table(&doc, definition(NxHypercubeMode::Pivot, &order, left)).await;
            for page_rows in [1, 3, 10_000] {
                let rows = pivot.rows().with_page_rows(page_rows).read_all().await.unwrap();
                assert_eq!(sorted(rows), expected, "{order:?}, {left} on the left, {page_rows} rows a page");
            }
        }
    }
}

#[tokio::test]
async fn a_struct_reads_a_pivot_table_like_a_straight_cube() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        year: i32,
        region: String,
        sales: f64,
    }
    let (engine, _session, doc) = sales().await;
    let cube = HyperCubeDef::default()
        .with_dimensions(["Year", "Region"].map(NxDimension::field))
        .with_measures([NxMeasure::expression("Sum(Sales)")]);
    let straight: Vec<Row> = table(&doc, cube.clone()).await.rows().read_all().await.unwrap();
    let pivot = cube.with_mode(NxHypercubeMode::Pivot).with_no_of_left_dims(1).with_always_fully_expanded(true);
    let rows: Vec<Row> = table(&doc, pivot.clone()).await.rows().read_all().await.unwrap();
    assert_eq!(rows, straight);
    assert_eq!(pages(&engine, "GetHyperCubePivotData"), [[0, 3, 3]]);
    let stacked = table(&doc, pivot.with_mode(NxHypercubeMode::PivotStack)).await;
    assert_eq!(stacked.rows::<Row>().read_all().await.unwrap(), straight);
}

#[tokio::test]
async fn collapsed_values_are_one_row() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let definition = definition(NxHypercubeMode::Pivot, &[0, 1, 2], 3).with_always_fully_expanded(false);
    let pivot = table(&doc, definition).await;
    let read = async || {
        let rows: Vec<Wide> = pivot.rows().read_all().await.unwrap();
        let row = |(year, place, fruit, amount, ..): &Wide| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
            format!("{} {} {} {}", year.unwrap_or(0), text(place), text(fruit), amount.unwrap_or(0.0))
        };
        rows.iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(read().await, ["2020 - - 6", "2021 - - 15", "0 - - 7"]);
    pivot.expand_left("/qHyperCubeDef", 1, 0, false).await.unwrap();
    assert_eq!(read().await, ["2020 - - 6", "2021 N - 4", "2021 W - 11", "0 - - 7"]);
}

fn with_totals(mut definition: HyperCubeDef) -> HyperCubeDef {
    for dimension in &mut definition.dimensions {
        dimension.other_total_spec.total_mode = TotalMode::Expr;
    }
    definition
}

#[tokio::test]
async fn totals_are_omitted_unless_requested() {
    #[derive(Debug, Deserialize, PartialEq)]
    struct Heading {
        elem_number: i32,
    }
    let (_engine, _session, doc) = open(SCRIPT).await;
    for mode in [NxHypercubeMode::Pivot, NxHypercubeMode::PivotStack] {
        let mut definition = definition(mode.clone(), &[0, 1], -1);
        definition.dimensions.pop();
        definition.measures.truncate(1);
        let plain: Vec<(Option<i32>, String, f64)> =
            table(&doc, definition.clone()).await.rows().read_all().await.unwrap();
        assert_eq!(plain.len(), 5);
        let pivot = table(&doc, with_totals(definition)).await;
        let rows: Vec<(Option<i32>, String, f64)> = pivot.rows().read_all().await.unwrap();
        assert_eq!(rows, plain, "{mode}");
        let rows: Vec<(Option<i32>, Option<String>, f64)> = pivot.rows().with_totals(true).read_all().await.unwrap();
        let totals: Vec<_> = rows.iter().filter(|row| row.1.is_none()).map(|row| (row.0, row.2)).collect();
        assert_eq!(totals.len(), 4, "{mode}: {rows:?}");
        assert!(totals.contains(&(None, 28.0)) && totals.contains(&(Some(2020), 6.0)), "{mode}");
        let rows: Vec<(Heading, Heading, f64)> = pivot.rows().with_totals(true).read_all().await.unwrap();
        let numbers = |row: &&(Heading, Heading, f64)| (row.0.elem_number, row.1.elem_number) == (-1, -4);
        assert_eq!(rows.iter().find(numbers).unwrap().2, 28.0, "{mode}");
        assert!(rows.iter().any(|row| row.0.elem_number == -2), "{mode}: a null value");
    }
}

#[tokio::test]
async fn a_pivot_can_be_wider_than_a_page() {
    let (engine, _session, doc) = open("T: LOAD RecNo() as N AUTOGENERATE 5100;").await;
    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("N")])
        .with_measures(["Sum(N)", "Count(N)"].map(NxMeasure::expression))
        .with_mode(NxHypercubeMode::Pivot)
        .with_inter_column_sort_order([-1, 0])
        .with_no_of_left_dims(0);
    let rows: Vec<(u32, u32, u32)> = table(&doc, cube).await.rows().read_all().await.unwrap();
    assert_eq!(rows, (1..=5100).map(|n| (n, n, 1)).collect::<Vec<_>>());
    assert_eq!(pages(&engine, "GetHyperCubePivotData"), [[0, 10_000, 1], [0, 200, 1]]);
}

#[tokio::test]
async fn cubes_without_dimensions_or_measures_have_rows_too() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let mut headings: Vec<Vec<[Option<String>; 3]>> = Vec::new();
    for mode in [NxHypercubeMode::Straight, NxHypercubeMode::Pivot, NxHypercubeMode::PivotStack] {
        let mut only_measures = definition(mode.clone(), &[], -1);
        only_measures.dimensions.clear();
        let rows: Vec<(f64, u32, f64)> = table(&doc, only_measures).await.rows().read_all().await.unwrap();
        assert_eq!(rows, [(28.0, 7, 7.0)], "{mode}");
        let mut only_dimensions = definition(mode, &[], -1);
        only_dimensions.measures.clear();
        headings.push(table(&doc, only_dimensions).await.rows().read_all().await.unwrap());
    }
    headings.iter_mut().for_each(|rows| rows.sort());
    assert_eq!(headings[0].len(), 6);
    assert_eq!((&headings[1], &headings[2]), (&headings[0], &headings[0]));
}

#[tokio::test]
async fn stacked_cubes_are_paged_by_their_outermost_values() {
    let (engine, _session, doc) = open("T: LOAD RecNo() as N, Div(RecNo() - 1, 10) as Ten AUTOGENERATE 4000;").await;
    let cube = HyperCubeDef::default()
        .with_dimensions(["Ten", "N"].map(NxDimension::field))
        .with_measures([NxMeasure::expression("Sum(N)")])
        .with_mode(NxHypercubeMode::PivotStack)
        .with_always_fully_expanded(true);
    let stacked = table(&doc, cube).await;
    let rows: Vec<(u32, u32, u32)> = stacked.rows().with_pages_ahead(0).read_all().await.unwrap();
    assert_eq!(rows, (1..=4000).map(|n| ((n - 1) / 10, n, n)).collect::<Vec<_>>());
    assert_eq!(pages(&engine, "GetHyperCubeStackData"), [[0, 3, 333], [333, 3, 333]]);
    engine.fault(Fault::set("/qDataPages/0/qData", json!([])).on("GetHyperCubeStackData"));
    let error = stacked.rows::<(u32, u32, u32)>().read_all().await.unwrap_err();
    assert_eq!(rows_error(&error), RowsError::Incomplete { row: 0, expected: 4000, found: 0 });
}

#[tokio::test]
async fn data_that_does_not_match_the_layout_is_an_error() {
    let (engine, _session, doc) = open(SCRIPT).await;
    let pivot = table(&doc, definition(NxHypercubeMode::Pivot, &[0, 1, 2, -1], 3)).await;
    let failing = async |pointer: &str, value| {
        engine.fault(Fault::set(format!("/qDataPages{pointer}"), value).on("GetHyperCubePivotData").times(1));
        rows_error(&pivot.rows::<Wide>().read_all().await.unwrap_err())
    };
    let incomplete = |found| RowsError::Incomplete { row: 0, expected: 6, found };
    assert_eq!(failing("", json!([])).await, incomplete(0));
    assert_eq!(failing("/0/qLeft", json!([])).await, incomplete(1));
    let unlike = async |pointer: &str, value| {
        let error = failing(pointer, value).await;
        assert!(matches!(error, RowsError::Headings { .. }), "{pointer}: {error}");
    };
    unlike("/0/qData/0", json!([])).await;
    unlike("/0/qTop/1", json!({ "qText": "Sum", "qElemNo": 3, "qType": "P" })).await;
    unlike("/0/qTop/1", json!({ "qText": "Sum", "qElemNo": 1, "qType": "N" })).await;
    unlike("/0/qLeft/0/qSubNodes/0/qSubNodes/0/qType", json!("P")).await;
    let rows: Vec<Wide> = pivot.rows().read_all().await.unwrap();
    assert_eq!(rows.len(), 6);
}

#[tokio::test]
async fn a_change_while_reading_a_pivot_table_is_an_error() {
    for (mode, method) in
        [(NxHypercubeMode::Pivot, "GetHyperCubePivotData"), (NxHypercubeMode::PivotStack, "GetHyperCubeStackData")]
    {
        let (engine, _session, doc) = open(SCRIPT).await;
        let mut definition = definition(mode, &[0, 1, 2], 3);
        definition.measures.truncate(1);
        let cube = table(&doc, definition).await;
        let mut rows = cube.rows::<(Option<i32>, String, Option<String>, f64)>().with_page_rows(1).with_pages_ahead(0);
        rows.try_next().await.unwrap();
        doc.get_field("Place").await.unwrap().select("N").await.unwrap();
        let error = rows.try_collect::<Vec<_>>().await.unwrap_err();
        assert_eq!(rows_error(&error), RowsError::Changed);
        engine.fault(Fault::error(15, "Request aborted").on(method).times(2));
        assert_eq!(cube.rows::<Wide4>().read_all().await.unwrap().len(), 3, "an aborted page is requested again");
    }
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_reported_with_its_row() {
    let (_engine, _session, doc) = open(SCRIPT).await;
    let pivot = table(&doc, definition(NxHypercubeMode::Pivot, &[0, 1, 2, -1], 2)).await;
    let error = pivot.rows::<(u32, String, String, f64, u32, f64)>().with_page_rows(1).read_all().await.unwrap_err();
    let RowsError::Value { row, column, .. } = rows_error(&error) else { panic!("{error}") };
    assert_eq!((row, &*column), (5, "Year"));
}
