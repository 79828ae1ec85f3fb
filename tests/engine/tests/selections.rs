//! Selections in fields and objects, shared by a session, and their effects on calculations.

mod common;

use common::Client;
use qix_test_engine::{Fault, TestEngine};
use serde_json::{Value, json};
use std::time::Duration;

async fn evaluate(client: &mut Client, expression: &str) -> Value {
    client.result(1, "Evaluate", json!([expression])).await["qReturn"].take()
}

fn selections() -> Value {
    json!([{ "qInfo": { "qId": "cs", "qType": "CurrentSelections" }, "qSelectionObjectDef": {} }])
}

#[tokio::test]
async fn a_selection_in_a_field_is_announced_to_all_sockets() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let mut other = Client::connect(&engine, "/app/sales").await;
    other.object(-1, "GetActiveDoc", json!([])).await;
    other.object(1, "CreateSessionObject", selections()).await;
    other.result(2, "GetLayout", json!([])).await;

    let year = client.object(1, "GetField", json!(["Year"])).await;
    let values = json!([[{ "qText": "2021" }, { "qNumber": 2022, "qIsNumeric": true }], false, false]);
    assert_eq!(client.result(year, "SelectValues", values).await["qReturn"], true);
    assert_eq!(other.notification().await, json!({ "jsonrpc": "2.0", "change": [2] }));
    assert_eq!(evaluate(&mut client, "Concat(distinct Year, ',')").await, "2021,2022");
    let layout = other.result(2, "GetLayout", json!([])).await;
    assert_eq!(layout["qLayout"]["qSelectionObject"]["qSelections"][0]["qSelectedCount"], 2);

    assert_eq!(client.result(year, "Select", json!([">2022"])).await["qReturn"], true);
    assert_eq!(evaluate(&mut client, "Sum(Sales)").await, "575");
    client.result(1, "Back", json!([])).await;
    assert_eq!(client.result(1, "ForwardCount", json!([])).await["qReturn"], 1);
    client.result(1, "Forward", json!([])).await;
    assert_eq!(evaluate(&mut client, "Only(Year)").await, "2023");
    client.result(year, "Clear", json!([])).await;
    assert_eq!(evaluate(&mut client, "Count(distinct Year)").await, "3");
    assert!(client.result(1, "GetField", json!(["Nothing"])).await["qReturn"]["qHandle"].is_null());
}

#[tokio::test]
async fn a_selection_aborts_running_calculations() {
    let engine = TestEngine::builder()
        .fault(Fault::slow(Duration::from_secs(60)).on("GetLayout").times(1))
        .fault(Fault::slow(Duration::from_secs(60)).on("Evaluate").times(1));
    let engine = engine.start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let object = client.object(1, "CreateSessionObject", selections()).await;
    let layout = client.send(object, "GetLayout", json!([])).await;
    let value = client.send(1, "Evaluate", json!(["Sum(Sales)"])).await;
    let cleared = client.call(1, "ClearAll", json!([])).await;
    assert_eq!(cleared["change"], json!([object]), "the aborted fetch counts as one");
    for id in [layout, value] {
        let aborted = client.answer(id).await;
        assert_eq!(aborted["error"], json!({ "code": 15, "parameter": "", "message": "Request aborted" }));
    }
    client.result(object, "GetLayout", json!([])).await;
}

#[tokio::test]
async fn calculations_of_other_sessions_continue() {
    let engine = TestEngine::builder().fault(Fault::slow(Duration::from_millis(50)).on("Evaluate"));
    let engine = engine.start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let mut other = Client::connect(&engine, "/app/sales/identity/2").await;
    other.result(-1, "OpenDoc", json!(["sales"])).await;
    let value = client.send(1, "Evaluate", json!(["Count(Sales)"])).await;
    other.result(1, "ClearAll", json!([])).await;
    assert_eq!(client.answer(value).await["result"]["qReturn"], "15");
}

