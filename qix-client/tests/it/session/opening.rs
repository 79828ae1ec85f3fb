//! Opening apps that are open in the session already.

use crate::support::{Engine, Listener, object};
use qix_client::OpenError;
use qix_client::notification::SessionState;
use qix_client::prelude::*;
use serde_json::{Value, json};

fn app(handle: i64, id: &str) -> Value {
    json!({ "qReturn": { "qType": "Doc", "qHandle": handle, "qGenericId": id } })
}

async fn refuse(engine: &mut Engine, method: &str, code: i64) {
    let id = engine.expect(method).await;
    engine.push(json!({ "id": id, "error": { "code": code, "message": "App already open" } })).await;
}

#[tokio::test]
async fn an_attached_session_uses_the_app_that_is_open() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        engine.answer("GetActiveDoc", app(1, "C:\\Apps\\Sales.qvf")).await;
        engine.answer("GetAppLayout", json!({ "qLayout": { "qTitle": "Sales" } })).await;
        // Another app is not the requested one.
        engine.answer("GetActiveDoc", app(1, "C:\\Apps\\Sales.qvf")).await;
        refuse(&mut engine, "OpenDoc", 1002).await;
    };
    let user = async {
        let session = Session::connect(listener.url()).await.unwrap();
        assert_eq!(session.state(), SessionState::Attached);
        let doc = session.open_doc("Sales").await.unwrap();
        assert_eq!(doc.handle().handle, 1);
        session.open_doc("Other").await.unwrap_err()
    };
    let (error, ()) = tokio::join!(user, script);
    let Some(OpenError::AnotherApp { engine: Some(engine), .. }) = error.downcast_ref() else { panic!("{error}") };
    assert_eq!(engine.code.0, 1002);
}

#[tokio::test]
async fn the_error_names_the_open_app_and_the_solution() {
    let listener = Listener::bind().await;
    // The engine still has the session of a program that has just ended, and does not announce it.
    for greeting in ["SESSION_CREATED", "SESSION_ATTACHED"] {
        let script = async {
            let mut engine = listener.accept().await;
            engine.greet(greeting).await;
            if greeting == "SESSION_ATTACHED" {
                engine.answer("GetActiveDoc", app(1, "sales")).await;
                refuse(&mut engine, "OpenDoc", 1002).await;
            } else {
                refuse(&mut engine, "OpenDoc", 1002).await;
                engine.answer("GetActiveDoc", app(1, "sales")).await;
            }
        };
        let user = async {
            let session = Session::connect(listener.url()).await.unwrap();
            session.open_doc("orders").await.unwrap_err()
        };
        let text = tokio::join!(user, script).0.to_string();
        for part in ["`sales` open", r#"`.app("orders")`"#, "`.identity("] {
            assert!(text.contains(part), "{text}");
        }
    }
}

#[tokio::test]
async fn an_app_open_without_data_is_an_error_unless_requested() {
    let listener = Listener::bind().await;
    let layout = json!({ "qLayout": { "qTitle": "Sales", "qIsOpenedWithoutData": true } });
    for (greeting, is_meant) in [("SESSION_ATTACHED", false), ("SESSION_ATTACHED", true), ("SESSION_CREATED", false)] {
        let script = async {
            let mut engine = listener.accept().await;
            engine.greet(greeting).await;
            if greeting == "SESSION_CREATED" {
                refuse(&mut engine, "OpenDoc", 1002).await;
            }
            engine.answer("GetActiveDoc", app(1, "sales")).await;
            if !is_meant {
                engine.answer("GetAppLayout", layout.clone()).await;
            }
            engine
        };
        let user = async {
            let session = Session::connect(listener.url()).await.unwrap();
            let opening = session.open_doc("sales");
            if is_meant { opening.no_data(true).await } else { opening.await }
        };
        let (outcome, _engine) = tokio::join!(user, script);
        match outcome {
            Ok(doc) => assert_eq!((is_meant, doc.handle()), (true, &doc.handle().clone())),
            Err(error) => {
                assert!(!is_meant);
                assert!(matches!(error.downcast_ref(), Some(OpenError::WithoutData { .. })), "{error}");
                assert!(error.to_string().contains("no_data(true)"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn an_app_opened_by_the_program_is_not_checked_again() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetActiveDoc", object("Doc", 1)).await;
    };
    let user = async {
        let session = Session::connect(listener.url()).await.unwrap();
        session.open_doc("id-1").no_data(true).await.unwrap();
        session.open_doc("id-1").await.unwrap();
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn an_app_that_the_program_has_only_found_is_checked() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_ATTACHED").await;
        for _ in 0..2 {
            engine.answer("GetActiveDoc", object("Doc", 1)).await;
        }
        engine.answer("GetAppLayout", json!({ "qLayout": { "qIsOpenedWithoutData": true } })).await;
    };
    let user = async {
        let session = Session::connect(listener.url()).await.unwrap();
        session.get_active_doc().await.unwrap();
        session.open_doc("id-1").await.unwrap_err()
    };
    let error = tokio::join!(user, script).0;
    assert!(matches!(error.downcast_ref(), Some(OpenError::WithoutData { .. })), "{error}");
}
