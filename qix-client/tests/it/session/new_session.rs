//! State that a program had set, over a socket, when the engine has created a new session.

use std::pin::pin;
use std::time::Duration;

use crate::support::{Engine, Listener, object, selecting};
use futures_util::FutureExt;
use qix_client::notification::SessionState;
use qix_client::prelude::*;
use qix_client::resumption::{RestorationOutcome, StateLost};
use qix_client::{Backoff, ErrorKind, WhenModal};
use serde_json::{Value, json};

/// A session with an open app.
async fn start(listener: &Listener, greeting: &str) -> (Session, Engine, Doc) {
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet(greeting).await;
        if greeting == "SESSION_ATTACHED" {
            engine.answer("GetActiveDoc", object("Doc", 1)).await;
            engine.answer("GetAppLayout", json!({ "qLayout": {} })).await;
        } else {
            engine.answer("OpenDoc", object("Doc", 1)).await;
        }
        engine
    };
    let user = async {
        let backoff = Backoff::default().initial_delay(Duration::ZERO);
        let builder = Session::builder().url(listener.url()).reconnect(backoff).when_modal(WhenModal::Abort);
        let session = builder.connect().await.unwrap();
        let doc = session.open_doc("id-1").await.unwrap();
        (session, doc)
    };
    let ((session, doc), engine) = tokio::join!(user, script);
    (session, engine, doc)
}

/// Reconnects to a new session.
async fn renew(listener: &Listener) -> Engine {
    let mut engine = listener.accept().await;
    engine.greet("SESSION_CREATED").await;
    engine.answer("OpenDoc", object("Doc", 21)).await;
    engine
}

async fn field(doc: &Doc, engine: &mut Engine, handle: i64) -> Field {
    let script = engine.answer("GetField", object("Field", handle));
    tokio::join!(doc.get_field("Year").into_future(), script).0.unwrap()
}

async fn select(field: &Field, engine: &mut Engine, search: &str) {
    let script = engine.answer("Select", json!({ "qReturn": true }));
    assert!(tokio::join!(field.select(search).into_future(), script).0.unwrap());
}

#[tokio::test]
async fn state_is_restored_first_and_reads_wait_for_it() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let year = field(&doc, &mut engine, 2).await;
    select(&year, &mut engine, "2021").await;
    let asking = tokio::spawn({
        let doc = doc.clone();
        async move { doc.evaluate("Sum(Sales)").await }
    });
    engine.expect("Evaluate").await;
    drop(engine);
    let mut engine = renew(&listener).await;
    let request = engine.request().await;
    assert_eq!(request["params"], json!({ "qFieldName": "Year" }));
    engine.push(json!({ "id": request["id"], "result": object("Field", 22) })).await;
    let request = engine.request().await;
    assert_eq!((&request["method"], &request["handle"]), (&json!("Select"), &json!(22)));
    // The program's own reads are sent last.
    engine.push(json!({ "id": request["id"], "result": { "qReturn": true } })).await;
    engine.answer("GetField", object("Field", 22)).await;
    engine.answer("Evaluate", json!({ "qReturn": "550" })).await;
    assert_eq!(asking.await.unwrap().unwrap(), "550");
}

#[tokio::test]
async fn a_selection_that_cannot_be_restored_fails_reads() {
    for answer in [json!({ "result": { "qReturn": false } }), json!({ "error": { "code": 8, "message": "no" } })] {
        let listener = Listener::bind().await;
        let (session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
        let year = field(&doc, &mut engine, 2).await;
        select(&year, &mut engine, "2021").await;
        let asking = tokio::spawn({
            let doc = doc.clone();
            async move { doc.evaluate("Sum(Sales)").await }
        });
        engine.expect("Evaluate").await;
        drop(engine);
        let mut engine = renew(&listener).await;
        engine.answer("GetField", object("Field", 22)).await;
        let mut answer = answer.clone();
        answer["id"] = engine.expect("Select").await;
        engine.push(answer).await;
        engine.answer("GetField", object("Field", 22)).await;
        let error = asking.await.unwrap().unwrap_err();
        let lost = error.downcast_ref::<StateLost>().unwrap();
        assert_eq!(lost.missing[0].what, "Field.Select of `Year`");
        assert_eq!(session.state(), SessionState::Created);
        // Calls that do not depend on the app continue.
        let script = engine.answer("OSName", json!({ "qReturn": "Linux" }));
        assert_eq!(tokio::join!(session.os_name().into_future(), script).0.unwrap(), "Linux");
        // Others may have changed the session during the disconnection, so the state remains lost.
        drop(engine);
        let mut engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetField", object("Field", 2)).await;
        assert!(year.clear().await.unwrap_err().downcast_ref::<StateLost>().is_some());
        assert!(session.accept_lost_state().is_some());
        let script = engine.answer("Evaluate", json!({ "qReturn": "1675" }));
        assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "1675");
    }
}

