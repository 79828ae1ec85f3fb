//! Sessions with a deadline.

use std::time::Duration;

use crate::support::{Inside, object};
use futures_util::{FutureExt, StreamExt, TryStreamExt};
use qix_client::rpc::ClosedBy;
use qix_client::{Backoff, Event, SessionBuilder};
use qix_client::{ErrorKind, prelude::*};
use serde_json::json;
use tokio::time::{Instant, sleep};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A session that ends after this many seconds.
fn within(limit: u64) -> impl FnOnce(SessionBuilder) -> SessionBuilder {
    move |builder| builder.deadline((Instant::now() + seconds(limit)).into_std())
}

/// Tasks started by this test that have not ended, after all of them had a chance to run.
async fn tasks() -> usize {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn everything_ends_at_the_deadline() {
    let begin = Instant::now();
    let (session, mut engine) = Inside::new().session(within(100)).await;
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async { session.open_doc("sales").await.unwrap().get_object("a").await.unwrap() };
    let (cube, ()) = tokio::join!(user, script);
    let events = session.events();
    let mut changes = cube.changes();
    assert_eq!(changes.next().now_or_never(), None);

    sleep(seconds(40)).await;
    let hasty = session.is_desktop_mode().with_timeout(seconds(30)).into_future();
    let patient = session.delete_app("a").with_timeout(seconds(600)).into_future();
    let late = session.is_desktop_mode().with_deadline((begin + seconds(600)).into_std()).into_future();
    let mut layouts = cube.layouts();
    let (hasty, patient, late, layout) = tokio::join!(hasty, patient, late, layouts.try_next());
    assert_eq!(begin.elapsed().as_secs(), 100);
    for (outcome, limit) in
        [(hasty.map(drop), 30), (patient.map(drop), 60), (late.map(drop), 60), (layout.map(drop), 60)]
    {
        let error = outcome.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::TimedOut(time) if time.as_secs() == limit), "{error}");
    }

    let closed = session.closed().await;
    assert_eq!(closed.by, ClosedBy::Client);
    assert_eq!(closed.to_string(), "closed by this program (the deadline of the session has passed)");
    assert_eq!(changes.next().await, None);
    assert!(layouts.next().await.is_none_or(|layout| layout.unwrap_err().closed().is_some()));
    let last = events.collect::<Vec<_>>().await;
    assert!(matches!(&*last, [Event::Closed(why)] if *why == closed), "{last:?}");
    let error = session.is_desktop_mode().await.unwrap_err();
    assert_eq!(error.closed(), Some(&closed), "{error}");
    assert!(matches!(session.resume().await.unwrap_err(), ConnectError::Closed(why) if why == closed));

    let mut methods = Vec::new();
    for _ in 0..8 {
        methods.push(engine.request().await["method"].as_str().unwrap().to_owned());
    }
    methods.sort();
    assert_eq!(methods[..4], ["CancelRequest"; 4], "all pending calls are canceled: {methods:?}");
    assert_eq!(engine.close_code().await, Some(1000));
    session.close().await;
    assert_eq!(tasks().await, 0);
}

#[tokio::test(start_paused = true)]
async fn connecting_ends_at_the_deadline() {
    let mut inside = Inside::new();
    let error = within(5)(inside.builder()).connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(limit) if limit == seconds(5)), "{error}");
    inside.stream().await;

    // The engine sends no greeting.
    let connect = within(5)(inside.builder()).connect();
    let (outcome, engine) = tokio::join!(connect, inside.accept());
    assert!(matches!(outcome.unwrap_err(), ConnectError::TimedOut(_)));
    engine.close_code().await;
    let error = within(0)(inside.builder()).connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(Duration::ZERO)), "{error}");
    assert_eq!(tasks().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_disconnected_session_stops_waiting_at_the_deadline() {
    let mut inside = Inside::new();
    let begin = Instant::now();
    let (session, engine) = inside.session(|builder| within(100)(builder.connect_timeout(seconds(600)))).await;
    tokio::join!(session.suspend(), engine.close_code());
    let call = session.engine_version().into_future();
    // No one accepts the new connection.
    let (call, resumption) = tokio::join!(call, session.resume());
    assert!(matches!(call.unwrap_err().kind(), ErrorKind::TimedOut(limit) if *limit == seconds(100)));
    assert!(matches!(resumption.unwrap_err(), ConnectError::Closed(_)));
    assert_eq!(begin.elapsed().as_secs(), 100);
    drop(inside.stream().await);

    let begin = Instant::now();
    let backoff = Backoff::default().initial_delay(seconds(30)).max_attempts(1_000);
    let (session, engine) = inside.session(|builder| within(100)(builder.reconnect(backoff))).await;
    drop((engine, inside));
    session.closed().await;
    assert_eq!(begin.elapsed().as_secs(), 100, "there is no attempt after it");
    assert_eq!(tasks().await, 0);
}

#[tokio::test(start_paused = true)]
async fn late_calls_are_not_started_and_finished_sessions_leave_no_tasks() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(within(1_000_000)).await;
    let late = Instant::now().into_std();
    let error = session.delete_app("a").with_deadline(late).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut(Duration::ZERO)), "{error}");
    let script = engine.answer("IsDesktopMode", json!({ "qReturn": true }));
    tokio::join!(async { session.is_desktop_mode().await.unwrap() }, script);
    tokio::join!(session.close(), engine.close_code());
    assert_eq!(tasks().await, 0);

    let (session, engine) = inside.session(within(1_000_000)).await;
    drop(session);
    engine.close_code().await;
    assert_eq!(tasks().await, 0);
}
