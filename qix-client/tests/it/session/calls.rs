//! Calls and their responses, over a real socket.

use crate::support::{object, session};
use qix_client::rpc::ClosedBy;
use qix_client::{ErrorKind, prelude::*};
use serde_json::json;

#[tokio::test]
async fn a_call_reaches_its_object_and_the_response_its_caller() {
    let (session, mut engine) = session().await;
    let user = async {
        let doc = session.global().open_doc("sales").await.unwrap();
        let year = doc.get_field("Year").await.unwrap();
        assert_eq!(year.handle().handle, 2);
        year.get_cardinal().await.unwrap()
    };
    let script = async {
        engine.answer("OpenDoc", object("Doc", 1)).await;
        let request = engine.request().await;
        assert_eq!(request["handle"], 1);
        assert_eq!(request["params"], json!({ "qFieldName": "Year" }));
        engine
            .push(json!({ "jsonrpc": "2.0", "id": request["id"], "result": object("Field", 2), "change": [2] }))
            .await;
        engine.answer("GetCardinal", json!({ "qReturn": 12 })).await;
    };
    assert_eq!(tokio::join!(user, script).0, 12);
}

#[tokio::test]
async fn responses_in_reverse_order_reach_their_callers() {
    let (session, mut engine) = session().await;
    let mut callers = tokio::task::JoinSet::new();
    for n in 0..500_i64 {
        let session = session.clone();
        callers.spawn(async move { (n, session.get_progress(n).await.unwrap().finished) });
    }
    let mut requests = Vec::new();
    for _ in 0..500 {
        requests.push(engine.request().await);
    }
    assert_eq!(session.calls_in_flight(), 500);
    for request in requests.iter().rev() {
        let even = request["params"]["qRequestId"].as_i64().unwrap() % 2 == 0;
        engine.push(json!({ "id": request["id"], "result": { "qProgressData": { "qFinished": even } } })).await;
    }
    for (n, even) in callers.join_all().await {
        assert_eq!(even, n % 2 == 0);
    }
    assert_eq!(session.calls_in_flight(), 0);
}

#[tokio::test]
async fn an_engine_error_says_what_was_called_and_why_it_failed() {
    let (session, mut engine) = session().await;
    let script = async {
        let id = engine.expect("OpenDoc").await;
        let error = json!({ "code": 1003, "parameter": "nothing.qvf", "message": "App not found" });
        engine.push(json!({ "jsonrpc": "2.0", "id": id, "error": error })).await;
    };
    let (error, ()) = tokio::join!(async { session.open_doc("nothing.qvf").await.unwrap_err() }, script);
    let engine_error = error.engine().unwrap();
    assert_eq!(engine_error.code, qix_client::error_codes::APP_NOT_FOUND);
    assert_eq!(engine_error.parameter, "nothing.qvf");
    assert_eq!(
        error.to_string(),
        "Global.OpenDoc of Global (handle -1): engine error 1003 LOCERR_APP_NOT_FOUND: App not found (nothing.qvf)"
    );
}

