//! Cubes and lists of objects: pages, selections, selection mode, export.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn page(width: i64, height: i64) -> Value {
    json!([{ "qTop": 0, "qLeft": 0, "qWidth": width, "qHeight": height }])
}

fn cube() -> Value {
    json!([{
        "qInfo": { "qId": "cube", "qType": "table" },
        "qHyperCubeDef": {
            "qDimensions": [{ "qDef": { "qFieldDefs": ["Region"] } }],
            "qMeasures": [{ "qLibraryId": "total-sales" }, { "qDef": { "qDef": "Count(Sales)" } }],
            "qInitialDataFetch": page(3, 10),
        },
    }])
}

fn list() -> Value {
    json!([{
        "qInfo": { "qId": "list", "qType": "listbox" },
        "qListObjectDef": {
            "qDef": { "qFieldDefs": ["Product"] }, "qShowAlternatives": true, "qInitialDataFetch": page(1, 10),
        },
    }])
}

fn cells(matrix: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    matrix.as_array().unwrap().iter().map(|row| (text(&row[0]["qText"]), text(&row[0]["qState"]))).collect()
}

#[tokio::test]
async fn a_cube_has_a_layout_and_pages() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let object = client.object(1, "CreateObject", cube()).await;
    let layout = client.result(object, "GetLayout", json!([])).await["qLayout"].take();
    let cube = &layout["qHyperCube"];
    assert_eq!(cube["qSize"], json!({ "qcx": 3, "qcy": 3 }));
    assert_eq!(cube["qMeasureInfo"][0]["qFallbackTitle"], "Total sales");
    assert_eq!(cube["qGrandTotalRow"][0]["qNum"], 1675);
    assert_eq!(cube["qDataPages"][0]["qMatrix"][0][0]["qText"], "North");
    assert_eq!(cube["qDataPages"][0]["qMatrix"][0][1]["qNum"], 685);
    let pages = json!(["/qHyperCubeDef", [{ "qTop": 1, "qLeft": 0, "qWidth": 1, "qHeight": 5 }]]);
    let pages = client.result(object, "GetHyperCubeData", pages).await["qDataPages"].take();
    assert_eq!(pages[0]["qMatrix"].as_array().unwrap().len(), 2);
    let too_large = json!(["/qHyperCubeDef", page(3, 4000)]);
    assert_eq!(client.error(object, "GetHyperCubeData", too_large).await, 7009);
    assert_eq!(client.error(object, "GetHyperCubeData", json!(["/nowhere", page(1, 1)])).await, 4);
}