#[tokio::test]
async fn a_pending_selection_is_an_error_and_not_restored() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let year = field(&doc, &mut engine, 2).await;
    let selecting = selecting(&year);
    engine.expect("Select").await;
    drop(engine);
    let mut engine = renew(&listener).await;
    engine.answer("GetField", object("Field", 22)).await;
    let error = selecting.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed { pending: true, .. }), "{error}");
    let script = engine.answer("Evaluate", json!({ "qReturn": "1675" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "1675");
}

#[tokio::test]
async fn a_selection_that_may_have_been_made_is_reported_missing() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let year = field(&doc, &mut engine, 2).await;
    let selecting = selecting(&year);
    engine.expect("Select").await;
    drop(engine);
    // The session still exists, with or without the selection.
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 11)).await;
    engine.answer("GetField", object("Field", 12)).await;
    selecting.await.unwrap().unwrap_err();
    let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
    drop(engine);
    let mut engine = renew(&listener).await;
    engine.answer("GetField", object("Field", 22)).await;
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(
        error.downcast_ref::<StateLost>().unwrap().missing[0].reason.contains("may or may not have been executed"),
        "{error}"
    );
}

#[tokio::test]
async fn an_interrupted_restoration_is_repeated() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let year = field(&doc, &mut engine, 2).await;
    select(&year, &mut engine, "2021").await;
    drop(engine);
    let mut half = renew(&listener).await;
    half.answer("GetField", object("Field", 22)).await;
    half.expect("Select").await;
    drop(half);
    // A third session gets all of the state.
    let mut engine = renew(&listener).await;
    engine.answer("GetField", object("Field", 22)).await;
    engine.answer("Select", json!({ "qReturn": true })).await;
    engine.answer("GetField", object("Field", 22)).await;
    let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
    drop(engine);
    // The engine keeps a session with a part of the state.
    let mut half = renew(&listener).await;
    half.answer("GetField", object("Field", 22)).await;
    half.expect("Select").await;
    drop(half);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 21)).await;
    engine.answer("GetField", object("Field", 22)).await;
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.downcast_ref::<StateLost>().is_some(), "{error}");
}

#[tokio::test]
async fn state_from_before_the_program_connected_is_unknown() {
    let listener = Listener::bind().await;
    let (session, engine, doc) = start(&listener, "SESSION_ATTACHED").await;
    drop(engine);
    let _engine = renew(&listener).await;
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.to_string().contains("before this program connected"), "{error}");
    assert_eq!(session.accept_lost_state().unwrap().missing.len(), 1);
}

