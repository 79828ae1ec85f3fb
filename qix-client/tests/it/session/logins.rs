//! Logins through a proxy: cookies, tickets, redirects.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use std::time::Duration;

use qix_client::prelude::*;
use qix_client::{Backoff, ConnectError, SessionBuilder};

use crate::support::{Engine, Listener, Upgrade};

const COOKIE: (&str, &str) = ("Set-Cookie", "X-Qlik-Session=one; Path=/; HttpOnly");

/// Accepts the next connection. Returns how it logged in.
async fn admit(listener: &Listener, headers: &[(&str, &str)]) -> (Engine, Login) {
    let upgrade = listener.upgrade().await;
    let login = Login::of(&upgrade);
    let mut engine = upgrade.accept(headers).await;
    engine.greet("SESSION_CREATED").await;
    (engine, login)
}

/// The credentials that a client sends.
#[derive(Debug, PartialEq)]
struct Login {
    cookie: String,
    token: bool,
    ticket: bool,
}

impl Login {
    fn of(upgrade: &Upgrade) -> Self {
        Self {
            cookie: upgrade.header("cookie").to_owned(),
            token: !upgrade.header("authorization").is_empty(),
            ticket: upgrade.request.uri().query().is_some_and(|query| query.contains("qlikTicket")),
        }
    }

    fn by_cookie(cookie: &str) -> Self {
        Self { cookie: cookie.to_owned(), token: false, ticket: false }
    }
}

/// A builder whose tokens are counted.
fn with_token(listener: &Listener) -> (SessionBuilder, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let builder = Session::builder().url(listener.url()).token_source(move || {
        count.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok("token".to_owned()))
    });
    (builder, asked)
}