#[tokio::test]
async fn selecting_cells_updates_the_cube() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let object = client.object(1, "CreateObject", cube()).await;
    client.result(object, "GetLayout", json!([])).await;
    let select = client.call(object, "SelectHyperCubeCells", json!(["/qHyperCubeDef", [1], [0], false])).await;
    assert_eq!((&select["result"]["qSuccess"], &select["change"]), (&json!(true), &json!([object])));
    let layout = client.result(object, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!(layout["qHyperCube"]["qGrandTotalRow"][0]["qNum"], 625);
    client.result(object, "ClearSelections", json!(["/qHyperCubeDef"])).await;
    let layout = client.result(object, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!(layout["qHyperCube"]["qGrandTotalRow"][0]["qNum"], 1675);
}

#[tokio::test]
async fn selections_in_the_mode_are_a_draft() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let table = client.object(1, "CreateObject", cube()).await;
    let list = client.object(1, "CreateObject", list()).await;
    client.result(list, "BeginSelections", json!([["/qListObjectDef"]])).await;
    assert_eq!(client.error(table, "BeginSelections", json!([["/qHyperCubeDef"]])).await, 6003);
    let elsewhere = json!(["/qHyperCubeDef", [0], [0]]);
    assert_eq!(client.error(table, "SelectHyperCubeCells", elsewhere).await, 6003);
    assert_eq!(client.error(1, "ClearAll", json!([])).await, 6003);
    assert_eq!(client.error(table, "EndSelections", json!([true])).await, 6003);

    client.result(list, "SelectListObjectValues", json!(["/qListObjectDef", [0], false])).await;
    let info = client.result(list, "GetLayout", json!([])).await["qLayout"]["qSelectionInfo"].take();
    assert_eq!(info, json!({ "qInSelections": true, "qMadeSelections": true }));
    client.result(list, "EndSelections", json!([false])).await;
    let layout = client.result(list, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!(layout["qSelectionInfo"], json!({}));
    assert!(cells(&layout["qListObject"]["qDataPages"][0]["qMatrix"]).iter().all(|(_, state)| state == "O"));

    client.result(list, "BeginSelections", json!([["/qListObjectDef"]])).await;
    client.result(list, "SelectListObjectValues", json!(["/qListObjectDef", [0], false])).await;
    client.result(1, "AbortModal", json!([true])).await;
    let layout = client.result(list, "GetLayout", json!([])).await["qLayout"].take();
    let states = cells(&layout["qListObject"]["qDataPages"][0]["qMatrix"]);
    assert_eq!(states.iter().filter(|(_, state)| state == "S").count(), 1);
}

#[tokio::test]
async fn a_list_is_searched() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let list = client.object(1, "CreateObject", list()).await;
    client.result(list, "GetLayout", json!([])).await;
    let search = client.call(list, "SearchListObjectFor", json!(["/qListObjectDef", "p*"])).await;
    assert_eq!((&search["result"]["qSuccess"], &search["change"]), (&json!(true), &json!([list])));
    let pages = client.result(list, "GetListObjectData", json!(["/qListObjectDef", page(1, 10)])).await;
    let mut found: Vec<_> = cells(&pages["qDataPages"][0]["qMatrix"]).into_iter().map(|(text, _)| text).collect();
    found.sort();
    assert_eq!(found, ["Pears", "Plums"]);
    client.result(list, "AcceptListObjectSearch", json!(["/qListObjectDef", false])).await;
    let layout = client.result(list, "GetLayout", json!([])).await["qLayout"].take();
    let mut states = cells(&layout["qListObject"]["qDataPages"][0]["qMatrix"]);
    states.sort();
    let expected = [("Apples", "A"), ("Pears", "S"), ("Plums", "S")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(states, expected);
}

#[tokio::test]
async fn a_pivot_is_opened_and_closed() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let pivot = json!([{
        "qInfo": { "qType": "pivot" },
        "qHyperCubeDef": {
            "qMode": "P", "qNoOfLeftDims": -1,
            "qDimensions": [{ "qDef": { "qFieldDefs": ["Region"] } }, { "qDef": { "qFieldDefs": ["Product"] } }],
            "qMeasures": [{ "qDef": { "qDef": "Sum(Sales)" } }],
        },
    }]);
    let object = client.object(1, "CreateObject", pivot).await;
    client.result(object, "GetLayout", json!([])).await;
    let pages = json!(["/qHyperCubeDef", page(20, 20)]);
    let nodes = async |client: &mut Client| {
        let pages = client.result(object, "GetHyperCubePivotData", pages.clone()).await;
        let below = pages["qDataPages"][0]["qLeft"][0]["qSubNodes"].as_array().unwrap().clone();
        // A closed node has one node without a value below it.
        below.iter().filter(|node| node["qElemNo"].as_i64().unwrap() >= 0).count()
    };
    assert_eq!(nodes(&mut client).await, 0);
    let expanded = client.call(object, "ExpandLeft", json!(["/qHyperCubeDef", 0, 0, false])).await;
    assert_eq!(expanded["change"], json!([object]));
    assert!(nodes(&mut client).await > 0);
    client.result(object, "CollapseLeft", json!(["/qHyperCubeDef", 0, 0, false])).await;
    assert_eq!(nodes(&mut client).await, 0);

    let always = json!([[{ "qOp": "add", "qPath": "/qHyperCubeDef/qAlwaysFullyExpanded", "qValue": "true" }]]);
    client.result(object, "ApplyPatches", always).await;
    for method in ["ExpandLeft", "CollapseLeft", "ExpandTop", "CollapseTop"] {
        let error = client.error(object, method, json!(["/qHyperCubeDef", 0, 0, true])).await;
        assert_eq!(error, -32602, "{method}: all nodes are open");
    }
}

