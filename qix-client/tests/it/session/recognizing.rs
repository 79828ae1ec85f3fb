//! Recognizing the session after a lost connection, over a socket: another program of the same user can have opened the
//! app in a new session in the meantime.

use std::time::Duration;

use crate::support::{Engine, Listener, mark_in, object, selecting};
use qix_client::prelude::*;
use qix_client::resumption::{RestorationOutcome, StateLost};
use qix_client::{Backoff, Error, ErrorKind, SessionBuilder, WhenStateLost};
use serde_json::{Value, json};

/// A session with an open app.
async fn start(
    listener: &Listener,
    setup: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> (Session, Engine, Doc, Field) {
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetField", object("Field", 2)).await;
        engine
    };
    let user = async {
        let backoff = Backoff::default().initial_delay(Duration::ZERO);
        let builder = setup(Session::builder().url(listener.url()).reconnect(backoff));
        let session = builder.connect().await.unwrap();
        let doc = session.open_doc("id-1").await.unwrap();
        let year = doc.get_field("Year").await.unwrap();
        (session, doc, year)
    };
    let ((session, doc, year), engine) = tokio::join!(user, script);
    (session, engine, doc, year)
}

/// Reconnects to a session that exists and has the app open.
async fn attach(listener: &Listener) -> Engine {
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 11)).await;
    engine.answer("GetField", object("Field", 12)).await;
    engine
}

async fn select(field: &Field, engine: &mut Engine) {
    let script = engine.answer("Select", json!({ "qReturn": true }));
    assert!(tokio::join!(field.select("2021").into_future(), script).0.unwrap());
}

async fn evaluate(doc: &Doc, engine: &mut Engine, result: &str) {
    let script = engine.answer("Evaluate", json!({ "qReturn": result }));
    assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), result);
}

/// The error of a call that the engine does not receive.
async fn refused(doc: &Doc, engine: &mut Engine) -> Error {
    tokio::select! {
        outcome = doc.evaluate("Sum(Sales)").into_future() => outcome.unwrap_err(),
        request = engine.request() => panic!("{request}"),
    }
}

/// Answers any request, with the same result for all.
async fn reply(engine: &mut Engine, request: &Value, result: Value) {
    engine.push(json!({ "jsonrpc": "2.0", "id": request["id"], "result": result })).await;
}

#[tokio::test]
async fn a_read_without_the_selections_fails_in_another_session() {
    let listener = Listener::bind().await;
    let (session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    select(&year, &mut engine).await;
    let pending = tokio::spawn({
        let doc = doc.clone();
        async move { doc.evaluate("Sum(Sales)").await }
    });
    engine.expect("Evaluate").await;
    listener.end_session();
    drop(engine);
    let mut engine = attach(&listener).await;
    let error = pending.await.unwrap().unwrap_err();
    let lost = error.downcast_ref::<StateLost>().unwrap();
    assert_eq!(lost.missing.len(), 1);
    assert_eq!(lost.missing[0].what, "Field.Select of `Year`");
    assert!(lost.missing[0].reason.contains("another one, of the same user"), "{lost}");
    // The other program's session is one that existed before this program set anything in it.
    session.accept_lost_state().unwrap();
    select(&year, &mut engine).await;
    evaluate(&doc, &mut engine, "550").await;
    drop(engine);
    let mut engine = attach(&listener).await;
    evaluate(&doc, &mut engine, "550").await;
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_CREATED").await;
    engine.answer("OpenDoc", object("Doc", 21)).await;
    engine.answer("GetField", object("Field", 22)).await;
    engine.answer("Select", json!({ "qReturn": true })).await;
    engine.answer("GetField", object("Field", 22)).await;
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.to_string().contains("before this program connected"), "{error}");
}