#[tokio::test]
async fn an_object_without_its_soft_patch_is_not_reported_as_restored() {
    let listener = Listener::bind().await;
    let (session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let script = engine.answer("GetObject", object("GenericObject", 3));
    let chart = tokio::join!(doc.get_object("id-3").into_future(), script).0.unwrap();
    let patch = NxPatch::default().with_op(NxPatchOperationType::Add).with_path("/title").with_value("\"soft\"");
    let script = engine.answer("ApplyPatches", json!({}));
    let patching = chart.apply_patches(vec![patch]).soft_patch(true);
    tokio::join!(patching.into_future(), script).0.unwrap();
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = renew(&listener).await;
        engine.answer("GetObject", object("GenericObject", 23)).await;
        let request = engine.request().await;
        assert_eq!((&request["method"], &request["handle"]), (&json!("ApplyPatches"), &json!(23)));
        let error: Value = json!({ "code": -32602, "message": "Invalid Params" });
        engine.push(json!({ "id": request["id"], "error": error })).await;
        engine
    };
    let (resumption, _engine) = tokio::join!(session.resume(), script);
    let resumption = resumption.unwrap();
    let outcome = &resumption.objects.iter().find(|object| object.object.class == "GenericObject").unwrap().outcome;
    assert!(
        matches!(outcome, RestorationOutcome::Incomplete(reason) if reason.contains("ApplyPatches")),
        "{outcome:?}"
    );
    let error = chart.get_layout().await.unwrap_err();
    assert!(error.to_string().contains("GenericObject.ApplyPatches of `id-3`"), "{error}");
}

#[tokio::test]
async fn reads_that_create_session_objects_are_retried() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let listing = tokio::spawn({
        let doc = doc.clone();
        async move { doc.fields().await.map(|fields| fields.len()) }
    });
    let reading = tokio::spawn(async move { doc.field_values::<String>("Year").read_all().await });
    for _ in 0..2 {
        engine.expect("CreateSessionObject").await;
    }
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 1)).await;
    // Both are repeated; an error from the engine shows that they were sent.
    for _ in 0..2 {
        let id = engine.expect("CreateSessionObject").await;
        engine.push(json!({ "id": id, "error": { "code": 5, "message": "seen" } })).await;
    }
    for error in [listing.await.unwrap().unwrap_err(), reading.await.unwrap().unwrap_err()] {
        assert!(error.to_string().contains("seen"), "{error}");
    }
}

#[tokio::test]
async fn another_app_in_the_session_is_not_mistaken_for_the_programs() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let asking = tokio::spawn({
        let doc = doc.clone();
        async move { doc.evaluate("Sum(Sales)").await }
    });
    engine.expect("Evaluate").await;
    drop(engine);
    // Another program of the user was faster, with another app at the same address.
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    let other = json!({ "qReturn": { "qType": "Doc", "qHandle": 1, "qGenericId": "orders" } });
    engine.answer("GetActiveDoc", other).await;
    let id = engine.expect("OpenDoc").await;
    engine.push(json!({ "id": id, "error": { "code": 1002, "message": "App already open" } })).await;
    let error = asking.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Lost { .. }), "{error}");
    assert!(error.to_string().contains("the session has the app `orders` open"), "{error}");
}

#[tokio::test]
async fn state_whose_answer_the_program_has_not_taken_yet_is_restored() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let year = field(&doc, &mut engine, 2).await;
    let mut selecting = pin!(year.select("2021").into_future());
    assert!((&mut selecting).now_or_never().is_none());
    engine.answer("Select", json!({ "qReturn": true })).await;
    // The answer has arrived before this one.
    let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
    drop(engine);
    let mut engine = renew(&listener).await;
    engine.answer("GetField", object("Field", 22)).await;
    engine.answer("Select", json!({ "qReturn": true })).await;
    engine.answer("GetField", object("Field", 22)).await;
    assert!(selecting.await.unwrap());
    let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
}

#[tokio::test]
async fn state_whose_caller_was_gone_is_restored_if_the_engine_answered() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let year = field(&doc, &mut engine, 2).await;
    let selecting = selecting(&year);
    let id = engine.expect("Select").await;
    selecting.abort();
    assert!(selecting.await.unwrap_err().is_cancelled());
    engine.expect("CancelRequest").await;
    engine.push(json!({ "id": id, "result": { "qReturn": true } })).await;
    let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
    drop(engine);
    let mut engine = renew(&listener).await;
    engine.answer("GetField", object("Field", 22)).await;
    engine.answer("Select", json!({ "qReturn": true })).await;
    engine.answer("GetField", object("Field", 22)).await;
    let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
}

