//! Sessions that the server closes for good.

use std::time::Duration;

use crate::support::{Engine, Listener, object};
use futures_util::{FutureExt, StreamExt};
use qix_client::notification::SessionState;
use qix_client::prelude::*;
use qix_client::resumption::RestorationOutcome;
use qix_client::rpc::Retry;
use qix_client::{Backoff, ErrorKind, Event, SessionBuilder};
use serde_json::json;

/// A session that reconnects automatically, with an app and a session object.
async fn start(
    listener: &Listener,
    setup: impl FnOnce(SessionBuilder) -> SessionBuilder,
) -> (Session, Engine, Doc, GenericObject) {
    let script = async {
        let mut engine = listener.upgrade().await.accept(&[("Set-Cookie", "X-Qlik-Session=one; Path=/")]).await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("CreateSessionObject", object("GenericObject", 4)).await;
        engine
    };
    let user = async {
        let backoff = Backoff::default().initial_delay(Duration::ZERO);
        let builder = Session::builder().url(listener.url()).reconnect(backoff);
        let session = setup(builder).connect().await.unwrap();
        let doc = session.open_doc("sales").await.unwrap();
        let made = doc.create_session_object(GenericObjectProperties::of_type("table")).await.unwrap();
        (session, doc, made)
    };
    let ((session, doc, made), engine) = tokio::join!(user, script);
    (session, engine, doc, made)
}

/// The engine has kept the session.
async fn attach(listener: &Listener) -> Engine {
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ATTACHED").await;
    engine.answer("GetActiveDoc", object("Doc", 11)).await;
    engine.answer("GetObject", object("GenericObject", 14)).await;
    engine
}

#[tokio::test]
async fn a_session_closed_by_the_server_is_resumed_manually() {
    for code in [1000, 1008, 4001, 4002, 4005, 4006, 4203] {
        let listener = Listener::bind().await;
        let (session, mut engine, doc, made) = start(&listener, |builder| builder).await;
        let mut events = session.events();
        engine.close(code, "").await;
        assert_eq!(session.closed().await.code.0, code);
        assert!(matches!(events.next().await, Some(Event::Closed(closed)) if closed.code.0 == code));
        made.gone().await;
        let error = doc.evaluate("1").await.unwrap_err();
        assert_eq!(error.closed().unwrap().code.0, code, "calls do not wait");
        assert!(error.to_string().ends_with("; resume the session, or open a new one"), "{error}");
        assert!(listener.stream().now_or_never().is_none(), "nothing is tried automatically");
        let mut events = session.events();
        let (resumption, mut engine) = tokio::join!(session.resume(), attach(&listener));
        let resumption = resumption.unwrap();
        assert_eq!(resumption.state, SessionState::Attached);
        assert!(resumption.objects.iter().all(|object| object.outcome == RestorationOutcome::Restored));
        assert!(resumption.lost_state.is_empty());
        assert!(session.closed().now_or_never().is_none());
        assert!(made.gone().now_or_never().is_none(), "a restored object is not gone");
        let script = engine.answer("GetLayout", json!({ "qLayout": { "qInfo": { "qId": "id-4" } } }));
        assert_eq!(tokio::join!(made.get_layout(), script).0.unwrap().info.id, "id-4");
        assert!(matches!(events.next().await, Some(Event::Notification(_))));
        assert!(matches!(events.next().await, Some(Event::Resumed(_))));
        // From now on it is supervised as before.
        drop(engine);
        let mut engine = attach(&listener).await;
        let script = engine.answer("Evaluate", json!({ "qReturn": "550" }));
        assert_eq!(tokio::join!(doc.evaluate("Sum(Sales)"), script).0.unwrap(), "550");
    }
}

