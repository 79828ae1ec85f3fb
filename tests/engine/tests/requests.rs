//! Requests are checked, and answered like an engine does.

mod common;

use common::Client;
use qix_test_engine::TestEngine;
use serde_json::json;

#[tokio::test]
async fn the_engine_returns_its_version() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/engineData").await;
    let version = client.call(-1, "EngineVersion", json!([])).await;
    assert_eq!(version["jsonrpc"], "2.0");
    assert_eq!(version["result"]["qVersion"]["qComponentVersion"], "12.2886.0");
    let apps = client.result(-1, "GetDocList", json!([])).await;
    assert_eq!(apps["qDocList"][0]["qDocId"], "sales");
    assert_eq!(
        engine.requests().iter().map(|r| r.method.as_str()).collect::<Vec<_>>(),
        ["EngineVersion", "GetDocList"]
    );
}

#[tokio::test]
async fn opening_an_app_returns_its_handle_as_changed() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/sales").await;
    let none = client.call(-1, "GetActiveDoc", json!([])).await;
    assert_eq!(none["error"], json!({ "code": 1007, "parameter": "No active document", "message": "App invalid" }));
    let doc = client.call(-1, "OpenDoc", json!(["sales", "", "", "", false])).await;
    assert_eq!(doc["result"]["qReturn"], json!({ "qType": "Doc", "qHandle": 1, "qGenericId": "sales" }));
    assert_eq!(doc["change"], json!([1]));
    assert_eq!(client.result(-1, "GetActiveDoc", json!({})).await["qReturn"]["qHandle"], 1);
    assert_eq!(client.error(-1, "OpenDoc", json!({ "qDocName": "sales", "qNoData": true })).await, 1009);
}

#[tokio::test]
async fn requests_that_do_not_match_the_schema_are_rejected() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    assert_eq!(client.error(-1, "NoSuchMethod", json!([])).await, -32601);
    assert_eq!(client.error(-1, "GetAppLayout", json!([])).await, -32601, "a method of another class");
    assert_eq!(client.error(99, "GetLayout", json!([])).await, -32602, "an unknown handle");
    assert_eq!(client.error(1, "GetField", json!([])).await, -32602, "a parameter is missing");
    assert_eq!(client.error(1, "GetField", json!([1])).await, -32602, "a parameter of another type");
    assert_eq!(client.error(1, "GetField", json!({ "qFieldNam": "Year" })).await, -32602, "an unknown parameter");
    assert_eq!(client.error(-1, "OpenDoc", json!(["nowhere"])).await, 1002);
    let missing = client.call(1, "Publish", json!(["stream"])).await;
    assert_eq!(missing["error"]["message"], "Not implemented by the test engine");
}

#[tokio::test]
async fn invalid_requests_are_answered() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/sales").await;
    client.send_text("this is not JSON").await;
    assert_eq!(client.message().await["error"]["code"], -32700);
    client.send_text("[]").await;
    assert_eq!(client.message().await["error"]["code"], -32600);
    assert_eq!(client.error(-1, "OpenDoc", json!(["nowhere"])).await, 1003);
}

#[tokio::test]
async fn missing_items_are_returned_without_a_handle() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::open(&engine, "sales").await;
    let nothing = client.call(1, "GetObject", json!(["missing"])).await;
    assert_eq!(nothing["result"]["qReturn"], json!({ "qType": null, "qHandle": null }));
    assert!(nothing["change"].is_null());
}