#[tokio::test]
async fn a_session_that_was_kept_is_recognized_every_time() {
    let listener = Listener::bind().await;
    let (session, mut engine, doc, year) = start(&listener, |builder| builder.max_calls_in_flight(1)).await;
    let handles = session.open_handles();
    let selecting = selecting(&year);
    // The session is marked before the state is set.
    let creation = engine.any_request().await;
    assert_eq!((&creation["method"], &creation["handle"]), (&json!("CreateSessionObject"), &json!(1)));
    let mark = mark_in(&creation).unwrap().0;
    let call = engine.any_request().await;
    assert_eq!(call["method"], "Select");
    assert_eq!(session.calls_in_flight(), 1, "it is not a call of the program");
    reply(&mut engine, &creation, object("GenericObject", 3)).await;
    reply(&mut engine, &call, json!({ "qReturn": true })).await;
    assert!(selecting.await.unwrap().unwrap());
    assert_eq!(session.open_handles(), handles);
    for _ in 0..3 {
        drop(engine);
        engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", object("Doc", 11)).await;
        let search = engine.any_request().await;
        assert_eq!((&search["method"], mark_in(&search)), (&json!("GetObject"), Some((mark.clone(), false))));
        reply(&mut engine, &search, object("GenericObject", 13)).await;
        let lookup = engine.any_request().await;
        assert_eq!(lookup["method"], "GetField");
        reply(&mut engine, &lookup, object("Field", 12)).await;
        let evaluating = tokio::spawn({
            let doc = doc.clone();
            async move { doc.evaluate("Sum(Sales)").await }
        });
        let request = engine.any_request().await;
        assert_eq!(request["method"], "Evaluate", "one mark is enough");
        reply(&mut engine, &request, json!({ "qReturn": "550" })).await;
        assert_eq!(evaluating.await.unwrap().unwrap(), "550");
    }
    select(&year, &mut engine).await;
}

#[tokio::test]
async fn each_new_session_gets_its_own_mark_before_its_state() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    select(&year, &mut engine).await;
    let mut marks = Vec::new();
    for _ in 0..2 {
        drop(engine);
        engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 21)).await;
        let creation = engine.any_request().await;
        assert_eq!((&creation["method"], &creation["handle"]), (&json!("CreateSessionObject"), &json!(21)));
        marks.push(mark_in(&creation).unwrap().0);
        reply(&mut engine, &creation, object("GenericObject", 23)).await;
        engine.answer("GetField", object("Field", 22)).await;
        engine.answer("Select", json!({ "qReturn": true })).await;
        engine.answer("GetField", object("Field", 22)).await;
        evaluate(&doc, &mut engine, "550").await;
    }
    assert_ne!(marks[0], marks[1]);
    drop(engine);
    let _engine = attach(&listener).await;
    let error = doc.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.downcast_ref::<StateLost>().is_some(), "a mark that the engine does not know: {error}");
}

#[tokio::test]
async fn state_that_the_engine_never_received_is_not_missing() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    let selecting = selecting(&year);
    // The connection is lost with both requests.
    assert!(mark_in(&engine.any_request().await).is_some());
    assert_eq!(engine.any_request().await["method"], "Select");
    drop(engine);
    let mut engine = attach(&listener).await;
    let error = selecting.await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Closed { pending: true, .. }), "{error}");
    evaluate(&doc, &mut engine, "1675").await;
    select(&year, &mut engine).await;
    drop(engine);
    let mut engine = attach(&listener).await;
    evaluate(&doc, &mut engine, "550").await;
}

#[tokio::test]
async fn a_session_that_cannot_be_marked_is_not_trusted() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    let selecting = selecting(&year);
    let first = engine.any_request().await;
    let call = engine.any_request().await;
    let error = json!({ "code": 5, "message": "Access denied" });
    engine.push(json!({ "id": first["id"], "error": error })).await;
    for _ in 0..2 {
        let again = engine.any_request().await;
        assert!(mark_in(&again).is_some(), "{again}");
        engine.push(json!({ "id": again["id"], "error": error })).await;
    }
    reply(&mut engine, &call, json!({ "qReturn": true })).await;
    assert!(selecting.await.unwrap().unwrap());
    evaluate(&doc, &mut engine, "550").await;
    drop(engine);
    let mut engine = attach(&listener).await;
    let error = refused(&doc, &mut engine).await;
    let lost = error.downcast_ref::<StateLost>().unwrap();
    assert!(lost.missing[0].reason.contains("did not create the object that identifies the session"), "{lost}");
}

