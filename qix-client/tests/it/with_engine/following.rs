//! Streams of objects other than charts.

use futures_util::{FutureExt, StreamExt, TryStreamExt};
use qix_client::prelude::*;
use qix_test_engine::TestEngine;

#[tokio::test]
async fn lists_are_followed_like_other_objects() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let definition = AppObjectListDef::default().with_type("sheet");
    let properties = GenericObjectProperties::of_type("list").with_app_object_list_def(definition);
    let list = doc.create_session_object(properties).await.unwrap();
    let sheets = |layout: GenericObjectLayout| layout.app_object_list.unwrap().items.len();
    let mut layouts = list.layouts();
    let before = sheets(layouts.try_next().await.unwrap().unwrap());
    assert!(layouts.next().now_or_never().is_none(), "nothing has changed");
    // No one reads while there are three changes.
    for _ in 0..3 {
        doc.create_object(GenericObjectProperties::of_type("sheet")).await.unwrap();
    }
    assert_eq!(sheets(layouts.try_next().await.unwrap().unwrap()), before + 3, "the newest");
    assert!(layouts.next().now_or_never().is_none(), "three changes are one");
    tokio::join!(session.close(), async { while layouts.next().await.is_some_and(|layout| layout.is_ok()) {} });
}

#[tokio::test]
async fn an_app_is_followed_like_an_object() {
    let engine = TestEngine::start().await.unwrap();
    let session = Session::connect(engine.url()).await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let mut layouts = doc.layouts();
    let mut changes = doc.changes();
    layouts.try_next().await.unwrap().unwrap();
    while changes.next().now_or_never().is_some() {}
    assert!(layouts.next().now_or_never().is_none(), "nothing has changed");
    for title in ["One", "Two"] {
        let properties = doc.get_app_properties().await.unwrap().with_title(title);
        doc.set_app_properties(properties).await.unwrap();
    }
    assert_eq!(changes.next().now_or_never(), Some(Some(())));
    assert_eq!(changes.next().now_or_never(), None, "two changes are one");
    assert_eq!(layouts.try_next().await.unwrap().unwrap().title, "Two", "the newest");
    session.close().await;
    assert_eq!(changes.next().await, None);
}
