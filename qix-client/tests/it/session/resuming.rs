//! Sessions that resume on another connection.

use std::pin::pin;
use std::time::Duration;

use crate::support::{Engine, Listener, object};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use qix_client::rpc::ClosedBy;
use qix_client::{Backoff, Event, SessionBuilder, notification::SessionState, resumption::RestorationOutcome};
use qix_client::{ErrorKind, prelude::*};
use serde_json::{Value, json};

/// Objects of a session that has the app `sales` open.
struct Held {
    doc: Doc,
    field: Field,
    sheet: GenericObject,
    made: GenericObject,
}

async fn start(listener: &Listener, setup: impl FnOnce(SessionBuilder) -> SessionBuilder) -> (Session, Engine, Held) {
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetField", object("Field", 2)).await;
        engine.answer("GetObject", object("GenericObject", 3)).await;
        engine.answer("CreateSessionObject", object("GenericObject", 4)).await;
        engine
    };
    let user = async {
        let session = setup(Session::builder().url(listener.url())).connect().await.unwrap();
        let doc = session.open_doc("sales").no_data(true).await.unwrap();
        let field = doc.get_field("Year").state_name("A").await.unwrap();
        let sheet = doc.get_object("id-3").await.unwrap();
        let made = doc.create_session_object(GenericObjectProperties::of_type("table")).await.unwrap();
        (session, Held { doc, field, sheet, made })
    };
    let ((session, held), engine) = tokio::join!(user, script);
    (session, engine, held)
}

/// Answers this many requests by method.
async fn answer_all(engine: &mut Engine, number: usize, answers: &[(&str, Value)]) -> Vec<Value> {
    let mut requests = Vec::new();
    for _ in 0..number {
        let request = engine.request().await;
        let found = answers.iter().find(|(method, _)| request["method"] == *method);
        let mut answer = found.unwrap_or_else(|| panic!("{request}")).1.clone();
        answer["id"] = request["id"].clone();
        engine.push(answer).await;
        requests.push(request);
    }
    requests
}

#[tokio::test]
async fn a_session_that_the_engine_kept_is_attached_again() {
    let listener = Listener::bind().await;
    let (session, engine, held) = start(&listener, |builder| builder).await;
    let mut events = session.events();
    let (code, ()) = tokio::join!(engine.close_code(), session.suspend());
    assert_eq!(code, Some(4000));
    // A call waits, whether it reads or writes.
    let selecting = tokio::spawn({
        let field = held.field.clone();
        async move { field.select("2020").await }
    });
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", object("Doc", 11)).await;
        let answers = [
            ("GetField", json!({ "result": object("Field", 12) })),
            ("GetObject", json!({ "result": object("GenericObject", 13) })),
        ];
        let requests = answer_all(&mut engine, 3, &answers).await;
        assert!(requests.iter().all(|request| request["handle"] == 11));
        let select = engine.request().await;
        assert_eq!((&select["method"], &select["handle"]), (&json!("Select"), &json!(12)));
        engine.push(json!({ "id": select["id"], "result": { "qReturn": true } })).await;
        engine
    };
    let (resumption, mut engine) = tokio::join!(session.resume(), script);
    assert!(selecting.await.unwrap().unwrap());
    let resumption = resumption.unwrap();
    assert_eq!(resumption.state, SessionState::Attached);
    assert_eq!(resumption.objects.len(), 4);
    assert!(resumption.objects.iter().all(|object| object.outcome == RestorationOutcome::Restored));
    assert!(matches!(events.next().await, Some(Event::Suspended(closed)) if closed.code.0 == 4000));
    assert!(matches!(events.next().await, Some(Event::Notification(_))));
    assert!(matches!(events.next().await, Some(Event::Resumed(_))));
    // Messages about the old handles are ignored; the new handles work.
    engine.push(json!({ "close": [1, 2, 3, 4] })).await;
    let script = engine.answer("GetCardinal", json!({ "qReturn": 12 }));
    assert_eq!(tokio::join!(async { held.field.get_cardinal().await.unwrap() }, script).0, 12);
    assert!(session.resume().await.unwrap().objects.is_empty(), "there is a connection");
}

