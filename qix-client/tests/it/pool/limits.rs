//! Limits, and who waits for them.

use std::time::Duration;

use futures_util::FutureExt;
use qix_client::{ErrorKind, prelude::*};
use qix_test_engine::Fault;
use std::future::IntoFuture;

use super::{bounded, pool, until};

#[tokio::test]
async fn a_connection_is_waited_for_in_order_of_arrival() {
    let (engine, pool) = pool(|builder| builder.max_connections(1)).await;
    let first = pool.app("sales").await.unwrap();
    let mut a = pool.app("a").into_future();
    let mut b = pool.app("b").into_future();
    assert!((&mut a).now_or_never().is_none() && (&mut b).now_or_never().is_none());
    drop(first);
    // The session that is not in use makes room, although it would be kept for a while.
    let a = bounded(&mut a).await.unwrap();
    assert!((&mut b).now_or_never().is_none());
    assert_eq!((engine.connections(), pool.apps()[0].app.as_str()), (1, "a"));
    drop(a);
    assert_eq!(bounded(b).await.unwrap().evaluate("Only(Name)").await.unwrap(), "b");
}

#[tokio::test]
async fn the_session_that_was_unused_the_longest_makes_room() {
    let (_engine, pool) = pool(|builder| builder.max_connections(2)).await;
    drop(pool.app("a").await.unwrap());
    drop(pool.app("b").await.unwrap());
    drop(pool.app("a").await.unwrap());
    let _c = bounded(async { pool.app("c").await }).await.unwrap();
    let open: Vec<_> = pool.apps().into_iter().map(|app| app.app).collect();
    assert_eq!(open, ["a", "c"]);
}

#[tokio::test]
async fn limits_for_an_app_and_a_user_leave_others_alone() {
    let (_engine, pool) = pool(|builder| builder.max_connections_per_app(1).max_connections_per_user(2)).await;
    let _first = pool.app("a").await.unwrap();
    let mut second = pool.app("a").own_session(true).into_future();
    assert!((&mut second).now_or_never().is_none(), "the app has one connection");
    let _b = bounded(async { pool.app("b").await }).await;
    drop(second);
    let mut third = pool.app("c").into_future();
    assert!((&mut third).now_or_never().is_none(), "the user has two connections");
    let other = pool.user("other", |session| session.user("X", "other"));
    let _other = bounded(async { other.app("c").await }).await.unwrap();
}

#[tokio::test]
async fn a_deadline_includes_the_waiting() {
    let (_engine, pool) = pool(|builder| builder.max_connections(1)).await;
    let first = pool.app("a").await.unwrap();
    let error = pool.app("b").with_timeout(Duration::from_millis(10)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut(limit) if limit.as_millis() == 10), "{error}");
    drop(first);
    bounded(async { pool.app("b").await }).await.unwrap();
}

#[tokio::test]
async fn calls_in_all_sessions_are_limited_together() {
    let (engine, pool) = pool(|builder| builder.max_calls_in_flight(1)).await;
    let (a, b) = (pool.app("a").await.unwrap(), pool.app("b").await.unwrap());
    engine.fault(Fault::never_answer().on("Evaluate").times(1));
    let mut first = a.evaluate("Only(Name)").into_future();
    assert!((&mut first).now_or_never().is_none());
    let error = b.evaluate("Only(Name)").with_timeout(Duration::from_millis(10)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut(limit) if limit.as_millis() == 10), "{error}");
    assert_eq!(error.method().map(|method| method.name), Some("Evaluate"));
    drop(first);
    assert_eq!(bounded(b.evaluate("Only(Name)").into_future()).await.unwrap(), "b");
}

#[tokio::test]
async fn only_some_apps_are_opened_at_once() {
    let (engine, pool) = pool(|builder| builder.max_connecting(1)).await;
    engine.fault(Fault::never_answer().on("OpenDoc").times(1));
    let mut a = pool.app("a").into_future();
    let mut b = pool.app("b").into_future();
    assert!((&mut a).now_or_never().is_none() && (&mut b).now_or_never().is_none());
    let opening = async {
        tokio::select! {
            _ = &mut a => unreachable!("it is not answered"),
            _ = &mut b => unreachable!("it waits"),
            () = until(|| engine.requests().iter().any(|request| request.method == "OpenDoc")) => {}
        }
    };
    opening.await;
    assert_eq!(engine.upgrades().len(), 1);
    drop(a);
    bounded(b).await.unwrap();
}
