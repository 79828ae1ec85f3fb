//! Sessions that are shared, replaced, and closed.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use qix_client::resumption::StateLost;
use qix_client::{Backoff, Engine, ErrorKind, Event, prelude::*};
use qix_test_engine::{Fault, TestEngine};

use super::{bounded, pool, until};

#[tokio::test]
async fn users_of_an_app_share_a_session_and_others_do_not() {
    let (engine, pool) = pool(|builder| builder).await;
    let (one, two) = tokio::try_join!(pool.app("sales"), pool.app("sales")).unwrap();
    assert_eq!(engine.upgrades().len(), 1, "one connection, although both came at once");
    let named = pool.app("sales").identity("desk").await.unwrap();
    let (own, own_too) =
        (pool.app("sales").own_session(true).await.unwrap(), pool.app("sales").own_session(true).await);
    let own_too = own_too.unwrap();
    one.select("Year", [2021]).await.unwrap();
    named.select("Year", [2022]).await.unwrap();
    own.select("Year", [2023]).await.unwrap();
    let mut years = Vec::new();
    for doc in [&two, &pool.app("sales").identity("desk").await.unwrap(), &own, &own_too] {
        years.push(doc.evaluate("Concat(DISTINCT Year, ' ')").await.unwrap());
    }
    assert_eq!(years, ["2021", "2022", "2023", "2021 2022 2023"]);
    let users: Vec<_> = pool.apps().iter().map(|app| (app.users, app.identity.is_some())).collect();
    assert_eq!(users, [(2, false), (1, true), (1, true), (1, true)]);
    drop((own, own_too));
    until(|| engine.connections() == 2).await;
    assert_eq!(pool.apps().len(), 2, "the others are kept for the next user");
}

#[tokio::test]
async fn a_session_stays_open_as_long_as_one_of_its_objects_is_in_use() {
    let (engine, pool) = pool(|builder| builder.linger(Duration::ZERO)).await;
    let doc = pool.app("sales").await.unwrap();
    let year = doc.get_field("Year").await.unwrap();
    let cube = doc.create_session_object(HyperCubeDef::default().into()).await.unwrap();
    drop(doc);
    assert_eq!((pool.apps()[0].users, pool.apps()[0].handles), (1, 3));
    drop(cube);
    assert_eq!(year.get_cardinal().await.unwrap(), 3);
    assert!(engine.requests().iter().any(|request| request.method == "DestroySessionObject"));
    drop(year);
    until(|| engine.connections() == 0).await;
    assert!(pool.apps().is_empty());
    assert_eq!(pool.app("sales").await.unwrap().evaluate("Sum(Sales)").await.unwrap(), "1675");
}

#[tokio::test]
async fn a_broken_session_is_replaced_also_if_its_users_hold_it() {
    let (engine, pool) = pool(|builder| builder.max_connections(1)).await;
    let old = pool.app("sales").await.unwrap();
    engine.drop_sockets();
    assert!(matches!(old.evaluate("1").await.unwrap_err().kind(), ErrorKind::Closed { .. }));
    let new = bounded(async { pool.app("sales").await }).await.unwrap();
    assert_eq!(new.evaluate("1").await.unwrap(), "1");
    assert!(old.evaluate("1").await.is_err());
    assert_eq!(pool.apps().iter().map(|app| app.users).collect::<Vec<_>>(), [1]);
}

#[tokio::test]
async fn a_session_without_its_state_is_not_given_to_the_next_user() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::builder().url(engine.url()).reconnect(Backoff::default().initial_delay(Duration::ZERO));
    let pool = Engine::builder(session).build();
    let mut events = pool.events();
    let old = pool.app("sales").await.unwrap();
    old.get_field("Year").await.unwrap().low_level_select(vec![1], false).await.unwrap();
    engine.restart();
    while !matches!(events.next().await.unwrap().event, Event::Resumed(_)) {}
    let new = pool.app("sales").await.unwrap();
    assert_eq!(new.evaluate("Sum(Sales)").await.unwrap(), "1675");
    let error = old.evaluate("Sum(Sales)").await.unwrap_err();
    assert!(error.downcast_ref::<StateLost>().is_some(), "{error}");
    assert_eq!(pool.apps().len(), 2);
    drop(old);
    until(|| pool.apps().len() == 1).await;
}

