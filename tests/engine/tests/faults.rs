//! Injected faults happen as configured.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod common;

use common::Client;
use qix_test_engine::{Fault, TestEngine};
use serde_json::json;
use std::time::Duration;
use tokio_tungstenite::tungstenite::{Error, Message};

async fn client(fault: Fault) -> (TestEngine, Client) {
    let engine = TestEngine::start().await.unwrap();
    let client = Client::open(&engine, "sales").await;
    engine.fault(fault);
    (engine, client)
}

#[tokio::test]
async fn a_late_answer_is_overtaken() {
    let (_engine, mut client) = client(Fault::delay(Duration::from_millis(50)).on("GetScript")).await;
    let late = client.send(1, "GetScript", json!([])).await;
    let prompt = client.send(1, "GetAppProperties", json!([])).await;
    assert_eq!(client.message().await["id"], prompt);
    assert_eq!(client.message().await["id"], late);
}

#[tokio::test]
async fn responses_can_be_reversed() {
    let (_engine, mut client) = client(Fault::reorder(3)).await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(client.send(1, "GetAppProperties", json!([])).await);
    }
    for id in ids.into_iter().rev() {
        assert_eq!(client.message().await["id"], id);
    }
    client.result(1, "GetAppProperties", json!([])).await;
}

#[tokio::test]
async fn a_socket_breaks_or_closes_at_a_chosen_answer() {
    let (engine, mut first) = client(Fault::drop_socket().after(1)).await;
    first.result(1, "GetAppProperties", json!([])).await;
    first.send(1, "GetAppProperties", json!([])).await;
    assert!(first.next().await.is_none());
    let mut second = Client::connect(&engine, "/app/sales/identity/2").await;
    engine.fault(Fault::close(4204, r#"{"code":"QEP-104"}"#));
    second.send(-1, "GetDocList", json!([])).await;
    let Some(Message::Close(Some(frame))) = second.next().await else { panic!("no close frame") };
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4204, r#"{"code":"QEP-104"}"#));
}

#[tokio::test]
async fn answers_are_spoiled() {
    let (engine, mut client) = client(Fault::set("/qProp/qTitle", json!({ "unknown": ["x"] })).times(1)).await;
    let spoiled = client.result(1, "GetAppProperties", json!([])).await;
    assert_eq!(spoiled["qProp"]["qTitle"], json!({ "unknown": ["x"] }));
    engine.fault(Fault::empty_answer().times(1));
    let empty = client.call(1, "GetAppProperties", json!([])).await;
    assert!(empty["result"].is_null() && empty["error"].is_null());
    engine.fault(Fault::error(15, "Request aborted").times(1));
    assert_eq!(client.error(1, "GetAppProperties", json!([])).await, 15);
    engine.fault(Fault::answer_twice().times(1));
    let id = client.send(1, "GetAppProperties", json!([])).await;
    assert_eq!(client.message().await["id"], id);
    assert_eq!(client.message().await["id"], id);
    engine.fault(Fault::garbage().times(1));
    client.send(1, "GetAppProperties", json!([])).await;
    let Some(Message::Text(text)) = client.next().await else { panic!("no text") };
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_err());
}

#[tokio::test]
async fn a_response_can_be_withheld_forever() {
    let (_engine, mut client) = client(Fault::never_answer().on("GetScript")).await;
    let never = client.send(1, "GetScript", json!([])).await;
    client.result(1, "GetAppProperties", json!([])).await;
    assert!(client.call(1, "GetAppProperties", json!([])).await["id"] != never);
}

#[tokio::test]
async fn notifications_are_repeated() {
    let (engine, mut client) = client(Fault::repeat_notifications()).await;
    engine.notify("OnSessionTimedOut", &json!({ "severity": "fatal" }));
    assert_eq!(client.notification().await["method"], "OnSessionTimedOut");
    assert_eq!(client.notification().await["params"]["severity"], "fatal");
}

#[tokio::test]
async fn a_slow_calculation_is_canceled() {
    let (_engine, mut client) = client(Fault::slow(Duration::from_secs(60)).on("GetAppLayout")).await;
    let slow = client.send(1, "GetAppLayout", json!([])).await;
    client.result(-1, "CancelRequest", json!([slow])).await;
    assert_eq!(client.answer(slow).await["error"]["code"], 15);
}

#[tokio::test]
async fn an_upgrade_is_refused_and_on_connected_never_comes() {
    let engine = TestEngine::builder().fault(Fault::refuse(401).times(1)).start().await.unwrap();
    let refused = tokio_tungstenite::connect_async(engine.url()).await.unwrap_err();
    let Error::Http(response) = refused else { panic!("{refused}") };
    assert_eq!(response.status(), 401);
    engine.fault(Fault::no_on_connected().times(1));
    let mut silent = Client::connect_as(&engine, "/app/sales", "").await;
    silent.send(-1, "GetDocList", json!([])).await;
    assert_eq!(silent.message().await["id"], 1);
    assert_eq!(engine.upgrades().len(), 1);
    assert_eq!(engine.upgrades()[0].target, "/app/sales");
}

#[tokio::test]
async fn an_address_can_add_faults_for_its_own_socket() {
    let engine = TestEngine::start().await.unwrap();
    let mut faulty = Client::connect(&engine, "/app/sales?fault=error%3D5%20on%20GetDocList%20times%201").await;
    let mut sound = Client::connect(&engine, "/app/sales").await;
    sound.result(-1, "GetDocList", json!([])).await;
    assert_eq!(faulty.error(-1, "GetDocList", json!([])).await, 5);
    faulty.result(-1, "GetDocList", json!([])).await;
}

#[tokio::test]
async fn on_connected_comes_late_and_after_others() {
    let authentication = json!({ "jsonrpc": "2.0", "method": "OnAuthenticationInformation", "params": {} });
    let engine = TestEngine::builder()
        .fault(Fault::before_on_connected(authentication.to_string()))
        .fault(Fault::late_on_connected(Duration::from_millis(30)));
    let engine = engine.start().await.unwrap();
    let mut client = Client::connect_as(&engine, "/app/sales", "").await;
    assert_eq!(client.message().await["method"], "OnAuthenticationInformation");
    client.send(-1, "GetDocList", json!([])).await;
    assert_eq!(client.message().await["id"], 1);
    assert_eq!(client.message().await["method"], "OnConnected");
}
