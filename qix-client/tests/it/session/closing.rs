//! Closing a session with pending calls.

use std::pin::pin;
use std::time::Duration;

use crate::support::{Engine, Inside, Listener, accept_on};
use futures_util::FutureExt;
use qix_client::rpc::ClosedBy;
use qix_client::{ErrorKind, prelude::*};
use serde_json::json;

/// A session with this timeout for pending calls on close.
async fn session(close_timeout: Duration) -> (Session, Engine) {
    let listener = Listener::bind().await;
    let connect = Session::builder().url(listener.url()).close_timeout(close_timeout).connect();
    let (session, engine) = tokio::join!(connect, async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    });
    (session.unwrap(), engine)
}

#[tokio::test]
async fn pending_calls_are_answered_first() {
    let (session, mut engine) = session(Duration::from_secs(600)).await;
    let mut read = pin!(session.engine_version().into_future());
    let mut write = pin!(session.delete_app("a").into_future());
    assert!(read.as_mut().now_or_never().is_none());
    assert!(write.as_mut().now_or_never().is_none());
    let (first, second) = (engine.expect("EngineVersion").await, engine.expect("DeleteApp").await);
    let mut close = pin!(session.close());
    assert!(close.as_mut().now_or_never().is_none());

    let late = session.engine_version().into_future().now_or_never().expect("it fails at once").unwrap_err();
    assert!(matches!(late.kind(), ErrorKind::Closed { pending: false, .. }));
    assert_eq!(late.closed().unwrap().by, ClosedBy::Client);

    let script = async {
        engine.push(json!({ "jsonrpc": "2.0", "id": second, "result": { "qSuccess": true } })).await;
        engine.push(json!({ "jsonrpc": "2.0", "id": first, "result": { "qVersion": {} } })).await;
        engine.close_code().await
    };
    let (code, (), read, write) = tokio::join!(script, close, read, write);
    assert_eq!(code, Some(1000));
    read.unwrap();
    assert!(write.unwrap());
}

#[tokio::test]
async fn canceling_close_leaves_the_session_open() {
    let (session, mut engine) = session(Duration::from_secs(600)).await;
    let mut call = pin!(session.engine_version().into_future());
    assert!(call.as_mut().now_or_never().is_none());
    assert!(session.close().now_or_never().is_none());
    let script = async {
        for _ in 0..2 {
            engine.answer("EngineVersion", json!({ "qVersion": {} })).await;
        }
    };
    let (first, second, ()) = tokio::join!(call, session.engine_version().into_future(), script);
    first.unwrap();
    second.unwrap();
}

#[tokio::test]
async fn a_lost_connection_ends_the_waiting() {
    let (session, mut engine) = session(Duration::from_secs(600)).await;
    let call = session.engine_version().into_future();
    let script = async {
        engine.expect("EngineVersion").await;
        drop(engine);
    };
    let close = async {
        while session.calls_in_flight() == 0 {
            tokio::task::yield_now().await;
        }
        session.close().await;
    };
    let (outcome, (), ()) = tokio::join!(call, script, close);
    assert!(outcome.unwrap_err().closed().is_some());
}

#[tokio::test]
async fn calls_that_are_not_answered_in_time_end() {
    let (session, mut engine) = session(Duration::ZERO).await;
    let caller = session.clone();
    let read = tokio::spawn(async move { caller.engine_version().await.unwrap_err() });
    let caller = session.clone();
    let write = tokio::spawn(async move { caller.delete_app("a").await.unwrap_err() });
    for _ in 0..2 {
        engine.request().await;
    }
    let (code, ()) = tokio::join!(engine.close_code(), session.close());
    assert_eq!(code, Some(1000));
    let (read, write) = (read.await.unwrap(), write.await.unwrap());
    assert!(matches!(read.kind(), ErrorKind::Closed { pending: false, .. }));
    assert!(matches!(write.kind(), ErrorKind::Closed { pending: true, .. }));
    assert!(write.to_string().ends_with("may have executed the call; check before you retry"), "{write}");
    assert_eq!(read.closed().unwrap().by, ClosedBy::Client);
    let late = session.engine_version().await.unwrap_err();
    assert!(matches!(late.kind(), ErrorKind::Closed { pending: false, .. }));
    assert_eq!(session.closed().await.by, ClosedBy::Client);
    session.close().await;
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_an_engine_that_stopped_reading() {
    let (session, engine) = Inside::new().session(|builder| builder.close_timeout(Duration::ZERO)).await;
    let more_than_fits = "x".repeat(1 << 20);
    let call = session.delete_app(&more_than_fits).into_future();
    let close = async {
        tokio::task::yield_now().await;
        let begin = tokio::time::Instant::now();
        session.close().await;
        begin.elapsed()
    };
    let (outcome, time) = tokio::join!(call, close);
    assert!(matches!(outcome.unwrap_err().kind(), ErrorKind::Closed { pending: true, .. }));
    assert!(time <= Duration::from_secs(10), "{time:?}");
    assert_eq!(engine.close_code().await, None, "the socket is closed as well");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_closed_while_it_resumes_stays_closed() {
    let mut inside = Inside::new();
    let (session, engine) = inside.session(|builder| builder).await;
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        // Before the connection exists, and before the engine has sent its greeting.
        let stream = inside.stream().await;
        session.close().await;
        let mut engine = accept_on(stream).await.unwrap();
        engine.greet("SESSION_ATTACHED").await;
        engine.close_code().await
    };
    let (resumption, _) = tokio::join!(session.resume(), script);
    let error = resumption.unwrap_err();
    assert!(matches!(error, ConnectError::Closed(_)), "{error}");
    assert_eq!(session.closed().await.by, ClosedBy::Client);
    assert!(session.engine_version().await.unwrap_err().closed().is_some());

    let (session, engine) = inside.session(|builder| builder).await;
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let engine = inside.accept().await;
        session.close().await;
        engine.close_code().await
    };
    let (resumption, _) = tokio::join!(session.resume(), script);
    assert!(matches!(resumption.unwrap_err(), ConnectError::Closed(_)));
    assert!(session.engine_version().await.unwrap_err().closed().is_some());
}

#[tokio::test(start_paused = true)]
async fn canceling_resume_leaves_no_connection_behind() {
    let mut inside = Inside::new();
    let (session, engine) = inside.session(|builder| builder).await;
    tokio::join!(engine.close_code(), session.suspend());
    let unfinished = tokio::select! {
        _ = session.resume() => panic!("there was no greeting"),
        engine = inside.accept() => engine,
    };
    assert_eq!(unfinished.close_code().await, None, "it is closed");
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("EngineVersion", json!({ "qVersion": {} })).await;
        engine
    };
    let user = async {
        session.resume().await.unwrap();
        session.engine_version().await.unwrap();
    };
    tokio::join!(user, script);
}