#[tokio::test]
async fn in_a_new_session_lost_objects_are_restored_or_reported() {
    let listener = Listener::bind().await;
    let (session, mut engine, held) = start(&listener, |builder| builder).await;
    let patch =
        |path: &str, value: &str| serde_json::from_value(json!({ "qOp": "add", "qPath": path, "qValue": value }));
    let patched = async {
        held.made.apply_patches(vec![patch("/title", "\"later\"").unwrap()]).await.unwrap();
        held.made.apply_patches(vec![patch("/soft", "1").unwrap()]).soft_patch(true).await.unwrap();
    };
    let accepted = [("ApplyPatches", json!({ "result": {} }))];
    let script = answer_all(&mut engine, 2, &accepted);
    tokio::join!(patched, script);
    let mut changes = held.made.changes();
    tokio::join!(engine.close_code(), session.suspend());
    assert_eq!(changes.next().now_or_never(), None);
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        let open = engine.request().await;
        assert_eq!(open["params"], json!({ "qDocName": "sales", "qNoData": true }), "as it was opened first");
        engine.push(json!({ "id": open["id"], "result": object("Doc", 2) })).await;
        let none = json!({ "result": { "qReturn": { "qType": null, "qHandle": null } } });
        let answers = [
            ("GetField", json!({ "error": { "code": 2, "message": "gone" } })),
            ("GetObject", none),
            ("CreateSessionObject", json!({ "result": object("GenericObject", 3) })),
            ("ApplyPatches", json!({ "result": {} })),
        ];
        (answer_all(&mut engine, 5, &answers).await, engine)
    };
    let (resumption, (requests, mut engine)) = tokio::join!(session.resume(), script);
    let field = requests.iter().find(|request| request["method"] == "GetField").unwrap();
    assert_eq!(field["params"], json!({ "qFieldName": "Year", "qStateName": "A" }));
    let created = requests.iter().find(|request| request["method"] == "CreateSessionObject").unwrap();
    let properties = &created["params"]["qProp"];
    assert_eq!((&properties["qInfo"]["qId"], &properties["title"]), (&json!("id-4"), &json!("later")));
    assert_eq!((&requests[4]["method"], &requests[4]["handle"]), (&json!("ApplyPatches"), &json!(3)));
    let resumption = resumption.unwrap();
    assert_eq!(resumption.state, SessionState::Created);
    let outcome = |class: &str, id: Option<&str>| {
        let wanted = |object: &&qix_client::resumption::Restoration| {
            object.object.class == class && object.object.id.as_deref() == id
        };
        resumption.objects.iter().find(wanted).unwrap().outcome.clone()
    };
    assert_eq!(outcome("Doc", Some("id-1")), RestorationOutcome::Restored);
    assert_eq!(outcome("GenericObject", Some("id-4")), RestorationOutcome::Recreated);
    assert!(matches!(outcome("GenericObject", Some("id-3")), RestorationOutcome::Lost(_)));
    assert!(matches!(outcome("Field", Some("id-2")), RestorationOutcome::Lost(reason) if reason.contains("gone")));
    assert_eq!(resumption.lost().count(), 2);
    // The lost objects can never reach the objects that have their handles now.
    let error = held.field.get_cardinal().await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Lost { .. }), "{error}");
    held.sheet.gone().await;
    assert_eq!(changes.next().now_or_never(), Some(Some(())), "the restored object is stale");
    let script = engine.answer("GetLayout", json!({ "qLayout": {} }));
    tokio::join!(async { held.made.get_layout().await.unwrap() }, script);
}

#[tokio::test]
async fn a_lost_connection_is_reconnected_automatically() {
    let listener = Listener::bind().await;
    let backoff = Backoff::default().initial_delay(Duration::ZERO);
    let (session, mut engine, held) = start(&listener, |builder| builder.reconnect(backoff)).await;
    let sheet = held.sheet.clone();
    let read = tokio::spawn(async move { sheet.get_layout().await });
    engine.expect("GetLayout").await;
    let doc = held.doc.clone();
    let write = tokio::spawn(async move { doc.clear_all().await });
    engine.expect("ClearAll").await;
    drop(engine);
    // The first attempt finds a server that is not ready yet.
    drop(listener.stream().await);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 1)).await;
    let answers = [
        ("GetField", json!({ "result": object("Field", 2) })),
        ("GetObject", json!({ "result": object("GenericObject", 3) })),
    ];
    answer_all(&mut engine, 3, &answers).await;
    engine.answer("GetLayout", json!({ "qLayout": { "qInfo": { "qId": "again" } } })).await;
    assert_eq!(read.await.unwrap().unwrap().info.id, "again", "a read continues");
    let error = write.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed { pending: true, .. }), "a write may have happened: {error}");
    drop(session);
}

#[tokio::test]
async fn a_session_that_cannot_resume_ends() {
    let listener = Listener::bind().await;
    let backoff = Backoff::default().initial_delay(Duration::ZERO).max_attempts(3);
    let (session, mut engine, held) = start(&listener, |builder| builder.reconnect(backoff)).await;
    engine.close(4204, "").await;
    assert_eq!(session.closed().await.code.0, 4204, "the code says that trying again makes no sense");
    held.made.gone().await;

    let (session, engine, held) = start(&listener, |builder| builder.reconnect(backoff)).await;
    let mut layouts = held.sheet.layouts();
    drop(listener);
    drop(engine);
    let error = layouts.try_next().await.unwrap_err();
    assert!(error.closed().is_some(), "{error}");
    assert_eq!(session.closed().await.by, ClosedBy::Network);
    held.made.gone().await;
    let error = session.resume().await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error}");
    session.close().await;
    let error = session.resume().await.unwrap_err();
    assert!(matches!(error, ConnectError::Closed(_)), "{error}");
}

#[tokio::test]
async fn closing_a_suspended_session_ends_waiting_calls() {
    let listener = Listener::bind().await;
    let (session, engine, held) = start(&listener, |builder| builder).await;
    tokio::join!(engine.close_code(), session.suspend());
    let mut call = pin!(held.field.get_cardinal().into_future());
    assert!(call.as_mut().now_or_never().is_none());
    session.close().await;
    assert!(call.await.unwrap_err().closed().is_some());
    held.made.gone().await;
}
