//! Large numbers of calls, streams and sessions.

use futures_util::{FutureExt, StreamExt};
use qix_client::prelude::*;
use qix_test_engine::{Fault, TestEngine};
use tokio::task::JoinSet;

use super::{bounded, total};

#[tokio::test]
async fn ten_thousand_reversed_responses_reach_their_callers() {
    const CALLS: usize = 10_000;
    bounded(async {
        let engine = TestEngine::start().await.unwrap();
        let session = Session::connect(engine.url()).await.unwrap();
        let doc = session.open_doc("sales").await.unwrap();
        let open = session.open_handles();
        // No response arrives before the last request was sent.
        engine.fault(Fault::reorder(CALLS).on("Evaluate"));
        let mut callers = JoinSet::new();
        for n in 0..CALLS {
            let doc = doc.clone();
            callers.spawn(async move { (n, doc.evaluate(&format!("{n} * 3")).await) });
        }
        while session.calls_in_flight() < CALLS {
            tokio::task::yield_now().await;
        }
        while let Some(answered) = callers.join_next().await {
            let (n, value) = answered.unwrap();
            assert_eq!(value.unwrap(), (n * 3).to_string());
        }
        assert_eq!(session.calls_in_flight(), 0);
        assert_eq!(session.open_handles(), open);
    })
    .await;
}

#[tokio::test]
async fn one_selection_reaches_a_thousand_streams() {
    const OBJECTS: usize = 1_000;
    bounded(async {
        let engine = TestEngine::start().await.unwrap();
        let session = Session::connect(engine.url()).await.unwrap();
        let doc = session.open_doc("sales").await.unwrap();
        let year = doc.get_field("Year").await.unwrap();
        let infos = doc.get_all_infos().await.unwrap();
        let open = session.open_handles();
        let mut watchers = JoinSet::new();
        let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(OBJECTS + 1));
        for _ in 0..OBJECTS {
            let (doc, barrier) = (doc.clone(), barrier.clone());
            watchers.spawn(async move {
                let object = doc.create_session_object(total()).await.unwrap();
                let mut changes = object.changes();
                // Fetched layouts become stale again only after the next selection.
                object.get_layout().await.unwrap();
                changes.next().now_or_never();
                barrier.wait().await;
                changes.next().await.expect("the object exists");
                let layout = object.get_layout().await.unwrap();
                layout.hyper_cube.unwrap().data_pages[0].matrix[0][0].num
            });
        }
        barrier.wait().await;
        assert_eq!(session.open_handles(), open + OBJECTS);
        assert!(year.select("2022").await.unwrap());
        let totals = watchers.join_all().await;
        assert_eq!(totals, [550.0; OBJECTS]);
        assert_eq!(session.open_handles(), open);
        assert_eq!(session.calls_in_flight(), 0);
        let mut left = doc.get_all_infos().await.unwrap();
        left.retain(|info| info.type_ != "qix-session-mark");
        assert_eq!(left, infos, "the engine has destroyed the objects as well");
    })
    .await;
}

#[tokio::test]
async fn a_hundred_sessions_are_independent() {
    const SESSIONS: usize = 100;
    bounded(async {
        let engine = TestEngine::start().await.unwrap();
        let mut users = JoinSet::new();
        for n in 0..SESSIONS {
            let url = format!("{}/app/sales/identity/{n}", engine.url());
            users.spawn(async move {
                let session = Session::connect(url).await.unwrap();
                let doc = session.open_doc("sales").await.unwrap();
                let year = ["2021", "2022", "2023"][n % 3];
                assert!(doc.get_field("Year").await.unwrap().select(year).await.unwrap());
                (session, doc, year, n)
            });
        }
        let users = users.join_all().await;
        assert_eq!((engine.sessions(), engine.connections()), (SESSIONS, SESSIONS));
        let mut callers = JoinSet::new();
        for (session, doc, year, n) in users {
            callers.spawn(async move {
                let (selected, mine) = tokio::join!(doc.evaluate("Only(Year)"), doc.evaluate(&format!("{n} + 1000")));
                assert_eq!(selected.unwrap(), year);
                assert_eq!(mine.unwrap(), (n + 1000).to_string());
                assert_eq!(session.calls_in_flight(), 0);
                session.close().await;
                assert_eq!(session.open_handles(), 0);
            });
        }
        callers.join_all().await;
    })
    .await;
}
