//! Selections that an engine refuses: in locked fields, and outside of an object in selection mode.

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::{Value, json};

/// A client with fields, a list of one of them, and a cube with it.
struct Opened {
    client: Client,
    region: i64,
    year: i64,
    list: i64,
    years: i64,
    cube: i64,
    bookmark: i64,
}

async fn opened(engine: &TestEngine) -> Opened {
    let mut client = Client::open(engine, "sales").await;
    let region = client.object(1, "GetField", json!(["Region"])).await;
    let year = client.object(1, "GetField", json!(["Year"])).await;
    client.result(region, "Select", json!(["South"])).await;
    let bookmark = client.object(1, "CreateBookmark", json!([{ "qInfo": { "qId": "b", "qType": "bookmark" } }])).await;
    client.result(region, "Clear", json!([])).await;
    let list = async |client: &mut Client, field: &str| {
        let list = json!([{ "qInfo": { "qType": "list" }, "qListObjectDef": {
            "qDef": { "qFieldDefs": [field] }, "qInitialDataFetch": [{ "qWidth": 1, "qHeight": 9 }] } }]);
        let list = client.object(1, "CreateSessionObject", list).await;
        client.result(list, "GetLayout", json!([])).await;
        list
    };
    let (regions, years) = (list(&mut client, "Region").await, list(&mut client, "Year").await);
    let cube = json!([{ "qInfo": { "qType": "cube" }, "qHyperCubeDef": {
        "qDimensions": [{ "qDef": { "qFieldDefs": ["Region"] } }], "qMeasures": [{ "qDef": { "qDef": "Sum(Sales)" } }],
        "qInitialDataFetch": [{ "qWidth": 2, "qHeight": 9 }] } }]);
    let cube = client.object(1, "CreateSessionObject", cube).await;
    client.result(cube, "GetLayout", json!([])).await;
    Opened { client, region, year, list: regions, years, cube, bookmark }
}

/// Calls that select in the field, in its list, and in its cube. `true` if they return whether they did.
fn selections(field: i64, list: i64, cube: i64) -> Vec<(i64, &'static str, Value)> {
    let range = json!({ "qRange": { "qMin": 0, "qMax": 1e9, "qMinInclEq": true }, "qMeasureIx": 0 });
    vec![
        (field, "Select", json!(["South"])),
        (field, "SelectValues", json!([[{ "qText": "South" }]])),
        (field, "ToggleSelect", json!(["South"])),
        (field, "LowLevelSelect", json!([[1], false])),
        (field, "SelectAll", json!([])),
        (field, "SelectPossible", json!([])),
        (field, "SelectExcluded", json!([])),
        (field, "SelectAlternative", json!([])),
        (field, "Clear", json!([])),
        (list, "SelectListObjectValues", json!(["/qListObjectDef", [1], true])),
        (list, "SelectListObjectAll", json!(["/qListObjectDef"])),
        (cube, "SelectHyperCubeValues", json!(["/qHyperCubeDef", 0, [1], true])),
        (cube, "SelectHyperCubeCells", json!(["/qHyperCubeDef", [1], [0]])),
        (cube, "RangeSelectHyperCubeValues", json!(["/qHyperCubeDef", [range]])),
        (cube, "MultiRangeSelectHyperCubeValues", json!(["/qHyperCubeDef", [{ "qRanges": [range] }]])),
    ]
}

async fn selected(client: &mut Client) -> Value {
    client.result(1, "Evaluate", json!(["Concat(distinct Region, ',')"])).await["qReturn"].take()
}

#[tokio::test]
async fn every_selection_in_a_locked_field_is_refused() {
    let engine = TestEngine::start().await.unwrap();
    let Opened { mut client, region, year, list, cube, .. } = opened(&engine).await;
    client.result(region, "Select", json!(["North"])).await;
    assert_eq!(client.result(region, "Lock", json!([])).await["qReturn"], true);
    for (handle, method, params) in selections(region, list, cube) {
        let result = client.result(handle, method, params).await;
        let done = result.as_object().unwrap().values().next().unwrap();
        assert_eq!(done, false, "{method} on {handle}");
        assert_eq!(selected(&mut client).await, "North", "{method} on {handle}");
    }
    for (handle, method, params) in [
        (1, "ClearAll", json!([])),
        (list, "ClearSelections", json!(["/qListObjectDef"])),
        (cube, "ClearSelections", json!(["/qHyperCubeDef"])),
        (year, "ClearAllButThis", json!([])),
    ] {
        client.result(handle, method, params).await;
        assert_eq!(selected(&mut client).await, "North", "{method}");
    }
    assert_eq!(client.result(region, "Select", json!(["South", true])).await["qReturn"], true, "the lock is ignored");
    assert_eq!(selected(&mut client).await, "South");
}

