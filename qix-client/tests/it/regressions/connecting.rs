//! Addresses, greetings and the first calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use qix_client::notification::{Refusal, SessionState};
use qix_client::prelude::*;
use serde_json::json;

use crate::support::{Inside, Listener, object, session};

#[tokio::test]
async fn a_time_to_live_of_zero_is_sent() {
    let listener = Listener::bind().await;
    let connect = Session::builder().url(listener.url()).app("a").ttl(Duration::ZERO).connect();
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (session, engine) = tokio::join!(connect, script);
    session.unwrap();
    assert_eq!(engine.upgrade.uri().path(), "/app/a/ttl/0");
}

#[tokio::test]
async fn opening_without_data_is_requested() {
    let (session, mut engine) = session().await;
    let script = async {
        let request = engine.request().await;
        assert_eq!(request["params"], json!({ "qDocName": "sales", "qNoData": true }));
        engine.push(json!({ "id": request["id"], "result": object("Doc", 1) })).await;
        // A client that joins a session finds out whether its app has no data.
        let layout = json!({ "qLayout": { "qIsOpenedWithoutData": true } });
        engine.answer("GetAppLayout", layout).await;
    };
    let user = async {
        let doc = session.open_doc("sales").no_data(true).await.unwrap();
        assert!(doc.get_app_layout().await.unwrap().is_opened_without_data);
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_refused_connection_is_closed() {
    let mut inside = Inside::new();
    let connect = inside.builder().connect();
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_ERROR_NO_LICENSE").await;
        engine.close_code().await
    };
    let (outcome, _) = tokio::join!(connect, script);
    assert!(matches!(outcome, Err(ConnectError::Session(Refusal::NoLicense))), "{outcome:?}");
}

#[tokio::test]
async fn a_session_is_one_connection() {
    let mut inside = Inside::new();
    let (session, engine) = inside.session(|builder| builder).await;
    assert!(inside.stream().now_or_never().is_none(), "a second one after connecting");
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine
    };
    let (resumption, _engine) = tokio::join!(session.resume(), script);
    assert_eq!(resumption.unwrap().state, SessionState::Attached);
    assert!(inside.stream().now_or_never().is_none(), "a second one after resuming");
}

#[tokio::test]
async fn each_connection_sends_a_fresh_token() {
    let listener = Listener::bind().await;
    let asked = Arc::new(AtomicUsize::new(0));
    let tokens = {
        let asked = Arc::clone(&asked);
        move || {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            async move { Ok(format!("token-{number}")) }
        }
    };
    let connect = Session::builder().url(listener.url()).token_source(tokens).connect();
    let accept = async || {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (session, engine) = tokio::join!(connect, accept());
    let session = session.unwrap();
    assert_eq!(engine.upgrade.headers()["Authorization"], "Bearer token-0");
    tokio::join!(engine.close_code(), session.suspend());
    let (resumption, engine) = tokio::join!(session.resume(), accept());
    resumption.unwrap();
    assert_eq!(engine.upgrade.headers()["Authorization"], "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_takes_minutes_to_open_is_waited_for() {
    let mut inside = Inside::new();
    let connect = inside.builder().connect();
    let script = async {
        let mut engine = inside.accept().await;
        // The greeting never arrives.
        let id = engine.expect("OpenDoc").await;
        tokio::time::sleep(Duration::from_secs(300)).await;
        engine.push(json!({ "id": id, "result": object("Doc", 1) })).await;
        engine
    };
    let user = async {
        let session = connect.await.unwrap();
        assert_eq!(session.state(), SessionState::Unknown);
        session.open_doc("sales").await.unwrap()
    };
    let (doc, _engine) = tokio::join!(user, script);
    assert_eq!(doc.handle().handle, 1);
}
