//! Ways to an engine, and what a browser tells about failures.

use std::time::Duration;

use futures_util::StreamExt;
use qix_client::prelude::*;
use qix_client::rpc::{CloseCode, ClosedBy, Retry};
use qix_client::{Backoff, ConnectError, Event};

use crate::engine::{Engine, Outcome};
use crate::plug;

async fn failure(builder: qix_client::SessionBuilder) -> Result<ConnectError, Box<dyn std::error::Error>> {
    match builder.connect().await {
        Ok(_) => Err("it connects".into()),
        Err(error) => Ok(error),
    }
}

pub(super) async fn a_refused_connection_says_where_to_look() -> Outcome {
    let engine = Engine::start("plain").await?;
    engine.order("kill").await?;
    let error = failure(Session::builder().url(engine.url())).await?;
    assert!(matches!(&error, ConnectError::Browser { offline: false, .. }), "{error}");
    assert_eq!(error.retry(), Retry::Later);
    let text = error.to_string();
    assert!(text.contains("127.0.0.1:") && text.contains("console"), "{text}");

    // A browser does not tell a status either.
    let engine = Engine::start("plain").await?;
    engine.fault("refuse=401").await?;
    let error = failure(Session::builder().url(engine.url())).await?;
    assert!(matches!(error, ConnectError::Browser { .. }), "{error}");
    Ok(())
}

pub(super) async fn an_unanswered_connection_times_out() -> Outcome {
    let engine = Engine::start("deaf").await?;
    let builder = Session::builder().url(engine.url()).connect_timeout(Duration::from_millis(200));
    let error = failure(builder).await?;
    assert!(matches!(error, ConnectError::TimedOut(limit) if limit.as_millis() == 200), "{error}");
    Ok(())
}

pub(super) async fn an_offline_browser_is_named() -> Outcome {
    let engine = Engine::start("plain").await?;
    engine.order("kill").await?;
    plug(false);
    let error = failure(Session::builder().url(engine.url())).await?;
    assert!(matches!(error, ConnectError::Browser { offline: true, .. }), "{error}");
    assert!(error.to_string().ends_with("it is offline"), "{error}");
    Ok(())
}

pub(super) async fn a_wrong_address_is_rejected() -> Outcome {
    for url in ["ftp://localhost/", "localhost:4848", "https://sense.corp/hub"] {
        let error = failure(Session::builder().url(url)).await?;
        assert!(matches!(error, ConnectError::Address { .. }), "{error}");
    }
    Ok(())
}

pub(super) async fn a_token_is_a_parameter_of_the_query() -> Outcome {
    let engine = Engine::start("plain").await?;
    let builder = Session::builder().url(engine.url()).bearer("a b&c").csrf_token("t").web_integration_id("w");
    let session = builder.clone().app("sales").ttl(Duration::from_secs(60)).identity("me").connect().await?;
    let target = engine.order("target").await?;
    assert!(target.starts_with("/app/sales/identity/me/ttl/60?"), "{target}");
    let parts = ["accessToken=a%20b%26c", "qlik-csrf-token=t", "qlik-web-integration-id=w"];
    assert!(parts.iter().all(|part| target.contains(part)), "{target}");
    assert!(!format!("{builder:?} {session:?}").contains("a b&c"));
    Ok(())
}

pub(super) async fn a_token_source_may_use_the_browser() -> Outcome {
    let engine = Engine::start("plain").await?;
    // A timer of the page is not `Send`.
    let source = || async {
        super::sleep(1).await;
        Ok("later".to_owned())
    };
    let _session = Session::builder().url(engine.url()).token_source(source).connect().await?;
    let target = engine.order("target").await?;
    assert!(target.ends_with("accessToken=later"), "{target}");
    let builder = Session::builder().url(engine.url()).token_source(|| async { Err("signed out".into()) });
    let error = failure(builder).await?;
    assert!(matches!(error, ConnectError::Token(_)) && error.to_string().contains("signed out"), "{error}");
    Ok(())
}

pub(super) async fn a_ticket_is_used_once_and_the_cookie_after_it() -> Outcome {
    let engine = Engine::start("proxy").await?;
    let error = failure(Session::builder().url(engine.url())).await?;
    assert!(matches!(error, ConnectError::Browser { .. }), "{error}");
    let mut builder = Session::builder().url(engine.url()).ticket("one").reconnect(Backoff::default());
    let mut events = builder.events();
    let session = builder.connect().await?;
    engine.order("drop").await?;
    // A call before that may have been executed, so it would not be repeated.
    while !matches!(events.next().await, Some(Event::Suspended(_)) | None) {}
    session.open_doc("sales").await?;
    assert_eq!(engine.order("logins").await?, "1");
    let target = engine.order("target").await?;
    assert!(!target.contains("qlikTicket"), "{target}");
    Ok(())
}

pub(super) async fn a_ticket_source_replaces_a_lost_cookie() -> Outcome {
    let engine = Engine::start("proxy").await?;
    let tickets = std::sync::Mutex::new(vec!["two", "one"]);
    let next = move || {
        let ticket = tickets.lock().map(|mut tickets| tickets.pop());
        std::future::ready(ticket.ok().flatten().map(str::to_owned).ok_or_else(|| "no ticket is left".into()))
    };
    let session = Session::builder().url(engine.url()).ticket_source(next).connect().await?;
    session.suspend().await;
    engine.order("expire").await?;
    session.resume().await?;
    session.open_doc("sales").await?;
    assert_eq!(engine.order("logins").await?, "2");
    Ok(())
}

pub(super) async fn a_refused_session_has_a_reason() -> Outcome {
    let engine = Engine::start("plain").await?;
    engine.fault("state=SESSION_ERROR_NO_LICENSE").await?;
    let error = failure(Session::builder().url(engine.url())).await?;
    assert!(matches!(error, ConnectError::Session(_)), "{error}");
    Ok(())
}

pub(super) async fn close_codes_arrive() -> Outcome {
    let engine = Engine::start("plain").await?;
    let session = Session::connect(engine.url()).await?;
    engine.order("close 4003 moved").await?;
    let closed = session.closed().await;
    assert_eq!((closed.by, closed.code, closed.reason.as_str()), (ClosedBy::Engine, CloseCode(4003), "moved"));
    // A page may send 1000, and 3000 to 4999.
    let engine = Engine::start("codes").await?;
    let session = Session::connect(engine.url()).await?;
    session.suspend().await;
    assert_eq!(engine.order("code").await?, "4000");
    let session = Session::connect(engine.url()).await?;
    session.close().await;
    assert_eq!(engine.order("code").await?, "1000");
    Ok(())
}
