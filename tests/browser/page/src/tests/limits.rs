//! Time, depth, size, and ends.

use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use qix_client::rpc::Instant;
use qix_client::{ErrorKind, prelude::*};

use super::opened;
use crate::engine::{Engine, Outcome};

/// The depth that is documented for browsers.
const LEVELS: usize = 100;

pub(super) async fn a_call_times_out() -> Outcome {
    let (engine, _session, doc) = opened().await?;
    engine.fault("never on GetAppLayout").await?;
    let begun = Instant::now();
    let Err(error) = doc.get_app_layout().with_timeout(Duration::from_millis(100)).await else {
        return Err("nothing answers".into());
    };
    assert!(matches!(error.kind(), ErrorKind::TimedOut(_)), "{error}");
    assert!(begun.elapsed() >= Duration::from_millis(100));
    assert_eq!(doc.evaluate("1+1").await?, "2");
    Ok(())
}

pub(super) async fn calls_time_out_in_the_order_of_their_limits() -> Outcome {
    let (engine, _session, doc) = opened().await?;
    engine.fault("never on GetAppLayout").await?;
    let limits = [150, 50, 0, 250, 100, 200].map(Duration::from_millis);
    let begun = Instant::now();
    // The first timer is gone before its time is over.
    assert!(doc.get_app_layout().with_timeout(Duration::from_millis(10)).into_future().now_or_never().is_none());
    let mut calls: FuturesUnordered<_> = limits
        .into_iter()
        .map(|limit| {
            let doc = &doc;
            async move { doc.get_app_layout().with_timeout(limit).await.map_err(|_| (limit, begun.elapsed())) }
        })
        .collect();
    let mut over = Vec::new();
    while let Some(call) = calls.next().await {
        let Err((limit, elapsed)) = call else { return Err("nothing answers".into()) };
        assert!(elapsed >= limit, "{elapsed:?} of {limit:?}");
        over.push(limit);
    }
    assert!(over.is_sorted(), "{over:?}");
    Ok(())
}

pub(super) async fn a_deadline_ends_the_session() -> Outcome {
    let engine = Engine::start("plain").await?;
    let deadline = Instant::now() + Duration::from_millis(500);
    let session = Session::builder().url(engine.url()).deadline(deadline).connect().await?;
    let closed = session.closed().await;
    assert!(closed.reason.contains("deadline") && Instant::now() >= deadline, "{closed}");
    Ok(())
}

pub(super) async fn deep_trees_are_refused_before_the_stack_ends() -> Outcome {
    let tree = |levels: usize| format!("{}{{}}{}", "{\"qSubNodes\":[".repeat(levels - 1), "]}".repeat(levels - 1));
    let json = tree(LEVELS);
    let cell: NxPivotDimensionCell = qix_client::decode(&json)?;
    assert_eq!(qix_client::encode(&cell.clone())?.matches("qSubNodes").count(), LEVELS - 1);
    for levels in [LEVELS + 1, 100_000] {
        let Err(error) = qix_client::decode::<NxPivotDimensionCell>(&tree(levels)) else {
            return Err("it is too deep".into());
        };
        assert!(error.to_string().contains("100 levels"), "{error}");
    }
    // As part of a response, which is decoded below the calls of the client.
    let (engine, _session, doc) = opened().await?;
    let pivot =
        HyperCubeDef::default().with_mode(NxHypercubeMode::Pivot).with_dimensions([NxDimension::field("Region")]);
    let table = doc.create_session_object(pivot.into()).await?;
    for (levels, fits) in [(LEVELS - 20, true), (LEVELS + 1, false)] {
        engine.order(&format!("set GetHyperCubePivotData /qDataPages [{{\"qLeft\":[{}]}}]", tree(levels))).await?;
        let pages = table.get_hyper_cube_pivot_data("/qHyperCubeDef", vec![NxPage::default()]).await;
        assert_eq!(pages.is_ok(), fits, "{:?}", pages.err());
        engine.order("clear").await?;
    }
    Ok(())
}

pub(super) async fn a_message_that_is_too_large_ends_the_connection() -> Outcome {
    let engine = Engine::start("plain").await?;
    let session = Session::builder().url(engine.url()).max_message_size(3_000).connect().await?;
    let doc = session.open_doc("sales").await?;
    doc.evaluate("Repeat('x', 4000)").await.expect_err("it is too large");
    let closed = session.closed().await;
    assert!(closed.reason.contains("max_message_size"), "{closed}");
    Ok(())
}

pub(super) async fn a_dropped_session_closes_its_connection() -> Outcome {
    let (engine, session, doc) = opened().await?;
    assert_eq!(engine.order("connections").await?, "1");
    drop((session, doc));
    engine.order("alone").await?;
    Ok(())
}

/// The harness expects this one to fail, and waits until the engine has lost its client.
pub(super) async fn a_panic_closes_the_session() -> Outcome {
    qix_client::close_on_panic();
    let engine = Engine::start("codes").await?;
    let _session = Session::connect(engine.url()).await?;
    panic!("this panic is meant");
}

/// The harness expects this one to fail: a panic ends the instance, and the page notices.
pub(super) async fn a_panic_is_reported() -> Outcome {
    let (_engine, _session, _doc) = opened().await?;
    panic!("this panic is meant");
}
