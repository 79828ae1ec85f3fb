//! Engine objects and their lifetime.

use crate::support::{Engine, object, session};
use qix_client::prelude::*;
use serde_json::json;

async fn doc() -> (Session, Engine, Doc) {
    let (session, mut engine) = session().await;
    let script = engine.answer("GetActiveDoc", object("Doc", 1));
    let (doc, ()) = tokio::join!(async { session.get_active_doc().await.unwrap() }, script);
    (session, engine, doc)
}

#[tokio::test]
async fn a_session_object_is_destroyed_with_its_last_handle() {
    let (session, mut engine, doc) = doc().await;
    let script = async {
        engine.answer("CreateSessionObject", object("GenericObject", 2)).await;
        engine.answer("GetObject", object("GenericObject", 2)).await;
    };
    let user = async {
        let made = doc.create_session_object(GenericObjectProperties::default()).await.unwrap();
        let same = doc.get_object("id-2").await.unwrap();
        (made, same)
    };
    let ((made, same), ()) = tokio::join!(user, script);
    let before = session.open_handles();
    drop(made);
    let script = engine.answer("GetLayout", json!({ "qLayout": {} }));
    tokio::join!(async { same.get_layout().await.unwrap() }, script);
    drop(same);
    assert_eq!(session.open_handles(), before - 1);
    let request = engine.request().await;
    assert_eq!((&request["method"], &request["handle"]), (&json!("DestroySessionObject"), &json!(1)));
    assert_eq!(request["params"], json!({ "qId": "id-2" }));
}

#[tokio::test]
async fn a_session_object_whose_caller_is_gone_is_destroyed() {
    let (_session, mut engine, doc) = doc().await;
    let id = {
        let mut call = std::pin::pin!(doc.create_session_object(GenericObjectProperties::default()).into_future());
        tokio::select! {
            _ = &mut call => panic!("not answered yet"),
            id = engine.expect("CreateSessionObject") => id,
        }
    };
    engine.push(json!({ "id": id, "result": object("GenericObject", 2) })).await;
    engine.expect("CancelRequest").await;
    assert_eq!(engine.request().await["params"], json!({ "qId": "id-2" }));
}

#[tokio::test]
async fn a_session_object_that_the_engine_has_closed_is_not_destroyed_again() {
    let (session, mut engine, doc) = doc().await;
    let script = engine.answer("CreateSessionObject", object("GenericObject", 2));
    let user = async { doc.create_session_object(GenericObjectProperties::default()).await.unwrap() };
    let (made, ()) = tokio::join!(user, script);
    engine.push(json!({ "close": [2] })).await;
    made.gone().await;
    drop(made);
    let script = engine.answer("IsDesktopMode", json!({}));
    tokio::join!(async { session.is_desktop_mode().await.unwrap() }, script);
}
