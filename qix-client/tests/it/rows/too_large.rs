//! Pages that the engine finds too large.

use qix_client::prelude::*;
use serde_json::{Value, json};

use super::scripted::{self, Answer, columns, param, rows_of};

fn straight(rows: usize) -> Value {
    json!({ "qSize": { "qcx": 1, "qcy": rows }, "qDimensionInfo": columns(&["N"]) })
}

/// A page of numbers.
fn numbers(top: usize, height: usize) -> Value {
    let rows: Vec<Value> =
        (top..top + height).map(|n| json!([{ "qText": n.to_string(), "qNum": n, "qElemNumber": n }])).collect();
    json!({ "qDataPages": [{ "qMatrix": rows }] })
}

fn at_most(most: usize, code: i64) -> impl Fn(&Value) -> Answer + Send + 'static {
    move |request| {
        let (top, height) = rows_of(request);
        if height > most { Err(code) } else { Ok(numbers(top, height)) }
    }
}

#[tokio::test]
async fn a_page_that_is_too_large_is_halved_and_the_height_is_remembered() {
    for code in [7009, 7003, 6001, -32604] {
        let scripted = scripted::cube(straight(1000), at_most(60, code)).await;
        let rows: Vec<usize> = scripted.object.rows().with_page_rows(200).with_pages_ahead(0).read_all().await.unwrap();
        assert_eq!(rows, (0..1000).collect::<Vec<_>>(), "{code}");
        let pages = scripted.pages("GetHyperCubeData");
        assert_eq!(pages[..5], [(0, 200), (0, 100), (0, 50), (50, 50), (100, 50)], "{code}");
        assert!(pages[3..].iter().all(|(_, height)| *height <= 50), "{code}: {pages:?}");
    }
}

#[tokio::test]
async fn pending_pages_are_halved_too_and_rows_stay_in_order() {
    let scripted = scripted::cube(straight(1000), at_most(1, 7009)).await;
    let rows: Vec<usize> = scripted.object.rows().with_page_rows(37).with_pages_ahead(3).read_all().await.unwrap();
    assert_eq!(rows, (0..1000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_row_that_is_too_large_is_the_engines_error() {
    let scripted = scripted::cube(straight(10), at_most(0, 7009)).await;
    let error = scripted.object.rows::<usize>().with_pages_ahead(0).read_all().await.unwrap_err();
    assert_eq!(error.engine().unwrap().code.0, 7009);
    assert_eq!(scripted.pages("GetHyperCubeData"), [(0, 10), (0, 5), (0, 2), (0, 1)]);
}

#[tokio::test]
async fn pages_of_lists_are_halved_too() {
    let list = json!({ "qSize": { "qcx": 1, "qcy": 9 }, "qDimensionInfo": columns(&["N"])[0] });
    let layout = json!({ "qInfo": { "qId": "list" }, "qListObject": list });
    let scripted = scripted::layout(layout, at_most(4, 7009)).await;
    assert_eq!(scripted.object.rows::<usize>().read_all().await.unwrap(), (0..9).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_stacked_node_with_very_many_values_has_its_own_page() {
    // Eleven nodes; the fourth has 20,000 values below it.
    let cube = json!({
        "qMode": "K",
        "qSize": { "qcx": 1, "qcy": 20_010 },
        "qDimensionInfo": columns(&["D", "E"]),
        "qMeasureInfo": columns(&["X"]),
        "qEffectiveInterColumnSortOrder": [0, 1],
    });
    let pages = |request: &Value| {
        let (top, height) = rows_of(request);
        let nodes: Vec<usize> = (top..(top + height).min(11)).collect();
        if nodes.len() > 1 && nodes.contains(&3) {
            return Err(7009);
        }
        let end = |n: usize| json!({ "qText": n.to_string(), "qValue": n, "qElemNo": 0, "qType": "V" });
        let inner = |n| json!({ "qText": format!("e{n}"), "qElemNo": n, "qType": "N", "qSubNodes": [end(n)] });
        let node = |at: &usize| {
            let below: Vec<Value> = (0..if *at == 3 { 20_000 } else { 1 }).map(inner).collect();
            json!({ "qText": format!("d{at}"), "qElemNo": at, "qType": "N", "qSubNodes": below })
        };
        let below: Vec<Value> = nodes.iter().map(node).collect();
        Ok(json!({ "qDataPages": [{ "qData": [{ "qType": "R", "qElemNo": 0, "qSubNodes": below }] }] }))
    };
    let scripted = scripted::cube(cube, pages).await;
    let rows: Vec<(String, String, usize)> =
        scripted.object.rows().with_page_rows(8).with_pages_ahead(0).read_all().await.unwrap();
    assert_eq!(rows.len(), 20_010);
    assert_eq!((&*rows[3].0, &*rows[20_002].0, &*rows[20_003].0, &*rows[20_009].0), ("d3", "d3", "d4", "d10"));
    let pages = scripted.pages("GetHyperCubeStackData");
    assert!(pages.contains(&(3, 1)) && pages.iter().filter(|(top, _)| *top > 3).all(|(_, height)| *height == 1));
}

#[tokio::test]
async fn a_too_wide_row_of_a_pivot_table_is_fetched_in_parts() {
    let cube = json!({
        "qMode": "P",
        "qSize": { "qcx": 20, "qcy": 3 },
        "qDimensionInfo": columns(&["D", "E"]),
        "qMeasureInfo": columns(&["X"]),
        "qNoOfLeftDims": 1,
        "qEffectiveInterColumnSortOrder": [0, 1],
    });
    let pages = |request: &Value| {
        let page = param(request, "qPages", 1)[0].clone();
        let size = |member: &str| page[member].as_u64().unwrap_or(0);
        let (rows, columns) =
            (size("qTop")..size("qTop") + size("qHeight"), size("qLeft")..size("qLeft") + size("qWidth"));
        if size("qHeight") * size("qWidth") > 7 {
            return Err(7009);
        }
        let heading = |at: u64| json!({ "qText": at.to_string(), "qValue": at, "qElemNo": at, "qType": "N" });
        let value = |at: u64| json!({ "qText": at.to_string(), "qNum": at, "qType": "V" });
        let data: Vec<Vec<Value>> =
            rows.clone().map(|row| columns.clone().map(|at| value(row * 20 + at)).collect()).collect();
        let (left, top): (Vec<Value>, Vec<Value>) = (rows.map(heading).collect(), columns.map(heading).collect());
        Ok(json!({ "qDataPages": [{ "qLeft": left, "qTop": top, "qData": data }] }))
    };
    let scripted = scripted::cube(cube, pages).await;
    let rows: Vec<(u64, u64, u64)> = scripted.object.rows().read_all().await.unwrap();
    assert_eq!(rows, (0..60).map(|n| (n / 20, n % 20, n)).collect::<Vec<_>>());
}
