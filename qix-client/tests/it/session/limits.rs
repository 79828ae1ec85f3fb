//! Time limits and limits on the number of calls.

use std::time::{Duration, Instant};

use crate::support::{Inside, Listener, object};
use qix_client::{ErrorKind, prelude::*};
use serde_json::json;
use tokio::time::sleep;

#[tokio::test]
async fn calls_beyond_the_limit_wait_their_turn() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let connect = Session::builder().url(listener.url()).max_calls_in_flight(2).connect();
    let (session, mut engine) = tokio::join!(connect, script);
    let session = session.unwrap();
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..20 {
        let session = session.clone();
        callers.spawn(async move { session.get_progress(n).await.map(drop) });
    }
    for n in 0..20 {
        let request = engine.request().await;
        assert!(session.calls_in_flight() <= 2);
        assert_eq!(request["params"]["qRequestId"], n, "the first call goes first");
        engine.push(json!({ "id": request["id"], "result": {} })).await;
    }
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn the_timeout_of_a_call_includes_waiting_in_the_queue() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let limit = Duration::from_millis(1);
    let connect = Session::builder().url(listener.url()).max_calls_in_flight(1).timeout(limit).connect();
    let (session, mut engine) = tokio::join!(connect, script);
    let session = session.unwrap();
    let patient = session.engine_version().with_timeout(Duration::from_secs(600)).into_future();
    let hasty = async {
        assert!(
            matches!(session.is_desktop_mode().await.unwrap_err().kind(), ErrorKind::TimedOut(time) if *time == limit)
        );
        let late = session.is_desktop_mode().with_deadline(Instant::now()).with_timeout(Duration::from_secs(1)).await;
        assert!(matches!(late.unwrap_err().kind(), ErrorKind::TimedOut(_)));
        // Neither was ever sent, so there is nothing to cancel.
        engine.answer("EngineVersion", json!({ "qVersion": {} })).await;
    };
    tokio::join!(async { patient.await.unwrap() }, hasty);
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_an_operation_covers_all_its_calls() {
    let (session, mut engine) = Inside::new().session(|builder| builder.timeout(Duration::from_secs(1))).await;
    let limit = Duration::from_secs(100);
    let open = session.open_doc("sales").with_timeout(limit).into_future();
    let opened = async {
        engine.expect("OpenDoc").await;
        sleep(Duration::from_secs(101)).await;
        engine
    };
    let begin = tokio::time::Instant::now();
    let (outcome, mut engine) = tokio::join!(async { (open.await, begin.elapsed()) }, opened);
    let (outcome, took) = outcome;
    let error = outcome.unwrap_err();
    assert_eq!(took.as_secs(), 100, "longer than the session's own time-out");
    assert!(matches!(error.kind(), ErrorKind::TimedOut(time) if *time == limit), "{error}");
    engine.expect("CancelRequest").await;

    // The second call of an operation has the time that the first one leaves.
    let script = engine.answer("GetActiveDoc", object("Doc", 1));
    let (doc, ()) = tokio::join!(session.get_active_doc().into_future(), script);
    let reload = doc.unwrap().reload().with_timeout(limit).into_future();
    let script = async {
        let id = engine.expect("CheckScriptSyntax").await;
        sleep(Duration::from_secs(60)).await;
        engine.push(json!({ "id": id, "result": {} })).await;
        engine.expect("ConfigureReload").await;
        sleep(Duration::from_secs(60)).await;
    };
    let begin = tokio::time::Instant::now();
    let user = async { (reload.await.unwrap_err(), begin.elapsed().as_secs()) };
    let ((error, took), ()) = tokio::join!(user, script);
    assert_eq!(took, 100);
    assert!(matches!(error.kind(), ErrorKind::TimedOut(time) if *time == limit), "{error}");
    assert_eq!(error.method().unwrap().name, "ConfigureReload");
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_the_session_does_not_apply_to_a_reload() {
    let (session, mut engine) = Inside::new().session(|builder| builder.timeout(Duration::from_secs(1))).await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        let id = engine.expect("DoReload").await;
        sleep(Duration::from_secs(3600)).await;
        engine.push(json!({ "id": id, "result": { "qReturn": true } })).await;
        let id = engine.expect("DoReload").await;
        engine.expect("CancelRequest").await;
        id
    };
    let user = async {
        let doc = session.open_doc("sales").await.unwrap();
        assert!(doc.do_reload().await.unwrap());
        let limited = doc.do_reload().with_timeout(Duration::from_secs(60)).await.unwrap_err();
        assert!(matches!(limited.kind(), ErrorKind::TimedOut(_)), "{limited}");
    };
    tokio::join!(user, script);
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_a_call_includes_all_its_attempts() {
    let (session, mut engine) = Inside::new().session(|builder| builder).await;
    let limit = Duration::from_secs(10);
    let begin = tokio::time::Instant::now();
    let script = async {
        let id = engine.expect("EngineVersion").await;
        sleep(Duration::from_secs(6)).await;
        engine.push(json!({ "id": id, "error": { "code": 15, "message": "aborted" } })).await;
        let second = engine.expect("EngineVersion").await;
        let cancel = engine.request().await;
        assert_eq!((&cancel["method"], &cancel["params"]), (&json!("CancelRequest"), &json!({ "qRequestId": second })));
    };
    let call = async {
        let error = session.engine_version().with_timeout(limit).await.unwrap_err();
        (error, begin.elapsed())
    };
    let ((error, time), ()) = tokio::join!(call, script);
    assert!(matches!(error.kind(), ErrorKind::TimedOut(time) if *time == limit), "{error}");
    assert_eq!(time.as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_call_without_time_is_not_sent_and_one_with_much_time_is() {
    let (session, mut engine) = Inside::new().session(|builder| builder).await;
    let error = session.engine_version().with_timeout(Duration::ZERO).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut(Duration::ZERO)), "{error}");
    let call = session.is_desktop_mode().with_timeout(Duration::MAX).into_future();
    let (outcome, ()) = tokio::join!(call, engine.answer("IsDesktopMode", json!({ "qReturn": true })));
    assert!(outcome.unwrap());
}