#[tokio::test]
async fn a_mark_that_is_rejected_once_is_requested_again() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    let selecting = selecting(&year);
    let first = engine.any_request().await;
    let call = engine.any_request().await;
    engine.push(json!({ "id": first["id"], "error": { "code": 15, "message": "Request aborted" } })).await;
    reply(&mut engine, &call, json!({ "qReturn": true })).await;
    assert!(selecting.await.unwrap().unwrap());
    evaluate(&doc, &mut engine, "550").await;
    drop(engine);
    let mut engine = attach(&listener).await;
    evaluate(&doc, &mut engine, "550").await;
}

#[tokio::test]
async fn selections_from_before_the_program_connected_are_recognized_too() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        engine.answer("GetAppLayout", json!({ "qLayout": {} })).await;
        engine
    };
    let user = async {
        let backoff = Backoff::default().initial_delay(Duration::ZERO);
        let session = Session::builder().url(listener.url()).reconnect(backoff).connect().await.unwrap();
        let doc = session.open_doc("id-1").await.unwrap();
        (session, doc)
    };
    let ((_session, doc), engine) = tokio::join!(user, script);
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 1)).await;
    evaluate(&doc, &mut engine, "550").await;
    listener.end_session();
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 1)).await;
    let error = refused(&doc, &mut engine).await;
    assert!(error.to_string().contains("before this program connected"), "{error}");
}

#[tokio::test]
async fn another_app_is_not_mistaken_for_a_session_app() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        let app = object("Doc", 1)["qReturn"].clone();
        engine.answer("CreateSessionApp", json!({ "qReturn": app, "qSessionAppId": "SessionApp_1" })).await;
        engine
    };
    let user = async {
        let backoff = Backoff::default().initial_delay(Duration::ZERO);
        let session = Session::builder().url(listener.url()).reconnect(backoff).connect().await.unwrap();
        let doc = session.create_session_app().await.unwrap().doc;
        (session, doc)
    };
    let ((_session, doc), mut engine) = tokio::join!(user, script);
    evaluate(&doc, &mut engine, "1").await;
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 1)).await;
    evaluate(&doc, &mut engine, "1").await;
    listener.end_session();
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    let other = json!({ "qReturn": { "qType": "Doc", "qHandle": 1, "qGenericId": "orders" } });
    engine.answer("GetActiveDoc", other).await;
    let error = refused(&doc, &mut engine).await;
    assert!(matches!(error.kind(), ErrorKind::Lost { .. }), "{error}");
    assert!(error.to_string().contains("its session has ended"), "{error}");
}

#[tokio::test]
async fn only_state_of_the_session_needs_a_mark() {
    let listener = Listener::bind().await;
    let properties =
        || GenericVariableProperties::default().with_info(NxInfo::default().with_type("variable")).with_name("vOne");
    let patch = || vec![NxPatch::default().with_op(NxPatchOperationType::Add).with_path("/title").with_value("1")];
    for (call, method, is_state) in [
        (0, "AddAlternateState", true),
        (1, "CreateSessionVariable", true),
        (2, "LockAll", true),
        (3, "ApplyPatches", true),
        (4, "ApplyPatches", false),
        (5, "DoSave", false),
        (6, "Evaluate", false),
        (7, "ClearAll", true),
    ] {
        let (_session, mut engine, doc, _year) = start(&listener, |builder| builder).await;
        let script = engine.answer("GetObject", object("GenericObject", 3));
        let chart = tokio::join!(doc.get_object("id-3").into_future(), script).0.unwrap();
        let calling = tokio::spawn(async move {
            match call {
                0 => doc.add_alternate_state("A").await.map(drop),
                1 => doc.create_session_variable(properties()).await.map(drop),
                2 => doc.lock_all().await.map(drop),
                3 => chart.apply_patches(patch()).soft_patch(true).await.map(drop),
                4 => chart.apply_patches(patch()).await.map(drop),
                5 => doc.do_save().await.map(drop),
                6 => doc.evaluate("1").await.map(drop),
                _ => doc.clear_all().await.map(drop),
            }
        });
        let request = engine.any_request().await;
        assert_eq!(mark_in(&request).is_some(), is_state, "{request}");
        let request = if is_state { engine.any_request().await } else { request };
        assert_eq!(request["method"], method);
        calling.abort();
    }
}

