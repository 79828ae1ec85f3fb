//! Limits of time and of number.

use std::time::{Duration, Instant};

use crate::support::Listener;
use qix_client::{ErrorKind, prelude::*};
use serde_json::json;

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
        assert_eq!(request["params"]["qRequestId"], n, "who came first goes first");
        engine.push(json!({ "id": request["id"], "result": {} })).await;
    }
    for outcome in callers.join_all().await {
        outcome.unwrap();
    }
}

#[tokio::test]
async fn waiting_for_a_turn_is_part_of_the_time_of_a_call() {
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
        // Neither was ever sent, so that there is nothing to cancel.
        engine.answer("EngineVersion", json!({ "qVersion": {} })).await;
    };
    tokio::join!(async { patient.await.unwrap() }, hasty);
}