#[tokio::test]
async fn a_call_that_ends_state_is_not_missing_if_there_was_none() {
    let listener = Listener::bind().await;
    let (session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    // One caller is gone, and one connection is lost.
    let saving = tokio::spawn({
        let doc = doc.clone();
        async move { doc.do_save().await }
    });
    engine.expect("DoSave").await;
    saving.abort();
    assert!(saving.await.unwrap_err().is_cancelled());
    engine.expect("CancelRequest").await;
    let removing = tokio::spawn({
        let doc = doc.clone();
        async move { doc.remove_alternate_state("A").await }
    });
    engine.expect("RemoveAlternateState").await;
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 1)).await;
    removing.await.unwrap().unwrap_err();
    let script = engine.answer("Evaluate", json!({ "qReturn": "1675" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "1675");
    drop(engine);
    let mut engine = renew(&listener).await;
    let script = engine.answer("Evaluate", json!({ "qReturn": "1675" }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "1675");
    assert_eq!(session.accept_lost_state(), None);
}

/// A session object of the program.
async fn made(doc: &Doc, engine: &mut Engine) -> GenericObject {
    let script = engine.answer("CreateSessionObject", object("GenericObject", 4));
    let making = doc.create_session_object(GenericObjectProperties::of_type("table"));
    tokio::join!(making.into_future(), script).0.unwrap()
}

fn title() -> Vec<NxPatch> {
    vec![NxPatch::default().with_op(NxPatchOperationType::Add).with_path("/title").with_value("\"later\"")]
}

#[tokio::test]
async fn a_definition_that_may_have_been_changed_is_reported_missing() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let table = made(&doc, &mut engine).await;
    let patching = tokio::spawn({
        let table = table.clone();
        async move { table.apply_patches(title()).await }
    });
    engine.expect("ApplyPatches").await;
    patching.abort();
    assert!(patching.await.unwrap_err().is_cancelled());
    engine.expect("CancelRequest").await;
    drop(engine);
    let mut engine = renew(&listener).await;
    engine.answer("GetObject", json!({ "qReturn": { "qType": null, "qHandle": null } })).await;
    engine.answer("CreateSessionObject", object("GenericObject", 24)).await;
    let error = table.get_layout().await.unwrap_err();
    assert!(error.to_string().contains("GenericObject.ApplyPatches of `id-4`"), "{error}");
    assert!(error.to_string().contains("may or may not have been executed"), "{error}");
}

#[tokio::test]
async fn a_changed_definition_is_restored_before_the_program_has_taken_the_answer() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc) = start(&listener, "SESSION_CREATED").await;
    let table = made(&doc, &mut engine).await;
    let mut patching = Box::pin(table.apply_patches(title()).into_future());
    assert!((&mut patching).now_or_never().is_none());
    engine.answer("ApplyPatches", json!({})).await;
    let script = engine.answer("Evaluate", json!({ "qReturn": "1" }));
    assert_eq!(tokio::join!(doc.evaluate("1"), script).0.unwrap(), "1");
    drop(engine);
    let missing = json!({ "qReturn": { "qType": null, "qHandle": null } });
    let mut engine = renew(&listener).await;
    engine.answer("GetObject", missing.clone()).await;
    engine.answer("CreateSessionObject", object("GenericObject", 24)).await;
    let request = engine.request().await;
    assert_eq!((&request["method"], &request["handle"]), (&json!("ApplyPatches"), &json!(24)));
    engine.push(json!({ "id": request["id"], "result": {} })).await;
    // A caller that is gone has changed it, too. From now on, it is part of the definition.
    drop(patching);
    let script = engine.answer("Evaluate", json!({ "qReturn": "1" }));
    assert_eq!(tokio::join!(doc.evaluate("1"), script).0.unwrap(), "1");
    drop(engine);
    let mut engine = renew(&listener).await;
    engine.answer("GetObject", missing).await;
    let request = engine.request().await;
    assert_eq!(request["method"], "CreateSessionObject");
    assert_eq!(request["params"]["qProp"]["title"], "later");
    engine.push(json!({ "id": request["id"], "result": object("GenericObject", 34) })).await;
    let script = engine.answer("Evaluate", json!({ "qReturn": "1" }));
    assert_eq!(tokio::join!(doc.evaluate("1"), script).0.unwrap(), "1");
}
