//! Sessions: sharing, lifetime, and unsaved changes.

mod common;

use common::Client;
use qix_test_engine::{App, Fault, OnOpen, TestEngine};
use serde_json::{Value, json};
use std::time::Duration;

async fn state(client: &mut Client) -> Value {
    client.notification().await["params"]["qSessionState"].take()
}

#[tokio::test]
async fn the_app_of_every_engine_can_be_omitted() {
    for (engine, apps) in [(TestEngine::builder(), 1), (TestEngine::builder().without_sales(), 0)] {
        let engine = engine.start().await.unwrap();
        let list = Client::connect(&engine, "/app/engineData").await.result(-1, "GetDocList", json!([])).await;
        assert_eq!(list["qDocList"].as_array().unwrap().len(), apps);
    }
}

#[tokio::test]
async fn the_same_user_and_address_share_a_session() {
    let engine = TestEngine::start().await.unwrap();
    let mut first = Client::connect_as(&engine, "/app/sales", "UserDirectory=A;UserId=b").await;
    assert_eq!(state(&mut first).await, "SESSION_CREATED");
    let mut second = Client::connect_as(&engine, "/app/sales", "UserDirectory=A;UserId=b").await;
    assert_eq!(state(&mut second).await, "SESSION_ATTACHED");
    let mut other_user = Client::connect_as(&engine, "/app/sales", "UserDirectory=A;UserId=c").await;
    assert_eq!(state(&mut other_user).await, "SESSION_CREATED");
    let mut other_identity = Client::connect_as(&engine, "/app/sales/identity/1", "UserDirectory=A;UserId=b").await;
    assert_eq!(state(&mut other_identity).await, "SESSION_CREATED");
    assert_eq!(engine.sessions(), 3);

    first.result(-1, "OpenDoc", json!(["sales"])).await;
    first.result(1, "CreateSessionObject", json!([{ "qInfo": { "qId": "shared", "qType": "x" } }])).await;
    assert_eq!(second.object(-1, "GetActiveDoc", json!([])).await, 1);
    assert_eq!(second.object(1, "GetObject", json!(["shared"])).await, 2);
    assert_eq!(other_user.error(-1, "GetActiveDoc", json!([])).await, 1007);
    assert_eq!(first.result(-1, "GetAuthenticatedUser", json!([])).await["qReturn"], "UserDirectory=A;UserId=b");
}

#[tokio::test]
async fn a_session_outlives_its_sockets_for_its_time_to_live() {
    let engine = TestEngine::start().await.unwrap();
    for (path, again) in [
        ("/app/sales/ttl/60", "SESSION_ATTACHED"),
        ("/app/sales/ttl/0/identity/1", "SESSION_CREATED"),
        // Defaults to some seconds.
        ("/app/sales/identity/2", "SESSION_ATTACHED"),
    ] {
        let mut client = Client::connect_as(&engine, path, "").await;
        assert_eq!(state(&mut client).await, "SESSION_CREATED");
        client.close(4000).await;
        let mut client = Client::connect_as(&engine, path, "").await;
        assert_eq!(state(&mut client).await, again, "{path}");
    }
}

#[tokio::test]
async fn unsaved_changes_are_lost_with_the_last_session() {
    let engine = TestEngine::builder().session_ttl(Duration::ZERO).start().await.unwrap();
    for (save, kept) in [(false, false), (true, true)] {
        let mut client = Client::open(&engine, "sales").await;
        client.result(1, "SetAppProperties", json!([{ "qTitle": "Sales", "own": true }])).await;
        if save {
            let saved = client.call(1, "DoSave", json!([""])).await;
            assert_eq!(saved["result"], json!({}));
            assert_eq!(saved["change"], json!([1]), "saving changes the app's layout");
        }
        client.close(1000).await;
        let mut client = Client::open(&engine, "sales").await;
        let properties = client.result(1, "GetAppProperties", json!([])).await;
        assert_eq!(properties["qProp"]["own"].as_bool().unwrap_or(false), kept);
        client.close(1000).await;
    }
}