#[tokio::test]
async fn a_call_resumes_the_session_if_enabled() {
    let listener = Listener::bind().await;
    let (session, mut engine, doc, _made) = start(&listener, SessionBuilder::reconnect_on_call).await;
    engine.close(4001, "").await;
    session.closed().await;
    assert!(listener.stream().now_or_never().is_none(), "no call has begun");
    let script = async {
        let mut engine = attach(&listener).await;
        for _ in 0..2 {
            engine.answer("Evaluate", json!({ "qReturn": "550" })).await;
        }
        engine
    };
    let calls =
        async { tokio::join!(doc.evaluate("Sum(Sales)").into_future(), doc.evaluate("Sum(Sales)").into_future()) };
    let ((one, two), mut engine) = tokio::join!(calls, script);
    assert_eq!((one.unwrap(), two.unwrap()), ("550".to_owned(), "550".to_owned()));
    engine.close(4001, "").await;
    session.closed().await;
    let refusing = async { listener.upgrade().await.refuse("403 Forbidden", &[], "").await };
    let (error, ()) = tokio::join!(doc.evaluate("1").into_future(), refusing);
    let error = error.unwrap_err();
    assert!(matches!(error.downcast_ref(), Some(ConnectError::HttpStatus { status: 403, .. })), "{error}");
    assert!(matches!(error.kind(), ErrorKind::Connect(_)));
    session.close().await;
    let error = doc.evaluate("1").await.unwrap_err();
    assert!(error.to_string().ends_with("no connection, closed by this program"), "it stays closed: {error}");
}

#[tokio::test]
async fn closing_a_session_that_the_server_closed_is_reported_once() {
    let listener = Listener::bind().await;
    let mut builder = Session::builder().url(listener.url());
    let events = builder.events();
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (session, mut engine) = tokio::join!(builder.connect(), script);
    let session = session.unwrap();
    engine.close(4001, "").await;
    session.closed().await;
    session.close().await;
    let told = events.collect::<Vec<_>>().await;
    assert_eq!(told.iter().filter(|event| matches!(event, Event::Closed(_))).count(), 1);
    assert!(matches!(session.resume().await, Err(ConnectError::Closed(_))));
}

#[tokio::test]
async fn a_failed_resumption_reports_the_last_reason() {
    for (status, headers, part) in [
        ("401 Unauthorized", [("WWW-Authenticate", "Bearer")], "401"),
        ("403 Forbidden", [("X-Qlik-Reason", "no")], "403"),
        ("302 Found", [("Location", "https://sense.corp/login/?x=1")], "https://sense.corp/login/"),
    ] {
        let listener = Listener::bind().await;
        let (session, engine, doc, _made) = start(&listener, |builder| builder).await;
        let mut events = session.events();
        let waiting = tokio::spawn({
            let doc = doc.clone();
            async move { doc.evaluate("1").await }
        });
        drop(engine);
        // A stale cookie and a new login, both refused; or one refusal that a login cannot fix.
        let refusals = if status.starts_with("403") { 1 } else { 2 };
        drop(listener.stream().await);
        for _ in 0..refusals {
            listener.upgrade().await.refuse(status, &headers, "").await;
        }
        let closed = session.closed().await;
        assert!(closed.to_string().contains(part), "{closed}");
        let error = waiting.await.unwrap().unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(error.to_string().ends_with("; resume the session, or open a new one"), "{error}");
        assert!(matches!(events.next().await, Some(Event::Suspended(_))));
        assert!(matches!(events.next().await, Some(Event::Closed(told)) if told == closed));
        assert!(listener.stream().now_or_never().is_none(), "one refusal is enough");
    }
}