#[tokio::test]
async fn every_selection_outside_of_the_selection_mode_is_an_error() {
    let engine = TestEngine::start().await.unwrap();
    let Opened { mut client, region, year, list, years, cube, bookmark } = opened(&engine).await;
    client.result(years, "BeginSelections", json!([["/qListObjectDef"]])).await;
    let mut refused = selections(region, list, cube);
    refused.extend([
        (list, "BeginSelections", json!([["/qListObjectDef"]])),
        (list, "EndSelections", json!([true])),
        (list, "ClearSelections", json!(["/qListObjectDef"])),
        (year, "Select", json!(["2021"])),
        (year, "Lock", json!([])),
        (region, "Unlock", json!([])),
        (year, "ClearAllButThis", json!([])),
        (1, "ClearAll", json!([])),
        (1, "LockAll", json!([])),
        (1, "UnlockAll", json!([])),
        (1, "Back", json!([])),
        (1, "Forward", json!([])),
        (1, "ApplyBookmark", json!(["b"])),
        (bookmark, "Apply", json!([])),
        (1, "SelectAssociations", json!([{}, ["South"], 0])),
    ]);
    for (handle, method, params) in refused {
        assert_eq!(client.error(handle, method, params).await, 6003, "{method} on {handle}");
        assert_eq!(selected(&mut client).await, "North,South,West", "{method} on {handle}");
    }
    let done = client.result(years, "SelectListObjectValues", json!(["/qListObjectDef", [0], true])).await;
    assert_eq!(done["qSuccess"], true, "the object in the mode can select");
    client.result(1, "AbortModal", json!([true])).await;
    assert_eq!(client.result(region, "Select", json!(["West"])).await["qReturn"], true, "the mode has ended");
}

#[tokio::test]
async fn members_that_would_be_ignored_are_refused() {
    let engine = TestEngine::start().await.unwrap();
    let Opened { mut client, region, list, cube, .. } = opened(&engine).await;
    for (handle, method, params, code) in [
        (region, "Select", json!(["North", false, 1]), 20),
        (region, "ToggleSelect", json!({ "qMatch": "North", "qExcludedValuesMode": 1 }), 20),
        (cube, "ExportData", json!(["CSV_C", "/qHyperCubeDef", "", "A"]), 20),
        (1, "GetTablesAndKeys", json!([{}, {}, 0, true, true]), 20),
        (1, "GetTablesAndKeys", json!([{}, {}, 0, true, false, true]), 20),
        (1, "GetField", json!(["Region", "nosuch"]), 2),
        (list, "BeginSelections", json!([["/qHyperCubeDef"]]), 4),
        (cube, "GetHyperCubeData", json!(["/qHyperCubeDef", [{ "qTop": -1, "qWidth": 1, "qHeight": 1 }]]), -32602),
        (list, "GetListObjectData", json!(["/qListObjectDef", [{ "qWidth": 1, "qHeight": -1 }]]), -32602),
    ] {
        assert_eq!(client.error(handle, method, params).await, code, "{method} on {handle}");
    }
    for definition in [
        json!({ "qHyperCubeDef": { "qMeasures": [{ "qDef": { "qDef": "1", "qAccumulate": 1 } }] } }),
        json!({ "qListObjectDef": { "qDef": { "qFieldDefs": ["Region"] }, "qShowAll": true } }),
        json!({ "qTreeDataDef": { "qDimensions": [] } }),
    ] {
        let mut properties = definition;
        properties["qInfo"] = json!({ "qType": "x" });
        let object = client.object(1, "CreateSessionObject", json!([properties])).await;
        assert_eq!(client.error(object, "GetLayout", json!([])).await, 20, "{properties}");
    }
}

#[tokio::test]
async fn an_alternate_state_exists_once() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "AddAlternateState", json!(["A"])).await;
    assert_eq!(client.error(1, "AddAlternateState", json!(["A"])).await, 3);
    assert_eq!(client.error(1, "AddAlternateState", json!([""])).await, 3);
    assert_eq!(client.error(1, "RemoveAlternateState", json!(["B"])).await, 2);
    let states = client.result(1, "GetAppLayout", json!([])).await["qLayout"]["qStateNames"].take();
    assert_eq!(states, json!(["A"]));
}

#[tokio::test]
async fn selecting_the_only_selected_value_clears_it_on_request() {
    let engine = TestEngine::start().await.unwrap();
    let Opened { mut client, cube, .. } = opened(&engine).await;
    let cell = |clears: bool| json!(["/qHyperCubeDef", [1], [0], false, clears]);
    client.result(cube, "SelectHyperCubeCells", cell(true)).await;
    assert_eq!(selected(&mut client).await, "South");
    client.result(cube, "SelectHyperCubeCells", json!(["/qHyperCubeDef", [0], [0], false, false])).await;
    assert_eq!(selected(&mut client).await, "South", "only one row is left");
    client.result(cube, "SelectHyperCubeCells", json!(["/qHyperCubeDef", [0], [0], false, true])).await;
    assert_eq!(selected(&mut client).await, "North,South,West");
}
