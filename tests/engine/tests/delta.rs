//! Deltas: patches from a client's state to the new one.

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::{Value, json};

async fn delta(client: &mut Client, handle: i64, method: &str, params: Value, id: i64) -> Value {
    let request = json!({
        "jsonrpc": "2.0", "id": id, "handle": handle, "method": method, "params": params, "delta": true,
    });
    client.send_json(request).await;
    let answer = client.answer(id).await;
    assert_eq!(answer["delta"], true);
    answer
}

#[tokio::test]
async fn the_first_layout_is_complete_and_later_ones_are_deltas() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    client.result(1, "CreateObject", json!([{ "qInfo": { "qId": "a", "qType": "thing" }, "size": 1 }])).await;
    let first = delta(&mut client, 2, "GetLayout", json!([]), 101).await;
    assert_eq!(first["result"]["qLayout"][0]["op"], "add");
    assert_eq!(first["result"]["qLayout"][0]["path"], "/");
    assert_eq!(first["result"]["qLayout"][0]["value"]["size"], 1);
    let same = delta(&mut client, 2, "GetLayout", json!([]), 102).await;
    assert_eq!(same["result"]["qLayout"], json!([]));
    client.result(2, "SetProperties", json!([{ "qInfo": { "qType": "thing" }, "size": 2 }])).await;
    let changed = delta(&mut client, 2, "GetLayout", json!([]), 103).await;
    assert_eq!(changed["result"]["qLayout"], json!([{ "op": "replace", "path": "/size", "value": 2 }]));
}

#[tokio::test]
async fn the_delta_state_depends_on_handle_and_method_only() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let year = delta(&mut client, 1, "GetField", json!(["Year"]), 101).await;
    assert_eq!(year["result"]["qReturn"][0]["value"]["qGenericId"], "Year");
    let region = delta(&mut client, 1, "GetField", json!(["Region"]), 102).await;
    let expected = json!([
        { "op": "replace", "path": "/qHandle", "value": 3 },
        { "op": "replace", "path": "/qGenericId", "value": "Region" },
    ]);
    assert_eq!(region["result"]["qReturn"], expected);
}

#[tokio::test]
async fn a_complete_response_resets_the_delta() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    delta(&mut client, 1, "GetAppProperties", json!([]), 101).await;
    client.result(1, "GetAppProperties", json!([])).await;
    let after = delta(&mut client, 1, "GetAppProperties", json!([]), 102).await;
    assert_eq!(after["result"]["qProp"][0]["path"], "/");
}