#[tokio::test]
async fn bookmarks_restore_selections() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let region = client.object(1, "GetField", json!(["Region"])).await;
    client.result(region, "Select", json!(["North"])).await;
    let bookmark = json!([{ "qInfo": { "qType": "bookmark" }, "qMetaDef": { "title": "N" } }]);
    let created = client.result(1, "CreateBookmark", bookmark).await;
    let id = created["qInfo"]["qId"].clone();
    let bookmark = created["qReturn"]["qHandle"].as_i64().unwrap();
    let temporary = client.result(1, "StoreTempSelectionState", json!([])).await;
    assert_eq!(temporary["qReturn"], true);
    for (method, params, answer) in [
        ("ApplyBookmark", json!([id]), "qSuccess"),
        ("RestoreTempSelectionState", json!([temporary["qId"]]), "qReturn"),
    ] {
        client.result(1, "ClearAll", json!([])).await;
        assert_eq!(client.result(1, method, params).await[answer], true);
        assert_eq!(evaluate(&mut client, "Concat(distinct Region)").await, "North");
    }
    let layout = client.result(bookmark, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!(layout["qMeta"]["title"], "N");
    assert!(layout["qBookmark"]["qStateData"].is_array());
    let listed = client.result(1, "GetBookmarks", json!([{ "qTypes": ["bookmark"], "qData": {} }])).await;
    assert_eq!(listed["qList"][0]["qInfo"]["qId"], id);
    assert_eq!(client.result(1, "ApplyBookmark", json!(["missing"])).await["qSuccess"], false);
}

#[tokio::test]
async fn alternate_states_are_independent() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "AddAlternateState", json!(["B"])).await;
    assert_eq!(client.result(1, "GetAppLayout", json!([])).await["qLayout"]["qStateNames"], json!(["B"]));
    let in_b = client.object(1, "GetField", json!(["Region", "B"])).await;
    client.result(in_b, "Select", json!(["West"])).await;
    assert_eq!(evaluate(&mut client, "Count(distinct Region)").await, "3");
    assert_eq!(evaluate(&mut client, "Count({B} distinct Region)").await, "1");
    client.result(1, "RemoveAlternateState", json!(["B"])).await;
    assert_eq!(client.result(1, "GetAppLayout", json!([])).await["qLayout"]["qStateNames"], json!([]));
}

#[tokio::test]
async fn selections_and_bookmarks_are_set_expressions() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let region = client.object(1, "GetField", json!(["Region"])).await;
    client.result(region, "Select", json!(["North"])).await;
    client.result(1, "AddAlternateState", json!(["Other"])).await;
    let other = client.object(1, "GetField", json!(["Year", "Other"])).await;
    client.result(other, "Select", json!(["2021"])).await;
    let properties = json!([{ "qInfo": { "qId": "B", "qType": "bookmark" } }]);
    let bookmark = client.object(1, "CreateBookmark", properties).await;
    let value = client.result(1, "Evaluate", json!(["Sum(Sales)"])).await["qReturn"].take();
    client.result(1, "ClearAll", json!([false])).await;
    client.result(1, "AddAlternateState", json!(["Late"])).await;

    let north = client.result(bookmark, "GetSetAnalysis", json!([])).await["qSetExpression"].take();
    assert_eq!(north, "<Region={'North'}>");
    let sum = json!([format!("Sum({{{}}} Sales)", north.as_str().unwrap())]);
    assert_eq!(client.result(1, "Evaluate", sum).await["qReturn"], value);
    for (state, expected) in [("$", &north), ("Other", &json!("<Year={2021}>"))] {
        let params = json!({ "qStateName": state });
        assert_eq!(client.result(bookmark, "GetSetAnalysis", params).await["qSetExpression"], *expected);
        let params = json!({ "qStateName": state, "qBookmarkId": "B" });
        assert_eq!(client.result(1, "GetSetAnalysis", params).await["qSetExpression"], *expected);
    }
    assert_eq!(client.result(1, "GetSetAnalysis", json!([])).await["qSetExpression"], "");
    assert_eq!(client.result(1, "GetSetAnalysis", json!(["Other"])).await["qSetExpression"], "<Year={2021}>");
    // The state is newer than the bookmark.
    assert_eq!(client.error(bookmark, "GetSetAnalysis", json!(["Late"])).await, 2);
    assert_eq!(client.error(1, "GetSetAnalysis", json!(["Nowhere"])).await, 2);
    assert_eq!(client.error(1, "GetSetAnalysis", json!(["$", "nobookmark"])).await, 2);
    client.result(1, "DestroyBookmark", json!(["B"])).await;
    assert!(client.call(bookmark, "GetSetAnalysis", json!([])).await["error"]["code"].is_number());
}

