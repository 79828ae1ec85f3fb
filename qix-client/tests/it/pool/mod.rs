//! An engine with many apps and users, over real sockets.

mod limits;
mod load;
mod sessions;
mod users;

use std::time::Duration;

use qix_client::{Engine, EngineBuilder, Session};
use qix_test_engine::{App, TestEngine};

/// Fails instead of hanging. The limit is far above the duration of any test on a busy machine.
async fn bounded<T>(test: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), test).await.expect("something hangs")
}

/// An engine with the apps `a`, `b`, and `c`, and a pool for it.
async fn pool(setup: impl FnOnce(EngineBuilder) -> EngineBuilder) -> (TestEngine, Engine) {
    let apps = ["a", "b", "c"].map(|id| App::new(id).script(format!("T: LOAD '{id}' AS Name AUTOGENERATE 1;")));
    let builder = apps.into_iter().fold(TestEngine::builder(), |builder, app| builder.with_app(app));
    let engine = builder.start().await.unwrap();
    let pool = setup(Engine::builder(Session::builder().url(engine.url()))).build();
    (engine, pool)
}

/// Waits until something is true.
async fn until(condition: impl Fn() -> bool) {
    bounded(async {
        while !condition() {
            tokio::task::yield_now().await;
        }
    })
    .await;
}