#[tokio::test]
async fn an_action_prepares_each_new_session_once() {
    let prepared = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&prepared);
    let action = move |doc: Doc| {
        count.fetch_add(1, Ordering::Relaxed);
        async move { doc.select("Year", [2022]).await }
    };
    let (engine, pool) = pool(|builder| builder.on_new_session(action)).await;
    let (one, two) = tokio::try_join!(pool.app("sales"), pool.app("sales")).unwrap();
    assert_eq!(one.evaluate("Sum(Sales)").await.unwrap(), "550");
    assert_eq!((two.current_selections().await.unwrap().len(), prepared.load(Ordering::Relaxed)), (1, 1));
    engine.restart();
    until(|| pool.apps().is_empty()).await;
    assert_eq!(pool.app("sales").await.unwrap().evaluate("Sum(Sales)").await.unwrap(), "550");
    assert_eq!(prepared.load(Ordering::Relaxed), 2);
    let error = pool.app("a").await.unwrap_err();
    assert!(error.to_string().contains("no field"), "{error}");
    assert_eq!(pool.apps().len(), 1, "an app that is not prepared is not opened");
}

#[tokio::test]
async fn events_of_all_sessions_come_with_their_apps() {
    let (engine, pool) = pool(|builder| builder).await;
    let mut events = pool.events();
    let docs = (pool.app("a").await.unwrap(), pool.app("b").identity("i").await.unwrap());
    let mut opened = Vec::new();
    while opened.len() < 2 {
        let event = events.next().await.unwrap();
        if matches!(event.event, Event::Opened(_)) {
            opened.push((event.app, event.identity));
        }
    }
    assert_eq!(opened, [("a".to_owned(), None), ("b".to_owned(), Some("i".to_owned()))]);
    engine.close_sockets(4001, "");
    let mut closed = Vec::new();
    while closed.len() < 2 {
        let event = events.next().await.unwrap();
        if matches!(event.event, Event::Closed(_)) {
            closed.push(event.app);
        }
    }
    drop((docs, pool));
    while events.next().await.is_some() {}
}

#[tokio::test]
async fn closing_waits_for_pending_calls_and_ends_everything() {
    let (engine, pool) = pool(|builder| builder.max_connections(2)).await;
    let (a, b) = (pool.app("a").await.unwrap(), pool.app("b").await.unwrap());
    engine.fault(Fault::slow(Duration::from_millis(20)).on("Evaluate"));
    let waiting = tokio::spawn({
        let pool = pool.clone();
        async move { pool.app("c").await }
    });
    let answer = a.evaluate("Only(Name)");
    let (answer, ()) = tokio::join!(answer, async {
        until(|| engine.requests().iter().any(|request| request.method == "Evaluate")).await;
        pool.close().await;
    });
    assert_eq!(answer.unwrap(), "a");
    for error in
        [waiting.await.unwrap().unwrap_err(), pool.app("a").await.unwrap_err(), b.evaluate("1").await.unwrap_err()]
    {
        assert!(matches!(error.kind(), ErrorKind::Closed { .. }), "{error}");
    }
    until(|| engine.connections() == 0).await;
    assert!(pool.apps().is_empty());
}

#[tokio::test]
async fn a_dropped_opening_leaves_nothing_and_the_next_caller_opens() {
    let (engine, pool) = pool(|builder| builder.max_connections(1)).await;
    engine.fault(Fault::never_answer().on("OpenDoc").times(1));
    let mut opening = pool.app("a").into_future();
    tokio::select! {
        _ = &mut opening => unreachable!("it is not answered"),
        () = until(|| engine.requests().iter().any(|request| request.method == "OpenDoc")) => {}
    }
    drop(opening);
    assert!(pool.apps().is_empty());
    assert_eq!(bounded(async { pool.app("a").await }).await.unwrap().evaluate("Only(Name)").await.unwrap(), "a");
}

#[tokio::test]
async fn callers_that_wait_for_a_failed_attempt_share_its_failure() {
    let (engine, pool) = pool(|builder| builder).await;
    engine.fault(Fault::session_state("SESSION_ERROR_LIMIT_EXCEEDED"));
    let callers = (0..5).map(|_| pool.app("a").into_future());
    let errors: Vec<_> = futures_util::future::join_all(callers).await.into_iter().map(Result::unwrap_err).collect();
    assert_eq!(engine.upgrades().len(), 1);
    for error in &errors {
        assert!(matches!(error.kind(), ErrorKind::Connect(_)), "{error}");
        assert_eq!((error.to_string(), error.retry()), (errors[0].to_string(), errors[0].retry()));
    }
    assert!(pool.apps().is_empty());
    engine.clear_faults();
    assert_eq!(pool.app("a").await.unwrap().evaluate("Only(Name)").await.unwrap(), "a");
}
