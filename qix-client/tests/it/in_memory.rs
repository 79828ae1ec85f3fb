//! The in-memory engine with an app, opened over a real socket.

use qix_client::prelude::*;
use qix_test_engine::{App, TestEngine};

/// An engine with the app `app`, opened.
pub(crate) async fn open(app: App) -> (TestEngine, Session, Doc) {
    let engine = TestEngine::builder().with_app(app).start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("app").await.unwrap();
    (engine, session, doc)
}

/// The engine's app `sales`, opened.
pub(crate) async fn sales() -> (TestEngine, Session, Doc) {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    (engine, session, doc)
}
