//! How connections end.

use futures_util::StreamExt;
use qix_client::Event;
use qix_client::rpc::ClosedBy;
use qix_client::{ErrorKind, prelude::*};
use serde_json::json;

use crate::support::{object, session};

#[tokio::test]
async fn a_regular_close_by_the_server_ends_everything() {
    let (session, mut engine) = session().await;
    let script = engine.answer("OpenDoc", object("Doc", 1));
    let (doc, ()) = tokio::join!(async { session.open_doc("sales").await.unwrap() }, script);
    let mut events = session.events();
    let mut changes = doc.changes();
    let call = async {
        let error = doc.get_app_layout().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Closed { .. }), "{error}");
    };
    let script = async {
        engine.expect("GetAppLayout").await;
        engine.close(1000, "").await;
    };
    tokio::join!(call, script);
    assert_eq!(changes.next().await, None);
    let Some(Event::Closed(closed)) = events.next().await else { panic!("expected `Closed`") };
    assert_eq!((closed.by, closed.code.0), (ClosedBy::Engine, 1000));
    assert!(events.next().await.is_none());
    assert_eq!((session.calls_in_flight(), session.open_handles()), (0, 0));
}

#[tokio::test]
async fn the_last_message_of_a_proxy_is_received() {
    let (session, mut engine) = session().await;
    let mut events = session.events();
    let params = json!({ "severity": "fatal", "message": "The session has timed out", "timestamp": "now" });
    engine.push(json!({ "jsonrpc": "2.0", "method": "OnSessionTimedOut", "params": params })).await;
    engine.close(4001, "").await;
    let Some(Event::Notification(said)) = events.next().await else { panic!("expected the notification") };
    assert_eq!(said.name, "OnSessionTimedOut");
    let Some(Event::Closed(closed)) = events.next().await else { panic!("expected `Closed`") };
    assert_eq!(closed.code.0, 4001);
}

#[tokio::test]
async fn closing_a_lost_session_changes_nothing() {
    let (session, engine) = session().await;
    drop(engine);
    let closed = session.closed().await;
    assert_eq!((closed.by, closed.code.0), (ClosedBy::Network, 1006));
    session.close().await;
    session.suspend().await;
    assert_eq!(session.closed().await, closed, "it was not this program");
    assert!(session.engine_version().await.unwrap_err().closed().is_some());
}