#[tokio::test]
async fn an_object_without_a_handle_is_not_found() {
    let (session, mut engine) = session().await;
    let script = engine.answer("GetActiveDoc", json!({ "qReturn": { "qType": null, "qHandle": null } }));
    let (error, ()) = tokio::join!(async { session.get_active_doc().await.unwrap_err() }, script);
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn invalid_messages_are_ignored() {
    let (session, mut engine) = session().await;
    let script = async {
        let id = engine.expect("EngineVersion").await;
        for text in
            ["not JSON", "{\"jsonrpc\":", "[]", "null", "7", "{}", r#"{"id":null}"#, r#"{"id":"a","result":{}}"#]
        {
            engine.send_text(text.to_owned()).await;
        }
        engine.push(json!({ "id": 999, "result": {} })).await;
        engine.push(json!({ "method": "OnNoEngineAvailable" })).await;
        engine.push(json!({ "change": [77, 77], "close": [78, 78], "suspend": [5] })).await;
        for _ in 0..2 {
            engine.push(json!({ "id": id, "result": { "qVersion": { "qComponentVersion": "1.2" } } })).await;
        }
        // A response with neither a result nor an error: valid for a method without results, an error for others.
        for method in ["AbortAll", "EngineVersion"] {
            let id = engine.expect(method).await;
            engine.push(json!({ "jsonrpc": "2.0", "id": id })).await;
        }
        // An error of unknown form.
        let id = engine.expect("EngineVersion").await;
        engine.push(json!({ "id": id, "error": "broken" })).await;
    };
    let user = async {
        assert_eq!(session.engine_version().await.unwrap().component_version, "1.2");
        session.abort_all().await.unwrap();
        let error = session.engine_version().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::NoResult), "{error}");
        let error = session.engine_version().await.unwrap_err();
        assert_eq!(error.engine().unwrap().message, "\"broken\"");
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_result_followed_by_an_unknown_member_is_decoded() {
    let (session, mut engine) = session().await;
    let script = async {
        let id = engine.expect("EngineVersion").await;
        let version = r#"{"qVersion":{"qComponentVersion":"1.2"}}"#;
        engine.send_text(format!(r#"{{"id":{id},"result":{version},"trace":{{"a":1}}}}"#)).await;
    };
    let (version, ()) = tokio::join!(async { session.engine_version().await.unwrap() }, script);
    assert_eq!(version.component_version, "1.2");
}

#[tokio::test]
async fn a_message_of_70_megabytes_is_accepted() {
    let (session, mut engine) = session().await;
    let script = async {
        let version = "x".repeat(70 << 20);
        engine.answer("EngineVersion", json!({ "qVersion": { "qComponentVersion": version } })).await;
    };
    let (version, ()) = tokio::join!(async { session.engine_version().await.unwrap() }, script);
    assert_eq!(version.component_version.len(), 70 << 20);
}

#[tokio::test]
async fn the_engines_close_frame_ends_pending_calls() {
    let (session, mut engine) = session().await;
    let script = async {
        engine.expect("EngineVersion").await;
        engine.close(4204, r#"{"code":"QEP-104"}"#).await;
    };
    let (error, ()) = tokio::join!(async { session.engine_version().await.unwrap_err() }, script);
    let closed = error.closed().unwrap();
    assert_eq!((closed.by, closed.code.0, &*closed.reason), (ClosedBy::Engine, 4204, r#"{"code":"QEP-104"}"#));
    assert!(error.to_string().contains("4204 app not found or deleted"), "{error}");
    assert_eq!(session.closed().await, *closed);
}

#[tokio::test]
async fn a_lost_connection_ends_pending_calls() {
    let (session, mut engine) = session().await;
    let script = async {
        engine.expect("EngineVersion").await;
        drop(engine);
    };
    let (error, ()) = tokio::join!(async { session.engine_version().await.unwrap_err() }, script);
    assert_eq!(error.closed().unwrap().by, ClosedBy::Network);
    assert_eq!(error.closed().unwrap().code.0, 1006);
}

#[tokio::test]
async fn the_connection_ends_with_its_last_user() {
    let (session, mut engine) = session().await;
    let script = async { engine.answer("OpenDoc", object("Doc", 1)).await };
    let (doc, ()) = tokio::join!(async { session.open_doc("sales").await.unwrap() }, script);
    drop(session);
    let script = async { engine.answer("GetAppLayout", json!({ "qLayout": { "qTitle": "Sales" } })).await };
    let (layout, ()) = tokio::join!(async { doc.get_app_layout().await.unwrap() }, script);
    assert_eq!(layout.title, "Sales");
    drop(doc);
    engine.close_code().await;
}

#[tokio::test]
async fn a_dropped_call_is_canceled_and_leaves_nothing_behind() {
    let (session, mut engine) = session().await;
    {
        let mut call = std::pin::pin!(session.engine_version().into_future());
        let id = tokio::select! {
            _ = &mut call => panic!("there is no response"),
            id = engine.expect("EngineVersion") => id,
        };
        assert_eq!(session.calls_in_flight(), 1);
        assert_eq!(id, 1);
    }
    assert_eq!(session.calls_in_flight(), 0);
    let cancel = engine.request().await;
    assert_eq!((&cancel["method"], &cancel["params"]["qRequestId"]), (&json!("CancelRequest"), &json!(1)));
    // Neither response has a caller.
    engine.push(json!({ "id": 1, "error": { "code": 15 } })).await;
    engine.push(json!({ "id": cancel["id"], "result": {} })).await;
    let script = engine.answer("EngineVersion", json!({ "qVersion": {} }));
    tokio::join!(async { session.engine_version().await.unwrap() }, script);
}

#[tokio::test]
async fn a_detached_call_continues_without_its_caller() {
    let (session, mut engine) = session().await;
    {
        let mut call = std::pin::pin!(session.engine_version().with_detached(true).into_future());
        tokio::select! {
            _ = &mut call => panic!("there is no response"),
            _ = engine.expect("EngineVersion") => {}
        }
    }
    assert_eq!(session.calls_in_flight(), 0);
    let script = engine.answer("IsDesktopMode", json!({ "qReturn": true }));
    tokio::join!(async { session.is_desktop_mode().await.unwrap() }, script);
}

#[tokio::test]
async fn a_call_that_times_out_is_canceled() {
    let (session, mut engine) = session().await;
    let limit = std::time::Duration::from_millis(1);
    let error = session.engine_version().with_timeout(limit).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TimedOut(time) if *time == limit), "{error}");
    assert_eq!(session.calls_in_flight(), 0);
    engine.expect("EngineVersion").await;
    engine.expect("CancelRequest").await;
}
