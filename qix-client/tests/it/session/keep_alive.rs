//! Keep-alive: idle connections and dead ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::support::{Engine, Inside, object};
use futures_util::{FutureExt, StreamExt};
use qix_client::rpc::{CloseCode, ClosedBy, RawAnswer, RawCall};
use qix_client::{Backoff, Event, KeepAlive, Middleware, Next};
use qix_client::{Error, ErrorKind, prelude::*};
use serde_json::json;
use tokio::io::DuplexStream;
use tokio::time::{Instant, sleep, timeout};

fn keep_alive() -> KeepAlive {
    KeepAlive::every(seconds(60)).timeout(seconds(10)).busy_timeout(seconds(600))
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Answers a keep-alive request. Returns when it arrived.
async fn reply(engine: &mut Engine<DuplexStream>) -> Instant {
    engine.answer("EngineVersion", json!({ "qVersion": {} })).await;
    Instant::now()
}

/// Counts the calls of the program.
struct Counter(Arc<AtomicUsize>);

#[async_trait::async_trait]
impl Middleware for Counter {
    async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error> {
        self.0.fetch_add(1, Ordering::Relaxed);
        next.run(call).await
    }
}

#[tokio::test(start_paused = true)]
async fn only_idle_connections_with_keep_alive_are_probed() {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut inside = Inside::new();
    let counter = Counter(Arc::clone(&calls));
    let setup = |builder: qix_client::SessionBuilder| builder.keep_alive(keep_alive()).middleware(counter);
    let (session, mut engine) = inside.session(setup).await;
    let mut last = Instant::now();
    for _ in 0..100 {
        let now = reply(&mut engine).await;
        assert_eq!((now - last).as_secs(), 60);
        assert_eq!(session.calls_in_flight(), 0);
        last = now;
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0, "keep-alive requests are not calls of the program");
    // A call of the program also counts as a sign of life.
    sleep(seconds(40)).await;
    let script = engine.answer("IsDesktopMode", json!({ "qReturn": true }));
    tokio::join!(async { session.is_desktop_mode().await.unwrap() }, script);
    let asked = Instant::now();
    assert_eq!((reply(&mut engine).await - asked).as_secs(), 60);

    let (_quiet, mut engine) = inside.session(|builder| builder).await;
    assert!(timeout(seconds(100_000), engine.request()).await.is_err(), "keep-alive is off by default");
}

#[tokio::test(start_paused = true)]
async fn a_dead_connection_is_lost_and_the_session_resumes_on_another() {
    let mut inside = Inside::new();
    let setup = |builder: qix_client::SessionBuilder| {
        builder.keep_alive(keep_alive()).reconnect(Backoff::default().initial_delay(Duration::ZERO))
    };
    let (session, mut dead) = inside.session(setup).await;
    let script = dead.answer("OpenDoc", object("Doc", 1));
    let (doc, ()) = tokio::join!(async { session.open_doc("sales").await.unwrap() }, script);
    let mut events = session.events();
    let heard = Instant::now();
    // Kept open, but silent.
    let mut engine = inside.accept().await;
    assert_eq!((Instant::now() - heard).as_secs(), 70, "a request, and its timeout");
    dead.expect("EngineVersion").await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 2)).await;
    let Some(Event::Suspended(closed)) = events.next().await else { panic!("expected `Suspended` first") };
    assert_eq!((closed.by, closed.code), (ClosedBy::Network, CloseCode::LOST));
    assert_eq!(closed.to_string(), "1006 lost without a close frame (nothing has arrived for 70s)");
    let script = engine.answer("GetAppLayout", json!({ "qLayout": {} }));
    tokio::join!(async { doc.get_app_layout().await.unwrap() }, script);
    // The new connection has keep-alive too.
    let asked = Instant::now();
    assert_eq!((reply(&mut engine).await - asked).as_secs(), 60);
}

/// A hidden page and a machine that sleeps have late timers: the probe is as late as the check.
#[tokio::test(start_paused = true)]
async fn a_client_that_slept_probes_before_it_gives_up() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder.keep_alive(keep_alive())).await;
    for _ in 0..3 {
        tokio::time::advance(seconds(200)).await;
        reply(&mut engine).await;
        assert!(session.closed().now_or_never().is_none());
    }
    // Nothing answers: sleeping again does not excuse the same silence.
    tokio::time::advance(seconds(200)).await;
    engine.expect("EngineVersion").await;
    tokio::time::advance(seconds(200)).await;
    assert_eq!(session.closed().await.code, CloseCode::LOST);
}

#[tokio::test(start_paused = true)]
async fn a_busy_engine_gets_more_time_but_not_forever() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder.keep_alive(keep_alive())).await;
    let mut call = Box::pin(session.engine_version().into_future());
    assert!(call.as_mut().now_or_never().is_none());
    let id = engine.expect("EngineVersion").await;
    sleep(seconds(590)).await;
    engine.push(json!({ "id": id, "result": { "qVersion": {} } })).await;
    call.await.expect("the engine was busy, not dead");

    // Any message is a sign of life.
    let mut call = Box::pin(session.engine_version().into_future());
    assert!(call.as_mut().now_or_never().is_none());
    sleep(seconds(590)).await;
    engine.push(json!({ "change": [7] })).await;
    let heard = Instant::now();
    let error = call.await.unwrap_err();
    assert_eq!((Instant::now() - heard).as_secs(), 660);
    assert_eq!(error.closed().unwrap().code, CloseCode::LOST);
    assert_eq!(session.closed().await.by, ClosedBy::Network, "reconnection is off");
}

#[tokio::test(start_paused = true)]
async fn an_engine_that_was_just_busy_is_not_dead() {
    let mut inside = Inside::new();
    let (session, mut engine) = inside.session(|builder| builder.keep_alive(keep_alive())).await;
    let error = session.engine_version().with_timeout(seconds(400)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut(_)));
    assert!(session.closed().now_or_never().is_none());
    // The requests sent meanwhile are answered now.
    engine.push(json!({ "id": 2, "result": {} })).await;
    sleep(seconds(69)).await;
    assert!(session.closed().now_or_never().is_none());
}

#[tokio::test(start_paused = true)]
async fn keep_alive_pauses_while_suspended_and_continues_after_resuming() {
    let mut inside = Inside::new();
    let (session, engine) = inside.session(|builder| builder.keep_alive(keep_alive())).await;
    tokio::join!(session.suspend(), engine.close_code());
    sleep(seconds(100_000)).await;
    let resume = session.resume();
    let (resumption, mut engine) = tokio::join!(resume, async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine
    });
    resumption.unwrap();
    let asked = Instant::now();
    assert_eq!((reply(&mut engine).await - asked).as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_session_ends_despite_keep_alive() {
    let mut inside = Inside::new();
    let (session, engine) = inside.session(|builder| builder.keep_alive(keep_alive())).await;
    let begin = Instant::now();
    drop(session);
    assert_eq!(engine.close_code().await, None, "expected a dropped connection");
    assert!(begin.elapsed() < seconds(60));
}
