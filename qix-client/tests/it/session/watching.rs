//! Streams of invalidations.

use std::pin::pin;

use crate::support::{Engine, object, session};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use qix_client::prelude::*;
use serde_json::json;

/// A known object; its creation invalidates it immediately, as with a real engine.
async fn cube() -> (Session, Engine, GenericObject) {
    let (session, mut engine) = session().await;
    let script = async {
        let id = engine.expect("GetActiveDoc").await;
        engine.push(json!({ "id": id, "result": object("Doc", 1) })).await;
        let id = engine.expect("GetObject").await;
        engine.push(json!({ "id": id, "result": object("GenericObject", 2), "change": [2] })).await;
    };
    let user = async { session.get_active_doc().await.unwrap().get_object("a").await.unwrap() };
    let (cube, ()) = tokio::join!(user, script);
    (session, engine, cube)
}

/// Waits until the session has processed everything that the engine has sent.
async fn settle(session: &Session, engine: &mut Engine) {
    let script = engine.answer("IsDesktopMode", json!({ "qReturn": true }));
    tokio::join!(async { session.is_desktop_mode().await.unwrap() }, script);
}

#[tokio::test]
async fn changes_are_coalesced_and_one_before_the_object_is_kept() {
    let (session, mut engine, cube) = cube().await;
    let mut changes = cube.changes();
    assert_eq!(changes.next().now_or_never(), Some(Some(())), "from its creation");
    assert_eq!(changes.next().now_or_never(), None);
    for _ in 0..1000 {
        engine.push(json!({ "jsonrpc": "2.0", "change": [2, 2, 3] })).await;
    }
    settle(&session, &mut engine).await;
    assert_eq!(changes.next().now_or_never(), Some(Some(())));
    assert_eq!(changes.next().now_or_never(), None, "a thousand became one");
    engine.push(json!({ "close": [2] })).await;
    assert_eq!(changes.next().await, None);
    cube.gone().await;
}

#[tokio::test]
async fn a_stream_ends_with_the_connection() {
    let (session, engine, cube) = cube().await;
    let mut changes = pin!(cube.changes().skip(1));
    assert_eq!(changes.next().now_or_never(), None);
    tokio::join!(session.close(), engine.close_code());
    assert_eq!(changes.next().await, None);
    let mut layouts = cube.layouts();
    assert!(layouts.try_next().await.unwrap_err().closed().is_some());
    assert!(layouts.next().await.is_none());
}

#[tokio::test]
async fn layouts_follow_the_object() {
    let (_session, mut engine, cube) = cube().await;
    let layout = |id: &str| json!({ "qLayout": { "qInfo": { "qId": id, "qType": "table" } } });
    let mut layouts = cube.layouts();
    {
        let script = async {
            // Stale again before the response: one more layout is due.
            let id = engine.expect("GetLayout").await;
            engine.push(json!({ "change": [2] })).await;
            engine.push(json!({ "id": id, "result": layout("one") })).await;
        };
        assert_eq!(tokio::join!(layouts.try_next(), script).0.unwrap().unwrap().info.id, "one");
        let script = engine.answer("GetLayout", layout("two"));
        assert_eq!(tokio::join!(layouts.try_next(), script).0.unwrap().unwrap().info.id, "two");
    }
    assert!(layouts.next().now_or_never().is_none(), "nothing is stale");
    let script = async {
        engine.push(json!({ "change": [2] })).await;
        let id = engine.expect("GetLayout").await;
        engine.push(json!({ "id": id, "error": { "code": 5 } })).await;
        engine.push(json!({ "change": [2] })).await;
        engine.answer("GetLayout", layout("three")).await;
    };
    let user = async {
        assert!(layouts.try_next().await.is_err(), "an error does not end the stream");
        layouts.try_next().await.unwrap().unwrap().info.id
    };
    assert_eq!(tokio::join!(user, script).0, "three");
}

#[tokio::test]
async fn getting_an_object_twice_shares_it() {
    let (session, mut engine, cube) = cube().await;
    let before = session.open_handles();
    let script = async {
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async { session.get_active_doc().await.unwrap().get_object("a").await.unwrap() };
    let (again, ()) = tokio::join!(user, script);
    // The first document was dropped, and so is this one.
    assert_eq!(session.open_handles(), before);
    engine.push(json!({ "change": [2] })).await;
    again.changes().next().await.unwrap();
    drop(cube);
    assert_eq!(session.open_handles(), before);
    drop(again);
    assert_eq!(session.open_handles(), before - 1);
}
