//! Resuming after a lost connection.

use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use qix_client::{ErrorKind, prelude::*};
use qix_client::{
    notification::{Refusal, SessionState},
    resumption::RestorationOutcome,
};
use serde_json::{Value, json};
use tokio::io::DuplexStream;

use crate::support::{Engine, Inside, object};

/// A session with an open app and one of its objects.
async fn start(inside: &mut Inside) -> (Session, Engine<DuplexStream>, Doc, GenericObject) {
    let (session, mut engine) = inside.session(|builder| builder).await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async {
        let doc = session.open_doc("sales").await.unwrap();
        let cube = doc.get_object("id-2").await.unwrap();
        (doc, cube)
    };
    let ((doc, cube), ()) = tokio::join!(user, script);
    (session, engine, doc, cube)
}

async fn layout(engine: &mut Engine<DuplexStream>, cube: &GenericObject, patches: Value) -> GenericObjectLayout {
    let script = async {
        let request = engine.request().await;
        assert_eq!((&request["method"], &request["delta"]), (&json!("GetLayout"), &json!(true)));
        engine.push(json!({ "id": request["id"], "delta": true, "result": { "qLayout": patches } })).await;
    };
    tokio::join!(async { cube.get_layout().await.unwrap() }, script).0
}

#[tokio::test]
async fn a_resumption_that_fails_leaves_no_connection_behind() {
    let mut inside = Inside::new();
    let (session, engine, doc, cube) = start(&mut inside).await;
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_ERROR_LICENSE_RENEW").await;
        engine.close_code().await;
    };
    let (outcome, ()) = tokio::join!(session.resume(), script);
    assert!(matches!(outcome, Err(ConnectError::Session(Refusal::LicenseRenewal))), "{outcome:?}");
    // It can be retried.
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
        engine
    };
    let (resumption, _engine) = tokio::join!(session.resume(), script);
    assert_eq!(resumption.unwrap().lost().count(), 0);
    drop((doc, cube));
}

#[tokio::test]
async fn resuming_often_leaves_nothing_behind() {
    let mut inside = Inside::new();
    let (session, mut engine, doc, cube) = start(&mut inside).await;
    let held = session.open_handles();
    let mut changes = cube.changes();
    for round in 1..=10_i64 {
        tokio::join!(engine.close_code(), session.suspend());
        let script = async {
            let mut engine = inside.accept().await;
            engine.greet("SESSION_ATTACHED").await;
            engine.answer("GetActiveDoc", object("Doc", 10 * round)).await;
            engine.answer("GetObject", object("GenericObject", 10 * round + 1)).await;
            engine
        };
        let (resumption, next) = tokio::join!(session.resume(), script);
        resumption.unwrap();
        engine = next;
        assert_eq!(session.open_handles(), held);
        assert_eq!(changes.next().now_or_never(), Some(Some(())), "the restored object is stale");
        // The handles of earlier connections belong to other objects now.
        engine.push(json!({ "change": [10 * round - 9], "close": [2, 10 * round - 9] })).await;
        // Earlier layouts are not used for deltas.
        let whole = json!([{ "op": "add", "path": "/title", "value": round }]);
        let layout = layout(&mut engine, &cube, whole).await;
        assert_eq!(layout.extra.get::<i64>("title").unwrap(), Some(round));
        assert_eq!(layout.extra.len(), 1);
        assert_eq!(changes.next().now_or_never(), None);
    }
    drop((doc, cube));
}

#[tokio::test(start_paused = true)]
async fn without_a_greeting_the_app_that_is_open_is_found() {
    let mut inside = Inside::new();
    let (session, engine, doc, cube) = start(&mut inside).await;
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = inside.accept().await;
        // The engine has kept the session, and a proxy swallows the greeting.
        loop {
            let request = engine.request().await;
            let answer = match request["method"].as_str().unwrap() {
                "GetActiveDoc" => json!({ "result": object("Doc", 1) }),
                "OpenDoc" => json!({ "error": { "code": 1002, "message": "App already open" } }),
                "GetObject" => json!({ "result": object("GenericObject", 2) }),
                other => panic!("{other}"),
            };
            let mut answer = answer;
            answer["id"] = request["id"].clone();
            engine.push(answer).await;
            if request["method"] == "GetObject" {
                return engine;
            }
        }
    };
    let (resumption, _engine) = tokio::join!(session.resume(), script);
    let resumption = resumption.unwrap();
    assert_eq!(resumption.state, SessionState::Unknown);
    assert!(resumption.objects.iter().all(|object| object.outcome == RestorationOutcome::Restored));
    drop((doc, cube));
}

#[tokio::test(start_paused = true)]
async fn a_resumption_without_responses_times_out_and_can_be_retried() {
    let mut inside = Inside::new();
    let limit = Duration::from_secs(30);
    let (session, mut engine) = inside.session(|builder| builder.timeout(limit)).await;
    let script = engine.answer("OpenDoc", object("Doc", 1));
    let (doc, ()) = tokio::join!(async { session.open_doc("sales").await.unwrap() }, script);
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.expect("OpenDoc").await;
        engine.close_code().await
    };
    let (outcome, _) = tokio::join!(session.resume(), script);
    assert!(matches!(outcome, Err(ConnectError::TimedOut(time)) if time == limit), "{outcome:?}");
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetAppLayout", json!({ "qLayout": {} })).await;
    };
    let user = async {
        session.resume().await.unwrap();
        doc.get_app_layout().await.unwrap();
    };
    tokio::join!(user, script);
}

#[tokio::test(start_paused = true)]
async fn an_object_that_may_exist_is_not_created_again() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder).await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("CreateSessionObject", object("GenericObject", 2)).await;
    };
    let user = async {
        let doc = session.open_doc("sales").await.unwrap();
        let made = doc.create_session_object(GenericObjectProperties::of_type("table")).await.unwrap();
        (doc, made)
    };
    let ((_doc, made), ()) = tokio::join!(user, script);
    // A selection aborts the request; then it is answered. The next time, the engine returns an error.
    for (errors, restored) in [(vec![15, 15], true), (vec![5], false)] {
        tokio::join!(engine.close_code(), session.suspend());
        let script = async {
            let mut engine = inside.accept().await;
            engine.greet("SESSION_ATTACHED").await;
            engine.answer("GetActiveDoc", object("Doc", 1)).await;
            for code in errors {
                let id = engine.expect("GetObject").await;
                engine.push(json!({ "id": id, "error": { "code": code, "message": "no" } })).await;
            }
            if restored {
                engine.answer("GetObject", object("GenericObject", 2)).await;
            }
            engine
        };
        let (resumption, next) = tokio::join!(session.resume(), script);
        engine = next;
        assert_eq!(resumption.unwrap().lost().count(), usize::from(!restored));
    }
    let error = made.get_layout().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Lost { .. }), "{error}");
}