#[tokio::test]
async fn a_read_that_loses_its_connection_repeatedly_fails_in_a_session_that_reconnects() {
    let listener = Listener::bind().await;
    let (_session, mut engine, doc, _made) = start(&listener, |builder| builder).await;
    let call = doc.evaluate("1").into_future();
    let script = async {
        for _ in 0..4 {
            engine.request().await;
            drop(engine);
            engine = attach(&listener).await;
        }
        engine
    };
    let (outcome, mut engine) = tokio::join!(call, script);
    let error = outcome.unwrap_err();
    assert!(error.to_string().ends_with("; the session reconnects by itself; retry the call"), "{error}");
    assert_eq!(error.retry(), Retry::Later);
    let script = engine.answer("Evaluate", json!({ "qReturn": "1" }));
    assert_eq!(tokio::join!(doc.evaluate("1").into_future(), script).0.unwrap(), "1");
}

#[tokio::test]
async fn a_used_ticket_ends_a_resumption_immediately() {
    let listener = Listener::bind().await;
    let backoff = Backoff::default().initial_delay(Duration::ZERO);
    let builder = Session::builder().url(listener.url()).ticket("abc").reconnect(backoff);
    let (session, engine) = tokio::join!(builder.connect(), async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    });
    let session = session.unwrap();
    drop(engine);
    let closed = session.closed().await;
    assert!(closed.reason.contains("ticket"), "{closed}");
}

#[tokio::test]
async fn a_timeout_or_a_refusal_by_the_engine_is_reported_as_the_last_reason() {
    let listener = Listener::bind().await;
    let backoff = Backoff::default().initial_delay(Duration::ZERO).max_attempts(2);
    let setup = |builder: SessionBuilder| builder.reconnect(backoff).connect_timeout(Duration::from_millis(50));
    let (session, engine, _doc, _made) = start(&listener, setup).await;
    drop(engine);
    drop(listener.stream().await);
    let silent = listener.stream().await;
    let closed = session.closed().await;
    assert!(closed.reason.contains("50ms"), "{closed}");
    drop(silent);

    let listener = Listener::bind().await;
    let (session, engine, _doc, _made) = start(&listener, |builder| builder).await;
    drop(engine);
    let mut engine = listener.accept().await;
    engine.greet("SESSION_ERROR_NO_LICENSE").await;
    let closed = session.closed().await;
    assert!(closed.reason.contains("license"), "{closed}");
}

#[tokio::test]
async fn a_login_that_the_proxy_has_forgotten_is_repeated_once() {
    let listener = Listener::bind().await;
    let stranger = json!({
        "method": "OnAuthenticationInformation",
        "params": { "loginUri": "https://sense.corp/login?targetId=5", "mustAuthenticate": true },
    });
    let setup = |builder: SessionBuilder| builder.bearer("token");
    let (session, engine, doc, _made) = start(&listener, setup).await;
    drop(engine);
    let upgrade = listener.upgrade().await;
    assert_eq!((upgrade.header("cookie"), upgrade.header("authorization")), ("X-Qlik-Session=one", ""));
    let mut engine = upgrade.accept(&[]).await;
    engine.push(stranger.clone()).await;
    let upgrade = listener.upgrade().await;
    assert_eq!((upgrade.header("cookie"), upgrade.header("authorization")), ("", "Bearer token"));
    let mut again = upgrade.accept(&[("Set-Cookie", "X-Qlik-Session=two; Path=/")]).await;
    again.greet("SESSION_ATTACHED").await;
    again.answer("GetActiveDoc", object("Doc", 1)).await;
    again.answer("GetObject", object("GenericObject", 4)).await;
    let script = again.answer("Evaluate", json!({ "qReturn": "1" }));
    assert_eq!(tokio::join!(doc.evaluate("1"), script).0.unwrap(), "1");
    // A refused login is not repeated.
    drop(again);
    for credentials in ["", "Bearer token"] {
        let upgrade = listener.upgrade().await;
        assert_eq!(upgrade.header("authorization"), credentials);
        upgrade.accept(&[]).await.push(stranger.clone()).await;
    }
    let closed = session.closed().await;
    assert!(closed.reason.contains("https://sense.corp/login)"), "{closed}");
    assert!(listener.stream().now_or_never().is_none());
}