#[tokio::test]
async fn references_to_fields_are_checked_in_strict_mode() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    for (strict, bad) in [(false, json!([])), (true, json!([{ "qFrom": 6, "qCount": 3 }]))] {
        let params = json!({ "qExpr": "Sum({<Yer={2021}>} Sales)", "qStrictFieldValidation": strict });
        let checked = client.result(1, "CheckExpression", params).await;
        assert_eq!((&checked["qErrorMsg"], &checked["qBadFieldNames"]), (&json!(""), &bad));
    }
    assert_eq!(client.error(1, "CheckExpression", json!(["1", [], "yes"])).await, -32602);
}

#[tokio::test]
async fn expressions_anywhere_are_replaced_by_their_values() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let properties = json!([{
        "qInfo": { "qType": "thing" },
        "title": { "qStringExpression": { "qExpr": "='Sales: ' & Sum(Sales)" } },
        "layers": [{ "limit": { "qValueExpression": { "qExpr": "Max(Sales)" } } }],
    }]);
    let object = client.object(1, "CreateObject", properties).await;
    let layout = client.result(object, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!((&layout["title"], &layout["layers"]), (&json!("Sales: 1675"), &json!([{ "limit": 200 }])));
    let variable = json!([{ "qInfo": { "qType": "variable" }, "qName": "v", "qDefinition": "=Count(distinct Year)" }]);
    let variable = client.object(1, "CreateVariableEx", variable).await;
    let layout = client.result(variable, "GetLayout", json!([])).await["qLayout"].take();
    assert_eq!((&layout["qText"], &layout["qNum"]), (&json!("3"), &json!(3)));
    let value = client.result(1, "EvaluateEx", json!(["1/4"])).await["qValue"].take();
    assert_eq!(value, json!({ "qText": "0.25", "qNumber": 0.25, "qIsNumeric": true }));
    let check = client.result(1, "CheckExpression", json!(["Sum(Sales"])).await;
    assert!(!check["qErrorMsg"].as_str().unwrap().is_empty());
    let expanded = client.result(1, "ExpandExpression", json!(["Sum($(=1+1))"])).await;
    assert_eq!(expanded["qExpandedExpression"], "Sum(2)");
}

#[tokio::test]
async fn requests_wait_for_a_selection_except_those_that_abort_it() {
    let engine = TestEngine::builder().fault(Fault::slow(Duration::from_secs(60)).on("Select").times(1));
    let engine = engine.start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let region = client.object(1, "GetField", json!(["Region"])).await;
    let select = client.send(region, "Select", json!(["North"])).await;
    let value = client.send(1, "Evaluate", json!(["Count(distinct Region)"])).await;
    client.result(-1, "CancelRequest", json!([select])).await;
    assert_eq!(client.message().await["error"]["code"], 15);
    assert_eq!(client.answer(value).await["result"]["qReturn"], "3");
    let select = client.send(region, "Select", json!(["North"])).await;
    let value = client.send(1, "Evaluate", json!(["Count(distinct Region)"])).await;
    assert_eq!(client.message().await["id"], select);
    assert_eq!(client.answer(value).await["result"]["qReturn"], "1", "requested after the selection");
}

#[tokio::test]
async fn a_bookmark_restores_variables_that_it_includes() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let variable = json!([{ "qInfo": { "qType": "variable" }, "qName": "vLimit", "qDefinition": "5" }]);
    let variable = client.object(1, "CreateVariableEx", variable).await;
    client.result(variable, "GetLayout", json!([])).await;
    let mut ids = Vec::new();
    for include in [false, true] {
        let bookmark = json!([{ "qInfo": { "qType": "bookmark" }, "qIncludeVariables": include }]);
        ids.push(client.result(1, "CreateBookmark", bookmark).await["qInfo"]["qId"].take());
    }
    let set = client.call(variable, "SetStringValue", json!(["7"])).await;
    assert_eq!(set["change"], json!([variable]));
    for (id, value) in ids.into_iter().zip(["7", "5"]) {
        client.result(1, "ApplyBookmark", json!([id])).await;
        assert_eq!(evaluate(&mut client, "vLimit").await, value);
    }
}

