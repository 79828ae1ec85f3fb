//! A change is announced once, and again only after a fetch.

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::json;

fn thing(id: &str) -> serde_json::Value {
    json!([{ "qInfo": { "qId": id, "qType": "thing" } }])
}

#[tokio::test]
async fn a_change_is_announced_once_until_the_client_fetches() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let created = client.call(1, "CreateObject", thing("a")).await;
    assert_eq!(created["change"], json!([2]), "a new handle counts as changed");
    assert_eq!(created["result"]["qInfo"], json!({ "qId": "a", "qType": "thing" }));
    let again = client.call(1, "GetObject", json!(["a"])).await;
    assert_eq!(again["result"]["qReturn"]["qHandle"], 2, "an item has one handle");
    assert!(again["change"].is_null());

    let set = json!([{ "qInfo": { "qType": "thing" }, "size": 1 }]);
    assert!(client.call(2, "SetProperties", set.clone()).await["change"].is_null(), "it has been announced already");
    client.result(2, "GetLayout", json!([])).await;
    assert_eq!(client.call(2, "SetProperties", set.clone()).await["change"], json!([2]));
    assert!(client.call(2, "SetProperties", set).await["change"].is_null());
}

#[tokio::test]
async fn changes_are_pushed_to_other_sockets() {
    let engine = TestEngine::start().await.unwrap();
    let mut first = Client::open(&engine, "sales").await;
    first.result(1, "CreateObject", thing("a")).await;
    let mut second = Client::connect(&engine, "/app/sales").await;
    second.object(-1, "GetActiveDoc", json!([])).await;
    second.object(1, "GetObject", json!(["a"])).await;
    second.result(2, "GetLayout", json!([])).await;
    first.result(2, "SetProperties", json!([{ "qInfo": { "qType": "thing" }, "size": 1 }])).await;
    assert_eq!(second.notification().await, json!({ "jsonrpc": "2.0", "change": [2] }));
    first.result(1, "DestroyObject", json!(["a"])).await;
    assert_eq!(second.notification().await, json!({ "jsonrpc": "2.0", "close": [2] }));
}

#[tokio::test]
async fn destroying_an_object_closes_its_handles_and_those_of_its_children() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "CreateObject", thing("sheet")).await;
    let child = client.call(2, "CreateChild", thing("child")).await;
    assert_eq!(child["change"], json!([3]));
    let destroyed = client.call(1, "DestroyObject", json!(["sheet"])).await;
    assert_eq!(destroyed["result"], json!({ "qSuccess": true }));
    assert_eq!(destroyed["close"], json!([2, 3]));
    assert_eq!(client.error(3, "GetLayout", json!([])).await, -32602);
    let again = client.call(1, "DestroyObject", json!(["sheet"])).await;
    assert_eq!(again["result"], json!({ "qSuccess": false }));
}

#[tokio::test]
async fn lists_change_with_their_items() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let lists = json!([{
        "qInfo": { "qType": "lists" },
        "qAppObjectListDef": { "qType": "sheet", "qData": { "title": "/title" } },
        "qMeasureListDef": { "qType": "measure", "qData": {} },
        "qUndoInfoDef": {},
    }]);
    client.result(1, "CreateSessionObject", lists).await;
    let before = client.result(2, "GetLayout", json!([])).await;
    assert_eq!(before["qLayout"]["qAppObjectList"]["qItems"], json!([]));
    assert_eq!(before["qLayout"]["qUndoInfo"]["qUndoCount"], 0);
    let sheet = json!([{ "qInfo": { "qId": "s", "qType": "sheet" }, "title": "One" }]);
    assert_eq!(client.call(1, "CreateObject", sheet).await["change"], json!([2, 3]));
    let after = client.result(2, "GetLayout", json!([])).await;
    assert_eq!(after["qLayout"]["qAppObjectList"]["qItems"][0]["qData"]["title"], "One");
    assert_eq!(after["qLayout"]["qMeasureList"]["qItems"][0]["qInfo"]["qId"], "total-sales");
    assert_eq!(after["qLayout"]["qUndoInfo"]["qUndoCount"], 1);

    let undone = client.call(1, "Undo", json!([])).await;
    assert_eq!((&undone["result"]["qSuccess"], &undone["close"]), (&json!(true), &json!([3])));
    assert_eq!(undone["change"], json!([2]));
    assert_eq!(client.result(1, "Redo", json!([])).await["qSuccess"], true);
    assert!(client.object(1, "GetObject", json!(["s"])).await > 3);
}

#[tokio::test]
async fn a_selection_invalidates_only_objects_that_use_its_state() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "AddAlternateState", json!(["Other"])).await;
    let measure = |state: &str, expression: &str| {
        json!([{ "qInfo": { "qType": "kpi" }, "qHyperCubeDef": {
            "qStateName": state, "qMeasures": [{ "qDef": { "qDef": expression } }],
        } }])
    };
    let mut objects = Vec::new();
    for (state, expression) in [
        ("", "Sum(Sales)"),
        ("Other", "Sum(Sales)"),
        ("", "Sum({Other} Sales)"),
        ("Other", "Sum({$<Year={2021}>} Sales)"),
        ("", "$(v)"),
    ] {
        objects.push(client.object(1, "CreateSessionObject", measure(state, expression)).await);
    }
    let mut stale = async |state: &str| {
        for object in &objects {
            client.result(*object, "GetLayout", json!([])).await;
        }
        let year = client.object(1, "GetField", json!(["Year", state])).await;
        let selected = client.call(year, "Select", json!(["2021"])).await;
        let changed = selected["change"].as_array().unwrap().clone();
        objects.iter().map(|object| changed.contains(&json!(object))).collect::<Vec<_>>()
    };
    assert_eq!(stale("$").await, [true, false, true, true, true]);
    assert_eq!(stale("Other").await, [false, true, true, true, true]);
}