#[tokio::test]
async fn session_apps_end_with_their_session() {
    let engine = TestEngine::builder().with_app(App::new("template").script("T: LOAD 1 AS A AUTOGENERATE 1;"));
    let engine = engine.session_ttl(Duration::ZERO).start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/engineData").await;
    let created = client.call(-1, "CreateSessionApp", json!([])).await;
    let id = created["result"]["qSessionAppId"].as_str().unwrap().to_owned();
    assert!(id.starts_with("SessionApp_"), "{id}");
    assert_eq!(created["change"], json!([1]));
    let layout = client.result(1, "GetAppLayout", json!([])).await;
    assert_eq!(layout["qLayout"]["qIsSessionApp"], true);
    assert_eq!(client.error(1, "DoSave", json!([])).await, 9009);
    client.close(1000).await;
    let mut client = Client::connect(&engine, "/app/engineData").await;
    assert_eq!(client.error(-1, "OpenDoc", json!([id])).await, 1003);

    let mut cloud = Client::connect(&engine, "/app/SessionApp_7?from=template").await;
    assert_eq!(cloud.object(-1, "OpenDoc", json!(["SessionApp_7"])).await, 1);
    assert!(cloud.object(1, "GetField", json!(["A"])).await > 1);
    let mut at_once = Client::connect(&engine, "/app/SessionApp_8").await;
    assert_eq!(at_once.object(-1, "GetActiveDoc", json!([])).await, 1);
    let mut nothing = Client::connect(&engine, "/app/SessionApp_9?from=nowhere").await;
    assert_eq!(nothing.error(-1, "GetActiveDoc", json!([])).await, 1007);
    assert_eq!(nothing.error(-1, "OpenDoc", json!(["SessionApp_9"])).await, 1003);
    let mut from = Client::connect(&engine, "/app/engineData/identity/2").await;
    from.result(-1, "CreateSessionAppFromApp", json!(["template"])).await;
    assert!(from.object(1, "GetField", json!(["A"])).await > 1);
}

#[tokio::test]
async fn opening_an_open_app_returns_it_or_fails_as_in_the_deployment() {
    for (on_open, code) in [(OnOpen::Attached, None), (OnOpen::Error, Some(1002))] {
        let engine = TestEngine::builder().with_app(App::new("other")).on_open(on_open).start().await.unwrap();
        let mut first = Client::open(&engine, "sales").await;
        let mut second = Client::connect(&engine, "/app/sales").await;
        let opened = second.call(-1, "OpenDoc", json!(["sales"])).await;
        assert_eq!(opened["error"]["code"].as_i64(), code, "{opened}");
        assert_eq!(opened["result"]["qReturn"]["qHandle"].as_i64(), code.is_none().then_some(1));
        assert_eq!(first.error(-1, "OpenDoc", json!(["other"])).await, 1002, "a session has one app");
        let without_data = json!({ "qDocName": "sales", "qNoData": true });
        assert_eq!(first.error(-1, "OpenDoc", without_data).await, 1009);
    }
}

#[tokio::test]
async fn an_unknown_app_is_refused_in_the_engines_words() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/nowhere").await;
    let answer = client.call(-1, "OpenDoc", json!(["nowhere"])).await;
    let expected = json!({ "code": 1003, "parameter": "Could not find app", "message": "App not found" });
    assert_eq!(answer["error"], expected);
}

#[tokio::test]
async fn sessions_above_the_limit_are_refused() {
    let engine = TestEngine::builder().max_sessions_per_user(1).start().await.unwrap();
    let _first = Client::connect(&engine, "/app/a").await;
    let mut second = Client::connect_as(&engine, "/app/b", "").await;
    assert_eq!(state(&mut second).await, "SESSION_ERROR_LIMIT_EXCEEDED");
    let Some(tokio_tungstenite::tungstenite::Message::Close(Some(frame))) = second.next().await else {
        panic!("no close frame")
    };
    assert_eq!(u16::from(frame.code), 4005);
}

#[tokio::test]
async fn a_restart_closes_sockets_and_ends_sessions() {
    let engine = TestEngine::start().await.unwrap();
    let mut client = Client::connect(&engine, "/app/sales/ttl/60").await;
    engine.restart();
    assert!(matches!(client.next().await, Some(tokio_tungstenite::tungstenite::Message::Close(_))));
    let mut client = Client::connect_as(&engine, "/app/sales/ttl/60", "").await;
    assert_eq!(state(&mut client).await, "SESSION_CREATED");
    engine.fault(Fault::session_state("SESSION_ERROR_NO_LICENSE").times(1));
    let mut refused = Client::connect_as(&engine, "/app/other", "").await;
    assert_eq!(state(&mut refused).await, "SESSION_ERROR_NO_LICENSE");
}

#[tokio::test]
async fn a_deleted_app_closes_the_sessions_that_have_it_open() {
    let engine = TestEngine::start().await.unwrap();
    let mut mine = Client::open(&engine, "sales").await;
    let mut theirs = Client::connect(&engine, "/app/sales/identity/2").await;
    theirs.result(-1, "OpenDoc", json!(["sales"])).await;
    let deleted = mine.call(-1, "DeleteApp", json!(["sales"])).await;
    assert_eq!((&deleted["result"]["qSuccess"], &deleted["close"]), (&json!(true), &json!([1])));
    assert_eq!(mine.error(-1, "GetActiveDoc", json!([])).await, 1007);
    assert_eq!(mine.error(-1, "OpenDoc", json!(["sales"])).await, 1003);
    let Some(tokio_tungstenite::tungstenite::Message::Close(Some(frame))) = theirs.next().await else {
        panic!("no close frame")
    };
    assert_eq!(u16::from(frame.code), 4004);
}