#[tokio::test]
async fn a_field_with_always_one_selected_value_refuses_none_and_several() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let year = client.object(1, "GetField", json!(["Year"])).await;
    let single = json!([{ "qOneAndOnlyOne": true }]);
    client.result(year, "SetNxProperties", single.clone()).await;
    let properties = client.result(year, "GetNxProperties", json!([])).await;
    assert_eq!(properties["qProperties"], json!({}), "it needs one selected value first");
    client.result(year, "Select", json!(["2021"])).await;
    client.result(year, "SetNxProperties", single).await;
    assert_eq!(
        client.result(year, "GetNxProperties", json!([])).await["qProperties"],
        json!({ "qOneAndOnlyOne": true })
    );
    for (method, params) in [
        ("ToggleSelect", json!(["2021"])),
        ("Select", json!(["202*"])),
        ("SelectAll", json!([])),
        ("LowLevelSelect", json!([[0, 1], false])),
        ("Clear", json!([])),
    ] {
        assert_eq!(client.result(year, method, params).await["qReturn"], false, "{method}");
    }
    client.result(1, "ClearAll", json!([])).await;
    let selected = client.result(1, "Evaluate", json!(["GetFieldSelections(Year)"])).await;
    assert_eq!(selected["qReturn"], "2021");
    assert_eq!(client.result(year, "Select", json!(["2022"])).await["qReturn"], true, "another value can be selected");
    client.result(year, "SetNxProperties", json!([{}])).await;
    assert_eq!(client.result(year, "Clear", json!([])).await["qReturn"], true);
}

#[tokio::test]
async fn unknown_texts_return_true_and_change_nothing() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let year = client.object(1, "GetField", json!(["Year"])).await;
    let text = json!([[{ "qText": "2021" }], false]);
    assert_eq!(client.result(year, "SelectValues", text.clone()).await["qReturn"], true, "a text is not a number");
    let selected = client.result(1, "Evaluate", json!(["GetSelectedCount(Year)"])).await;
    assert_eq!(selected["qReturn"], "0");
    let number = json!([[{ "qNumber": 2099, "qIsNumeric": true }], false]);
    assert_eq!(client.result(year, "SelectValues", number).await["qReturn"], false);
    client.result(year, "Select", json!(["2021"])).await;
    client.result(year, "Lock", json!([])).await;
    assert_eq!(client.result(year, "SelectValues", text).await["qReturn"], false, "a lock prevents it");
}

#[tokio::test]
async fn a_master_dimension_steps_through_its_fields_in_every_object() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let cycle = json!([{
        "qInfo": { "qId": "d", "qType": "dimension" },
        "qDim": { "qGrouping": "C", "qFieldDefs": ["Region", "Product"] },
    }]);
    let dimension = client.object(1, "CreateDimension", cycle).await;
    let table = json!([{ "qInfo": { "qType": "t" }, "qHyperCubeDef": {
        "qDimensions": [{ "qLibraryId": "d" }], "qInitialDataFetch": [{ "qWidth": 1, "qHeight": 1 }],
    } }]);
    let table = client.object(1, "CreateSessionObject", table).await;
    let title = async |client: &mut Client| {
        let layout = client.result(table, "GetLayout", json!([])).await;
        layout["qLayout"]["qHyperCube"]["qDimensionInfo"][0]["qFallbackTitle"].clone()
    };
    assert_eq!(title(&mut client).await, "Region");
    let stepped = client.call(dimension, "StepCycle", json!([1])).await;
    assert!(stepped["change"].as_array().unwrap().contains(&json!(table)));
    assert_eq!(title(&mut client).await, "Product");
    assert_eq!(client.result(dimension, "GetActiveField", json!([])).await["qReturn"], 1);
    client.result(dimension, "SetActiveField", json!([0])).await;
    assert_eq!(title(&mut client).await, "Region");
    assert_eq!(client.error(dimension, "SetActiveField", json!([2])).await, 8);
}

#[tokio::test]
async fn active_fields_of_groups_are_returned_and_applied() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let cycle = json!([{
        "qInfo": { "qId": "d", "qType": "dimension" },
        "qDim": { "qGrouping": "C", "qFieldDefs": ["Region", "Product"] },
    }]);
    let dimension = client.object(1, "CreateDimension", cycle).await;
    let state =
        |id: &str, field: &str| json!({ "qInfo": { "qId": id, "qType": "dimension" }, "qActiveFieldDef": field });
    let states = client.result(1, "GetGroupStates", json!([])).await["qGroupStates"].take();
    assert_eq!(states, json!([state("d", "Region")]));
    let applied = client.result(1, "ApplyGroupStates", json!([[state("d", "Product"), state("e", "x")]])).await;
    let warning = json!({ "qState": state("e", "x"), "qType": "group_missing" });
    assert_eq!(applied["qResult"], json!({ "qApplySuccess": false, "qWarnings": [warning] }));
    assert_eq!(client.result(dimension, "GetActiveField", json!([])).await["qReturn"], 1);
}
