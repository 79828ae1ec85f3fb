//! Calls that are canceled at random points.

use fastrand::Rng;
use qix_client::prelude::*;
use qix_test_engine::TestEngine;
use tokio::task::{JoinSet, yield_now};

use super::{bounded, total};

/// The result of the call, unless it takes longer than this many turns of the runtime.
async fn within<T>(turns: usize, call: impl Future<Output = T>) -> Option<T> {
    let wait = async {
        for _ in 0..turns {
            yield_now().await;
        }
    };
    tokio::select! {
        biased;
        outcome = call => Some(outcome),
        () = wait => None,
    }
}

/// Makes many calls of every kind and cancels some of them before they are sent, some while they are pending. Returns
/// how many were answered.
async fn call_and_give_up(doc: &Doc, object: &GenericObject, seed: u64) -> usize {
    let mut numbers = Rng::with_seed(seed);
    let mut callers = JoinSet::new();
    for n in 0..600 {
        let (doc, object) = (doc.clone(), object.clone());
        let (sort, turns) = (numbers.usize(..5), numbers.usize(..400));
        callers.spawn(async move {
            match sort {
                0 => within(turns, object.get_layout().into_future()).await.map(|layout| drop(layout.unwrap())),
                1 => within(turns, doc.create_session_object(total()).into_future())
                    .await
                    .map(|made| drop(made.unwrap())),
                2 => within(turns, doc.get_field("Region").into_future()).await.map(|field| drop(field.unwrap())),
                3 => within(turns, doc.evaluate("1 + 1").with_detached(true).into_future())
                    .await
                    .map(|sum| drop(sum.unwrap())),
                _ => {
                    let sum = within(turns, doc.evaluate(&format!("{n} + 7")).into_future()).await;
                    sum.map(|sum| assert_eq!(sum.unwrap(), (n + 7).to_string()))
                }
            }
        });
        // Some calls start when others are finished.
        if numbers.usize(..8) == 0 {
            yield_now().await;
        }
    }
    callers.join_all().await.into_iter().flatten().count()
}

#[tokio::test]
async fn canceled_calls_leave_nothing_behind() {
    bounded(async {
        let engine = TestEngine::start().await.unwrap();
        for (seed, limit) in [(1, None), (2, None), (3, Some(8)), (4, Some(1))] {
            let mut builder = Session::builder().url(format!("{}/app/sales/identity/{seed}", engine.url()));
            if let Some(limit) = limit {
                builder = builder.max_calls_in_flight(limit);
            }
            let session = builder.connect().await.unwrap();
            let doc = session.open_doc("sales").await.unwrap();
            let object = doc.create_session_object(total()).await.unwrap();
            let layout = object.get_layout().await.unwrap();
            let infos = doc.get_all_infos().await.unwrap();
            let open = session.open_handles();

            let answered = call_and_give_up(&doc, &object, seed).await;
            assert!((1..600).contains(&answered), "seed {seed}: {answered} calls were answered");

            assert_eq!(session.calls_in_flight(), 0, "seed {seed}");
            assert_eq!(session.open_handles(), open, "seed {seed}");
            // Deltas were applied in order, with or without callers.
            assert_eq!(object.get_layout().await.unwrap(), layout, "seed {seed}");
            // Objects created for canceled calls are destroyed once their responses have arrived.
            assert_eq!(doc.get_all_infos().await.unwrap(), infos, "seed {seed}");
            session.close().await;
        }
    })
    .await;
}