#[tokio::test]
async fn state_that_was_removed_is_not_missing() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    let script = async {
        engine.answer("AddAlternateState", json!({})).await;
        engine.answer("RemoveAlternateState", json!({})).await;
    };
    let states = async {
        doc.add_alternate_state("A").await.unwrap();
        doc.remove_alternate_state("A").await.unwrap();
    };
    tokio::join!(states, script);
    listener.end_session();
    drop(engine);
    let mut engine = attach(&listener).await;
    evaluate(&doc, &mut engine, "1675").await;
    // State that is set in that session is recognized there.
    select(&year, &mut engine).await;
    drop(engine);
    let mut engine = attach(&listener).await;
    evaluate(&doc, &mut engine, "550").await;
}

#[tokio::test]
async fn an_object_that_another_program_destroyed_does_not_make_the_session_another_one() {
    let listener = Listener::bind().await;
    let (session, mut engine, doc, year) = start(&listener, |builder| builder).await;
    select(&year, &mut engine).await;
    let script = engine.answer("CreateSessionObject", object("GenericObject", 4));
    let making = doc.create_session_object(GenericObjectProperties::of_type("table"));
    let made = tokio::join!(making.into_future(), script).0.unwrap();
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
        for _ in 0..3 {
            let request = engine.request().await;
            let result = match request["method"].as_str().unwrap() {
                "GetField" => object("Field", 2),
                "GetObject" => json!({ "qReturn": { "qType": null, "qHandle": null } }),
                "CreateSessionObject" => object("GenericObject", 5),
                other => panic!("{other}"),
            };
            reply(&mut engine, &request, result).await;
        }
        engine
    };
    let (resumption, mut engine) = tokio::join!(session.resume(), script);
    let resumption = resumption.unwrap();
    assert_eq!(resumption.lost_state, []);
    let of_made = resumption.objects.iter().find(|object| object.object.id == made.handle().id).unwrap();
    assert_eq!(of_made.outcome, RestorationOutcome::Recreated);
    assert_eq!(resumption.objects.len(), 3, "the mark does not belong to the program: {resumption:?}");
    evaluate(&doc, &mut engine, "550").await;
}

#[tokio::test]
async fn state_is_set_in_another_session_if_the_program_prefers_that() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, year) =
        start(&listener, |builder| builder.when_state_lost(WhenStateLost::GoOn)).await;
    select(&year, &mut engine).await;
    listener.end_session();
    drop(engine);
    let mut engine = attach(&listener).await;
    engine.answer("Select", json!({ "qReturn": true })).await;
    engine.answer("GetField", object("Field", 12)).await;
    evaluate(&doc, &mut engine, "550").await;
}

#[tokio::test]
async fn objects_of_another_program_are_not_destroyed() {
    for is_kept in [true, false] {
        let listener = Listener::bind().await;
        let (session, mut engine, doc, year) = start(&listener, |builder| builder).await;
        select(&year, &mut engine).await;
        let script = engine.answer("CreateSessionObject", object("GenericObject", 4));
        let info = NxInfo::default().with_type("table").with_id("id-4");
        let making = doc.create_session_object(GenericObjectProperties::default().with_info(info));
        let made = tokio::join!(making.into_future(), script).0.unwrap();
        tokio::join!(engine.close_code(), session.suspend());
        drop(made);
        if !is_kept {
            listener.end_session();
        }
        let (resumption, mut engine) = tokio::join!(session.resume(), attach(&listener));
        assert_eq!(resumption.unwrap().lost_state.is_empty(), is_kept);
        if is_kept {
            assert_eq!(engine.request().await["method"], "DestroySessionObject");
        } else {
            // The other program has an object with this ID.
            session.accept_lost_state().unwrap();
        }
        evaluate(&doc, &mut engine, "1").await;
    }
}
