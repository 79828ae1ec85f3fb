//! Many apps and users, with random faults: every answer reaches its user, and nothing is left behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use qix_client::resumption::StateLost;
use qix_client::{Backoff, Engine, Error, ErrorKind, prelude::*};
use qix_test_engine::{App, Fault, TestEngine};
use tokio::task::JoinSet;

use super::until;

/// How often a user tries again.
const ATTEMPTS: usize = 200;

/// What happens once, to anyone.
fn fault(random: &mut fastrand::Rng) -> Fault {
    match random.u8(0..11) {
        0 => Fault::drop_socket(),
        1 => Fault::close(4205, "busy"),
        2 => Fault::close(4003, ""),
        3 => Fault::error(15, "aborted").times(1),
        4 => Fault::error(6, "denied").times(1),
        5 => Fault::empty_answer().times(1),
        6 => Fault::answer_twice().times(1),
        7 => Fault::garbage().times(1),
        8 => Fault::refuse(503).times(1),
        9 => Fault::session_state("SESSION_ERROR_LIMIT_EXCEEDED").times(1),
        _ => Fault::delay(Duration::from_millis(random.u64(0..20))).times(5),
    }
}

/// Errors that these faults cause.
fn is_expected(error: &Error) -> bool {
    match error.kind() {
        ErrorKind::Engine(error) => [6, 15].contains(&error.code.0),
        ErrorKind::Closed { .. } | ErrorKind::Connect(_) | ErrorKind::NoResult | ErrorKind::Lost { .. } => true,
        ErrorKind::Unusable(_) => {
            error.downcast_ref::<StateLost>().is_some() || error.downcast_ref::<SelectError>().is_some()
        }
        _ => false,
    }
}

/// What a user asks, whose answer no one else gets.
async fn ask(pool: &Engine, app: usize, user: usize, own: bool, limit: usize) -> Result<(), Error> {
    let doc = pool.app(format!("app-{app}")).own_session(own).await?;
    assert!(pool.apps().len() <= limit, "more connections than allowed");
    if own {
        let row = i32::try_from(user).unwrap_or_default() + 1;
        doc.select("Row", [row]).await?;
        assert_eq!(doc.evaluate("Sum(App) & '/' & Concat(DISTINCT Row)").await?, format!("{app}/{row}"));
    }
    assert_eq!(doc.evaluate(&format!("Max(App) * 1000 + {user}")).await?, (app * 1000 + user).to_string());
    let cube = HyperCubeDef::default()
        .with_measures([NxMeasure::expression(format!("Max(App) & '-{user}'"))])
        .with_initial_data_fetch([NxPage::of_size(1, 1)]);
    let layout = doc.create_session_object(cube.into()).await?.get_layout().await?;
    let cell = layout.hyper_cube.expect("it has a cube").data_pages[0].matrix[0][0].text.clone();
    assert_eq!(cell, format!("{app}-{user}"));
    Ok(())
}

/// Lets users work at once. Returns the number of errors on the way.
#[allow(clippy::print_stdout)] // The figures are the result.
async fn run(apps: usize, users: usize, limit: usize, seed: u64, reconnect: bool) -> usize {
    let started = Instant::now();
    let script = |app: usize| format!("T: LOAD {app} AS App, RecNo() AS Row AUTOGENERATE {users};");
    let declared = (0..apps).map(|app| App::new(format!("app-{app}")).script(script(app)));
    let builder = TestEngine::builder().session_ttl(Duration::ZERO);
    let engine = declared.fold(builder, |builder, app| builder.with_app(app)).start().await.unwrap();
    let mut session = Session::builder().url(engine.url());
    if reconnect {
        session = session.reconnect(Backoff::default().initial_delay(Duration::ZERO).max_attempts(3));
    }
    let pool = Engine::builder(session)
        .max_connections(limit)
        .max_connections_per_app(2)
        .max_calls_in_flight(64)
        .linger(Duration::from_millis(50))
        .build();
    let errors = Arc::new(AtomicUsize::new(0));
    let mut work = JoinSet::new();
    let mut random = fastrand::Rng::with_seed(seed);
    for _ in 0..apps / 4 {
        engine.fault(fault(&mut random));
    }
    for number in 0..apps * users {
        let (app, user) = (number % apps, number / apps);
        let (pool, own, tells) = (pool.clone(), random.u8(0..4) == 0, random.u8(0..8) == 0);
        let errors = Arc::clone(&errors);
        let fault = tells.then(|| fault(&mut random));
        work.spawn(async move {
            let mut last = None;
            for _ in 0..ATTEMPTS {
                match ask(&pool, app, user, own, limit).await {
                    Ok(()) => return fault,
                    Err(error) => {
                        assert!(is_expected(&error), "{app}/{user}: {error}");
                        errors.fetch_add(1, Ordering::Relaxed);
                        last = Some(error);
                    }
                }
            }
            panic!("user {user} of app {app} never got an answer: {last:?}");
        });
    }
    while let Some(done) = work.join_next().await {
        if let Some(fault) = done.unwrap() {
            engine.fault(fault);
        }
    }
    engine.clear_faults();
    assert!(pool.apps().iter().all(|app| app.users == 0));
    until(|| engine.connections() == 0 && pool.apps().is_empty()).await;
    until(|| engine.sessions() == 0).await;
    let errors = errors.load(Ordering::Relaxed);
    let upgrades = engine.upgrades().len();
    println!("{apps} apps x {users} users: {upgrades} connections, {errors} errors, {:.1?}", started.elapsed());
    errors
}

#[tokio::test]
async fn each_answer_reaches_its_user() {
    for (seed, reconnect) in [(1, false), (2, true)] {
        run(12, 8, 6, seed, reconnect).await;
    }
}

#[tokio::test]
#[ignore = "takes a minute; run with `--ignored`"]
async fn each_answer_reaches_its_user_among_six_thousand() {
    for (seed, reconnect) in [(1, false), (2, true)] {
        assert!(run(300, 20, 100, seed, reconnect).await > 0, "the faults have no effect");
    }
}
