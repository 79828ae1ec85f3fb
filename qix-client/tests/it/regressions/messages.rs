//! Messages from the engine, requested or not.

use futures_util::{FutureExt, StreamExt};
use qix_client::Event;
use qix_client::prelude::*;
use serde_json::{Value, json};

use crate::support::{Engine, object, session};

/// A session with an object with handle 2 that is not stale.
async fn watched() -> (Session, Engine, Doc, GenericObject) {
    let (session, mut engine) = session().await;
    let script = async {
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async {
        let doc = session.get_active_doc().await.unwrap();
        let object = doc.get_object("a").await.unwrap();
        (doc, object)
    };
    let ((doc, object), ()) = tokio::join!(user, script);
    (session, engine, doc, object)
}

#[tokio::test]
async fn change_lists_are_read_from_any_message() {
    let (session, mut engine, _doc, cube) = watched().await;
    let mut changes = cube.changes();
    for message in [
        json!({ "change": [2] }),
        json!({ "jsonrpc": "2.0", "method": "OnSomething", "params": {}, "change": [2] }),
        json!({ "jsonrpc": "2.0", "method": "OnSomething", "change": [2] }),
        json!({ "id": 4711, "result": {}, "change": [2] }),
        json!({ "id": null, "change": [2], "suspend": [2] }),
    ] {
        assert_eq!(changes.next().now_or_never(), None);
        engine.push(message).await;
        assert_eq!(changes.next().await, Some(()));
    }
    let script = async {
        let id = engine.expect("EngineVersion").await;
        engine.push(json!({ "id": id, "error": { "code": 15 }, "change": [2] })).await;
        let id = engine.expect("EngineVersion").await;
        engine.push(json!({ "id": id, "result": { "qVersion": {} } })).await;
    };
    tokio::join!(async { session.engine_version().await.unwrap() }, script);
    assert_eq!(changes.next().now_or_never(), Some(Some(())), "on an error response");
    // A suspended object still exists; a closed one does not, even if the message has no other members.
    engine.push(json!({ "suspend": [2] })).await;
    engine.push(json!({ "close": [2, 2] })).await;
    assert_eq!(changes.next().await, None);
}

#[tokio::test]
async fn a_change_is_known_before_the_response_that_contains_it() {
    let (_session, mut engine, doc, cube) = watched().await;
    let mut changes = cube.changes();
    let script = async {
        let id = engine.expect("ClearAll").await;
        engine.push(json!({ "id": id, "result": {}, "change": [1, 2] })).await;
    };
    tokio::join!(async { doc.clear_all().await.unwrap() }, script);
    assert_eq!(changes.next().now_or_never(), Some(Some(())));
}

#[tokio::test]
async fn an_unknown_member_does_not_hide_what_has_changed() {
    let (session, mut engine, _doc, cube) = watched().await;
    let mut changes = cube.changes();
    for unknown in [r#"{}"#, r#"{"b":{"change":[9]}}"#, r#"[{"b":2}]"#, r#""\"}""#, "7"] {
        for members in [
            format!(r#""result":{{"qVersion":{{}}}},"change":[2],"trace":{unknown}"#),
            format!(r#""trace":{unknown},"result":{{"qVersion":{{}}}},"change":[2],"trace":{unknown}"#),
            format!(r#""change":[2],"result":{{"qVersion":{{}}}},"trace":{unknown}"#),
            format!(r#""result":{{"qVersion":{{}}}},"a":{unknown},"change":[2],"change":[],"b":{{"c":"{{"}}"#),
        ] {
            let script = async {
                let id = engine.expect("EngineVersion").await;
                engine.send_text(format!(r#"{{"jsonrpc":"2.0","id":{id},{members}}}"#)).await;
            };
            tokio::join!(async { session.engine_version().await.unwrap() }, script);
            assert_eq!(changes.next().now_or_never(), Some(Some(())), "{members}");
        }
    }
    engine.send_text(r#"{"id":4711,"result":{},"close":[2],"trace":{"b":2}}"#.to_owned()).await;
    assert_eq!(changes.next().await, None);
}

#[tokio::test]
async fn a_call_made_in_an_event_handler_is_answered() {
    let (session, mut engine, _doc, cube) = watched().await;
    let mut events = session.events();
    engine.push(json!({ "method": "OnSomething" })).await;
    engine.push(json!({ "change": [2] })).await;
    let user = async {
        assert!(matches!(events.next().await, Some(Event::Notification(_))));
        session.engine_version().await.unwrap();
        cube.changes().next().await.unwrap();
        cube.get_layout().await.unwrap();
    };
    let script = async {
        engine.answer("EngineVersion", json!({ "qVersion": {} })).await;
        engine.answer("GetLayout", json!({ "qLayout": {} })).await;
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_slow_listener_blocks_nothing_and_its_memory_is_limited() {
    const MANY: usize = 5_000;
    let (session, mut engine, _doc, _cube) = watched().await;
    let mut deaf = session.events();
    for number in 0..MANY {
        engine.push(json!({ "method": "OnSomething", "params": { "number": number } })).await;
    }
    let script = engine.answer("EngineVersion", json!({ "qVersion": {} }));
    tokio::join!(async { session.engine_version().await.unwrap() }, script);
    let mut late = session.events();
    assert!(late.next().now_or_never().is_none(), "earlier events are not repeated");
    engine.close(1000, "").await;
    let mut received = 0;
    loop {
        match deaf.next().await {
            Some(Event::Notification(_)) => received += 1,
            Some(Event::Closed(_)) => break,
            other => panic!("{other:?}"),
        }
    }
    assert!((1..MANY / 2).contains(&received), "{received} were kept");
    assert!(deaf.next().await.is_none());
}

#[tokio::test]
async fn an_object_that_is_null_is_not_found() {
    let (_session, mut engine, doc, _cube) = watched().await;
    let answers = [
        json!({}),
        json!({ "qReturn": null }),
        json!({ "qReturn": {} }),
        json!({ "qReturn": { "qType": null, "qHandle": null } }),
        json!({ "qReturn": { "qHandle": null, "qGenericId": "" } }),
    ];
    for answer in answers {
        let script = engine.answer("GetObject", answer.clone());
        let (error, ()) = tokio::join!(async { doc.get_object("gone").await.unwrap_err() }, script);
        assert!(error.is_not_found(), "{answer}: {error}");
    }
    let error: Value = json!({ "code": 2, "parameter": "gone", "message": "Object not found" });
    let script = async {
        let id = engine.expect("GetObject").await;
        engine.push(json!({ "id": id, "error": error })).await;
    };
    let (error, ()) = tokio::join!(async { doc.get_object("gone").await.unwrap_err() }, script);
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn no_result_of_several_is_lost() {
    let (session, mut engine, doc, _cube) = watched().await;
    let script = async {
        let made =
            json!({ "qReturn": { "qType": "GenericObject", "qHandle": 5, "qGenericId": "x" }, "qNewObject": true });
        engine.answer("GetOrCreateObject", made).await;
        let app = json!({ "qReturn": { "qType": "Doc", "qHandle": 6, "qGenericId": "" }, "qSessionAppId": "s-1" });
        engine.answer("CreateSessionApp", app).await;
        let stored = json!({ "qReturn": true, "qId": "t-1" });
        engine.answer("StoreTempSelectionState", stored).await;
    };
    let user = async {
        let made = doc.get_or_create_object(GenericObjectProperties::default()).await.unwrap();
        assert_eq!((made.new_object, made.object.handle().handle), (true, 5));
        let app = session.create_session_app().await.unwrap();
        assert_eq!((&*app.session_app_id, app.doc.handle().handle), ("s-1", 6));
        let stored = doc.store_temp_selection_state().await.unwrap();
        assert_eq!((stored.returned, &*stored.id), (true, "t-1"));
    };
    tokio::join!(user, script);
}
