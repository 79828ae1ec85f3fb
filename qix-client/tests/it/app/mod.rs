//! Lists, selections, reloads and loads: operations on an app in one call each, over a real socket.

mod bookmarks;
mod definitions;
#[cfg(feature = "download")]
mod download;
mod expressions;
mod lists;
mod load;
mod refusals;
mod reload;
mod select;
mod states;
mod stored;
mod walk;

use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};

/// An engine with the app, opened.
async fn open(app: App) -> (TestEngine, Session, Doc) {
    let engine = TestEngine::builder().with_app(app).start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("app").await.unwrap();
    (engine, session, doc)
}

/// The engine's app `sales`, opened.
async fn sales() -> (TestEngine, Session, Doc) {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    (engine, session, doc)
}

/// The current selections, by field.
async fn selected(doc: &Doc) -> Vec<(String, String)> {
    let selections = doc.current_selections().await.unwrap();
    selections.into_iter().map(|item| (item.field, item.selected)).collect()
}

/// Waits until the engine has processed all requests: it answers in order.
async fn settle(doc: &Doc) {
    doc.back_count().await.unwrap();
}

/// How many requests for a method the engine has received.
fn count(engine: &TestEngine, method: &str) -> usize {
    engine.requests().iter().filter(|request| request.method == method).count()
}