#[tokio::test]
async fn a_reconnection_uses_the_cookies_and_does_not_log_in_again() {
    let listener = Listener::bind().await;
    let (builder, asked) = with_token(&listener);
    let script = async {
        let balancer = ("Set-Cookie", "AWSALB=node7; Path=/");
        let (engine, login) = admit(&listener, &[COOKIE, balancer]).await;
        assert_eq!(login, Login { cookie: String::new(), token: true, ticket: false });
        engine
    };
    let (session, engine) =
        tokio::join!(builder.reconnect(Backoff::default().initial_delay(Duration::ZERO)).connect(), script);
    let session = session.unwrap();
    drop(engine);
    let script = async {
        let (mut engine, login) = admit(&listener, &[]).await;
        assert_eq!(login, Login::by_cookie("X-Qlik-Session=one; AWSALB=node7"));
        engine.answer("EngineVersion", serde_json::json!({ "qVersion": { "qComponentVersion": "12.0.0" } })).await;
        engine
    };
    let (version, _engine) = tokio::join!(session.engine_version(), script);
    assert_eq!(version.unwrap().component_version, "12.0.0");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn clones_of_a_builder_share_one_login_even_at_once() {
    let listener = Listener::bind().await;
    let (builder, asked) = with_token(&listener);
    let script = async {
        let first = admit(&listener, &[COOKIE]).await;
        let second = admit(&listener, &[]).await;
        (first, second)
    };
    let (one, two, (first, second)) = tokio::join!(builder.clone().connect(), builder.clone().connect(), script);
    let _sessions = (one.unwrap(), two.unwrap());
    assert!(first.1.token);
    assert_eq!(second.1, Login::by_cookie("X-Qlik-Session=one"));
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_token_in_a_header_is_not_sent_with_the_cookie() {
    let listener = Listener::bind().await;
    let builder = Session::builder().url(listener.url()).header("Authorization", "Bearer token").header("X-Tag", "t");
    let (one, (_first, login)) = tokio::join!(builder.clone().connect(), admit(&listener, &[COOKIE]));
    assert!(login.token);
    let script = async {
        let upgrade = listener.upgrade().await;
        assert_eq!((Login::of(&upgrade), upgrade.header("x-tag")), (Login::by_cookie("X-Qlik-Session=one"), "t"));
        let mut engine = upgrade.accept(&[]).await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (two, _second) = tokio::join!(builder.connect(), script);
    let _sessions = (one.unwrap(), two.unwrap());
}

#[tokio::test]
async fn another_users_clone_logs_in_for_itself() {
    let listener = Listener::bind().await;
    let (builder, _) = with_token(&listener);
    let (one, _first) = tokio::join!(builder.clone().connect(), admit(&listener, &[COOKIE]));
    let (two, (_engine, login)) = tokio::join!(builder.bearer("other").connect(), admit(&listener, &[]));
    let _sessions = (one.unwrap(), two.unwrap());
    assert_eq!(login, Login { cookie: String::new(), token: true, ticket: false });
}

#[tokio::test]
async fn a_stale_cookie_is_dropped_and_the_login_is_repeated_once() {
    for stale in ["401 Unauthorized", "302 Found"] {
        let listener = Listener::bind().await;
        let (builder, asked) = with_token(&listener);
        let (one, _first) = tokio::join!(builder.clone().connect(), admit(&listener, &[COOKIE]));
        let script = async {
            listener.upgrade().await.refuse(stale, &[("Location", "/login")], "").await;
            admit(&listener, &[("Set-Cookie", "X-Qlik-Session=two; Path=/")]).await
        };
        let (two, (_second, login)) = tokio::join!(builder.clone().connect(), script);
        assert_eq!(login, Login { cookie: String::new(), token: true, ticket: false }, "{stale}");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        let script = async {
            listener.upgrade().await.refuse(stale, &[], "").await;
            listener.upgrade().await.refuse("403 Forbidden", &[], "").await;
        };
        let (three, ()) = tokio::join!(builder.connect(), script);
        assert!(matches!(three, Err(ConnectError::HttpStatus { status: 403, .. })), "{three:?}");
        let _sessions = (one.unwrap(), two.unwrap());
    }
}

#[tokio::test]
async fn a_newer_cookie_overrides_the_one_set_by_the_program() {
    let listener = Listener::bind().await;
    let builder = Session::builder().url(listener.url()).cookie("X-Qlik-Session", "zero").cookie("a", "b");
    let (one, (_first, login)) = tokio::join!(builder.clone().connect(), admit(&listener, &[COOKIE]));
    assert_eq!(login.cookie, "X-Qlik-Session=zero; a=b");
    let (two, (_second, login)) = tokio::join!(builder.connect(), admit(&listener, &[]));
    assert_eq!(login.cookie, "a=b; X-Qlik-Session=one");
    let _sessions = (one.unwrap(), two.unwrap());
}

#[tokio::test]
async fn a_ticket_is_sent_once() {
    for in_url in [true, false] {
        let listener = Listener::bind().await;
        let builder = match in_url {
            true => Session::builder().url(format!("{}?a=b&QlikTicket=t1", listener.url())),
            false => Session::builder().url(listener.url()).ticket("t1"),
        };
        let (one, (_first, login)) = tokio::join!(builder.clone().connect(), admit(&listener, &[COOKIE]));
        assert_eq!(login.cookie, "");
        let (two, (_second, login)) = tokio::join!(builder.clone().connect(), admit(&listener, &[]));
        assert_eq!(login, Login::by_cookie("X-Qlik-Session=one"));
        let (three, ()) = tokio::join!(builder.connect(), async {
            listener.upgrade().await.refuse("302 Found", &[("Location", "/login")], "").await;
        });
        assert!(matches!(three, Err(ConnectError::TicketUsed)), "{three:?}");
        let _sessions = (one.unwrap(), two.unwrap());
    }
}

#[tokio::test]
async fn without_a_cookie_a_used_ticket_is_an_immediate_error() {
    let listener = Listener::bind().await;
    let builder = Session::builder().url(listener.url()).ticket("t1");
    let (one, _first) = tokio::join!(builder.clone().connect(), admit(&listener, &[]));
    let two = builder.connect().await;
    assert!(matches!(two, Err(ConnectError::TicketUsed)), "{two:?}");
    drop(one);
}

#[tokio::test]
async fn a_ticket_source_is_called_for_each_login() {
    let listener = Listener::bind().await;
    let asked = AtomicUsize::new(0);
    let builder = Session::builder()
        .url(listener.url())
        .ticket_source(move || std::future::ready(Ok(format!("t{}", asked.fetch_add(1, Ordering::Relaxed)))));
    for ticket in ["qlikTicket=t0", "qlikTicket=t1"] {
        let script = async {
            let upgrade = listener.upgrade().await;
            assert_eq!(upgrade.request.uri().query(), Some(ticket));
            let mut engine = upgrade.accept(&[]).await;
            engine.greet("SESSION_CREATED").await;
            engine
        };
        let (session, _engine) = tokio::join!(builder.clone().connect(), script);
        session.unwrap();
    }
}

#[tokio::test]
async fn the_error_of_a_redirect_names_and_classifies_its_target() {
    let listener = Listener::bind().await;
    let script = async {
        let location = ("Location", "https://h/internal_windows_authentication/?targetId=secret");
        let upgrade = listener.upgrade().await;
        upgrade.refuse("302 Found", &[location, ("X-Qlik-Reason", "no session")], "").await;
    };
    let (session, ()) = tokio::join!(Session::connect(listener.url()), script);
    let error = session.unwrap_err();
    let text = error.to_string();
    assert!(text.contains("it redirects to a Windows login (https://h/internal_windows_authentication/)"), "{text}");
    assert!(text.contains("(x-qlik-reason: no session)"), "{text}");
    assert!(!text.contains("secret"), "{text}");
    let ConnectError::HttpStatus { location, .. } = error else { panic!("{error:?}") };
    assert_eq!(location.as_deref(), Some("https://h/internal_windows_authentication/?targetId=secret"));
}

#[tokio::test]
async fn a_server_that_speaks_tls_is_recognized() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = Listener::bind().await;
    let script = async {
        let mut stream = listener.stream().await;
        stream.read_u8().await.unwrap();
        stream.write_all(&[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]).await.unwrap();
    };
    let (session, ()) = tokio::join!(Session::connect(listener.url()), script);
    let error = session.unwrap_err();
    assert!(matches!(error, ConnectError::WantsTls { .. }), "{error:?}");
    assert_eq!(error.to_string(), "the server at `127.0.0.1` speaks TLS; use wss:// instead of ws://");
}

#[tokio::test]
async fn a_server_that_requires_tls_in_plain_text_is_recognized() {
    for body in [
        "<title>400 The plain HTTP request was sent to HTTPS port</title>",
        "Client sent an HTTP request to an HTTPS server.\n",
    ] {
        let listener = Listener::bind().await;
        let script = async { listener.upgrade().await.refuse("400 Bad Request", &[], body).await };
        let (session, ()) = tokio::join!(Session::connect(listener.url()), script);
        let error = session.unwrap_err();
        assert!(matches!(error, ConnectError::WantsTls { .. }), "{error:?}");
    }
}
