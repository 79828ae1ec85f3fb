//! Opens many apps at once in a pool of sessions, as a service or an export does.
#![allow(clippy::print_stdout)]

use futures_util::{StreamExt, TryStreamExt, stream};
use qix_client::{Engine, Error, prelude::*};
use qix_test_engine::{App, TestEngine};

/// What a service answers for an app.
async fn answer(engine: &Engine, app: String) -> Result<String, Error> {
    let doc = engine.app(&app).with_timeout(std::time::Duration::from_secs(60)).await?;
    let (rows, sum) = tokio::try_join!(doc.evaluate("Count(Amount)"), doc.evaluate("Sum(Amount)"))?;
    Ok(format!("{app}: {rows} rows, {sum} in total"))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let script = |shop: usize| format!("Sales: LOAD RecNo() * {shop} AS Amount AUTOGENERATE {};", shop + 1);
    let shops = (1..=20).map(|shop| App::new(format!("shop-{shop}")).script(script(shop)));
    let test = shops.fold(TestEngine::builder(), |builder, shop| builder.with_app(shop)).start().await?;

    let engine = Engine::builder(Session::builder().url(test.url()))
        .max_connections(4)
        .on_new_session(|doc| async move { doc.select_matching("Amount", ">0").await })
        .build();
    let apps = (1..=20).map(|shop| format!("shop-{shop}"));
    let mut answers = stream::iter(apps).map(|app| answer(&engine, app)).buffered(20);
    while let Some(answer) = answers.try_next().await? {
        println!("{answer}");
    }
    drop(answers);

    // A user of the same app with selections of their own.
    let shared = engine.app("shop-3").await?;
    let own = engine.app("shop-3").own_session(true).await?;
    own.select("Amount", [3]).await?;
    println!(
        "the user has selected {}, and everybody {}",
        own.evaluate("Sum(Amount)").await?,
        shared.evaluate("Sum(Amount)").await?
    );
    for app in engine.apps().into_iter().filter(|app| app.users > 0) {
        println!("{}: {} user, {} object", app.app, app.users, app.handles);
    }
    engine.close().await;
    Ok(())
}