#[tokio::test]
async fn a_cube_is_exported_as_a_file() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let object = client.object(1, "CreateObject", cube()).await;
    let export = client.result(object, "ExportData", json!(["CSV_C", "/qHyperCubeDef", "sales.csv"])).await;
    let path = export["qUrl"].as_str().unwrap();
    assert!(path.ends_with("/sales.csv"), "{path}");
    let mut stream = tokio::net::TcpStream::connect(engine.address()).await.unwrap();
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    assert!(response.contains("North,685,6"), "{response}");
    assert_eq!(client.error(object, "ExportData", json!(["PARQUET"])).await, 20);

    let export = client.result(object, "ExportData", json!(["CSV_C", "/qHyperCubeDef", "50% März.csv"])).await;
    let path = export["qUrl"].as_str().unwrap().replace('%', "%25").replace(' ', "%20").replace('ä', "%C3%a4");
    let (status, _, body) = common::raw_request(&engine, &format!("GET {path}"), &[], "").await;
    assert_eq!(status, 200, "escapes in {path} are resolved");
    assert!(body.contains("North,685,6"), "{body}");
}

#[tokio::test]
async fn a_cyclic_group_is_stepped_in_the_session_only() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let cycle = json!([{
        "qInfo": { "qType": "table" },
        "qHyperCubeDef": {
            "qDimensions": [{ "qDef": { "qGrouping": "C", "qFieldDefs": ["Region", "Product"] } }],
            "qInitialDataFetch": page(1, 10),
        },
    }]);
    let object = client.object(1, "CreateObject", cycle).await;
    let first = async |client: &mut Client| {
        let layout = client.result(object, "GetLayout", json!([])).await["qLayout"].take();
        layout["qHyperCube"]["qDataPages"][0]["qMatrix"][0][0]["qText"].as_str().unwrap().to_owned()
    };
    assert_eq!(first(&mut client).await, "North");
    let stepped = client.call(object, "StepCycle", json!(["/qHyperCubeDef", 0, 3])).await;
    assert_eq!(stepped["change"], json!([object]));
    assert_eq!(first(&mut client).await, "Apples");
    client.result(object, "SetActiveField", json!(["/qHyperCubeDef", 0, 0])).await;
    assert_eq!(first(&mut client).await, "North");
    assert_eq!(client.error(object, "SetActiveField", json!(["/qHyperCubeDef", 0, 2])).await, 8);
    let properties = client.result(object, "GetProperties", json!([])).await;
    let field = &properties["qProp"]["qHyperCubeDef"]["qDimensions"][0]["qDef"]["qActiveField"];
    assert_eq!(field, 0, "the step belongs to the session, not to the object");
}

#[tokio::test]
async fn a_list_keeps_its_order_in_selection_mode() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let mut by_state = list();
    by_state[0]["qListObjectDef"]["qDef"]["qSortCriterias"] = json!([{ "qSortByState": 1, "qSortByAscii": 1 }]);
    let object = client.object(1, "CreateObject", by_state).await;
    let shown = async |client: &mut Client| {
        let layout = client.result(object, "GetLayout", json!([])).await;
        cells(&layout["qLayout"]["qListObject"]["qDataPages"][0]["qMatrix"])
    };
    let text = |cells: &[(String, String)]| cells.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>();
    let before = shown(&mut client).await;
    let pick = json!(["/qListObjectDef", [2], true]);
    client.result(object, "BeginSelections", json!([["/qListObjectDef"]])).await;
    client.result(object, "SelectListObjectValues", pick.clone()).await;
    let during = shown(&mut client).await;
    assert_eq!(text(&during), text(&before));
    let selected = during.iter().position(|(_, state)| state == "S").unwrap();
    assert!(selected > 0, "otherwise the order would be the same anyway");
    client.result(object, "EndSelections", json!([true])).await;
    let after = shown(&mut client).await;
    assert_eq!((&after[0].0, after[0].1.as_str()), (&during[selected].0, "S"));
}

