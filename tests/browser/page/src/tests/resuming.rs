//! Lost connections, and pages that sleep.

use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::{StreamExt, TryStreamExt};
use qix_client::rpc::{CloseCode, ClosedBy};
use qix_client::{Backoff, Event, KeepAlive, prelude::*};

use super::{cube, opened, sleep};
use crate::engine::{Engine, Outcome};
use crate::{plug, show, throttle};

async fn lasting(engine: &Engine) -> Result<Session, Box<dyn std::error::Error>> {
    let backoff = Backoff::default().initial_delay(Duration::from_millis(50)).max_delay(Duration::from_millis(100));
    Ok(Session::builder().url(engine.url()).reconnect(backoff).connect().await?)
}

/// Waits for an event.
async fn until(session: &Session, wanted: fn(&Event) -> bool) {
    let mut events = session.events();
    while let Some(event) = events.next().await {
        if wanted(&event) {
            return;
        }
    }
    panic!("the session has ended");
}

pub(super) async fn a_suspended_session_is_resumed() -> Outcome {
    let (engine, session, doc) = opened().await?;
    doc.select("Region", ["West"]).await?;
    session.suspend().await;
    engine.order("alone").await?;
    let resumption = session.resume().await?;
    assert_eq!(resumption.lost().count(), 0);
    assert_eq!(doc.evaluate_ex("Sum(Sales)").await?.number, 365.0);
    session.close().await;
    assert_eq!(session.closed().await.by, ClosedBy::Client);
    Ok(())
}

pub(super) async fn a_lost_connection_is_restored() -> Outcome {
    let engine = Engine::start("plain").await?;
    let session = lasting(&engine).await?;
    let doc = session.open_doc("sales").await?;
    let table = doc.create_session_object(cube()).await?;
    let mut layouts = table.layouts();
    layouts.try_next().await?.ok_or("there is a layout")?;
    doc.select("Region", ["West"]).await?;
    engine.fault("drop on Evaluate").await?;
    assert_eq!(doc.evaluate("Sum(Sales)").await?, "365");
    let rows = table.rows::<(String, f64)>().read_all().await?;
    assert_eq!(rows, [("West".to_owned(), 365.0)]);
    assert_eq!(engine.order("connections").await?, "1");
    Ok(())
}

pub(super) async fn an_engine_is_killed_and_started_again() -> Outcome {
    let engine = Engine::start("plain").await?;
    let session = lasting(&engine).await?;
    let doc = session.open_doc("sales").await?;
    doc.select("Region", ["West"]).await?;
    let lost = until(&session, |event| matches!(event, Event::Suspended(_)));
    let (_, killed) = futures_util::future::join(lost, engine.order("kill")).await;
    killed?;
    engine.order("back").await?;
    // It is another session, in which the selection is repeated.
    assert_eq!(doc.evaluate("Sum(Sales)").await?, "365");
    Ok(())
}

pub(super) async fn an_engine_that_stays_away_ends_the_session() -> Outcome {
    let engine = Engine::start("plain").await?;
    let backoff = Backoff::default().initial_delay(Duration::from_millis(10)).max_attempts(3);
    let session = Session::builder().url(engine.url()).reconnect(backoff).connect().await?;
    engine.order("kill").await?;
    let closed = session.closed().await;
    assert_eq!((closed.by, closed.code), (ClosedBy::Network, CloseCode::LOST));
    assert!(closed.reason.contains("console"), "{closed}");
    Ok(())
}

pub(super) async fn a_hidden_page_waits_until_it_is_visible() -> Outcome {
    waits_until(show).await
}

pub(super) async fn an_offline_page_waits_until_it_is_online() -> Outcome {
    waits_until(plug).await
}

async fn waits_until(awake: fn(bool)) -> Outcome {
    let engine = Engine::start("plain").await?;
    let session = lasting(&engine).await?;
    let doc = session.open_doc("sales").await?;
    awake(false);
    engine.order("drop").await?;
    let call = std::pin::pin!(async { doc.evaluate("1+1").await });
    // Several times the longest delay.
    let Either::Right((_, call)) = select(call, std::pin::pin!(sleep(600))).await else {
        return Err("it is awake".into());
    };
    assert_eq!(engine.order("upgrades").await?, "1", "no connection is tried meanwhile");
    awake(true);
    assert_eq!(call.await?, "2");
    assert_eq!(engine.order("upgrades").await?, "2");
    Ok(())
}

/// A session whose timers come four seconds late, and are due every second.
async fn throttled(engine: &Engine) -> Result<Session, Box<dyn std::error::Error>> {
    let keep_alive = KeepAlive::every(Duration::from_secs(1)).timeout(Duration::from_millis(300));
    let session = Session::builder().url(engine.url()).keep_alive(keep_alive).connect().await?;
    Ok(session)
}

pub(super) async fn slow_timers_are_not_taken_for_silence() -> Outcome {
    throttle(4_000);
    let engine = Engine::start("plain").await?;
    let session = throttled(&engine).await?;
    let closed = std::pin::pin!(session.closed());
    if let Either::Left((closed, _)) = select(closed, std::pin::pin!(sleep(14_000))).await {
        return Err(format!("{closed}").into());
    }
    // It was probed meanwhile.
    assert!(engine.order("requests").await?.contains("EngineVersion"));
    Ok(())
}

pub(super) async fn a_silent_engine_is_noticed() -> Outcome {
    for slow in [false, true] {
        if slow {
            throttle(4_000);
        }
        let engine = Engine::start("plain").await?;
        let session = throttled(&engine).await?;
        engine.fault("never on EngineVersion").await?;
        let closed = session.closed().await;
        assert_eq!((closed.by, closed.code), (ClosedBy::Network, CloseCode::LOST), "{closed}");
    }
    Ok(())
}