#[tokio::test]
async fn charts_have_data_of_their_own_kinds() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let object = client.object(1, "CreateObject", cube()).await;
    let reduced = json!(["/qHyperCubeDef", page(3, 2), -1, "D1"]);
    let reduced = client.result(object, "GetHyperCubeReducedData", reduced).await["qDataPages"].take();
    assert_eq!((reduced[0]["qMatrix"].as_array().unwrap().len(), &reduced[0]["qIsReduced"]), (2, &json!(true)));
    let area = json!([{ "qLeft": 0, "qTop": 1000, "qWidth": 1000, "qHeight": 1000 }]);
    let binned = json!(["/qHyperCubeDef", page(3, 10), { "qWidth": 0, "qHeight": 0 }, area, 100, 5, 0]);
    let binned = client.result(object, "GetHyperCubeBinnedData", binned).await["qDataPages"].take();
    assert_eq!(binned[1]["qMatrix"].as_array().unwrap().len(), 3, "a few points are returned as they are");
    let options = json!(["/qHyperCubeDef", { "qStart": 0, "qEnd": 1, "qNbrPoints": 10 }, false]);
    assert_eq!(client.error(object, "GetHyperCubeContinuousData", options).await, 6000, "regions are not numbers");

    let mut years = cube();
    years[0]["qInfo"]["qId"] = "years".into();
    years[0]["qHyperCubeDef"]["qDimensions"][0]["qDef"]["qFieldDefs"][0] = "Year".into();
    let years = client.object(1, "CreateObject", years).await;
    let options = json!(["/qHyperCubeDef", { "qStart": 2021, "qEnd": 2022, "qNbrPoints": 10 }, false]);
    let line = client.result(years, "GetHyperCubeContinuousData", options).await;
    assert_eq!(line["qDataPages"][0]["qMatrix"][0][0]["qText"], "2021");
    assert_eq!(line["qAxisData"], json!({ "qAxis": [] }), "years here are numbers, not days");
    let range = json!(["/qHyperCubeDef", [{ "qDimIx": 0, "qRange": { "qMin": 2021.5, "qMax": 2022.5 } }]]);
    assert_eq!(client.result(years, "SelectHyperCubeContinuousRange", range).await["qSuccess"], true);
    assert_eq!(client.result(1, "Evaluate", json!(["Concat(distinct Year)"])).await["qReturn"], "2022");

    let mut tree = cube();
    tree[0]["qInfo"]["qId"] = "tree".into();
    tree[0]["qHyperCubeDef"]["qMode"] = "T".into();
    let tree = client.object(1, "CreateObject", tree).await;
    let layout = client.result(tree, "GetLayout", json!([])).await["qLayout"]["qHyperCube"].take();
    assert_eq!(layout["qTreeNodesOnDim"], json!([3]));
    let nodes = client.result(tree, "GetHyperCubeTreeData", json!(["/qHyperCubeDef"])).await["qNodes"].take();
    assert_eq!(nodes[0]["qNodes"][0]["qText"], "North");
    assert_eq!(nodes[0]["qNodes"][0]["qValues"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn initial_pages_are_cut_to_the_cube_and_requested_pages_are_not() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let large = json!([{ "qWidth": 1000, "qHeight": 1000 }]);
    let cube = json!([{ "qInfo": { "qType": "t" }, "qHyperCubeDef": {
        "qDimensions": [{ "qDef": { "qFieldDefs": ["Region"] } }], "qInitialDataFetch": large,
    } }]);
    let object = client.object(1, "CreateSessionObject", cube).await;
    let layout = client.result(object, "GetLayout", json!([])).await["qLayout"]["qHyperCube"].take();
    assert!(layout["qError"].is_null());
    assert_eq!(layout["qDataPages"][0]["qMatrix"].as_array().unwrap().len(), 3);
    assert_eq!(client.error(object, "GetHyperCubeData", json!(["/qHyperCubeDef", large])).await, 7009);
}
