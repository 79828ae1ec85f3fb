//! Connecting, and its errors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Inside, Listener, session};
use futures_util::StreamExt;
use qix_client::prelude::*;
use qix_client::rpc::Retry;
use qix_client::{
    Error, ErrorKind, Event, SessionBuilder, WorkloadType,
    notification::{NotificationKind, Refusal, SessionState},
};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test]
async fn headers_are_sent_with_the_upgrade() {
    let listener = Listener::bind().await;
    let connect = Session::builder()
        .url(listener.url().replace("ws://", "http://"))
        .header("X-Qlik-User", "UserDirectory=internal; UserId=sa_engine")
        .header("Origin", "https://portal.corp")
        .connect();
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (session, engine) = tokio::join!(connect, script);
    assert_eq!(session.unwrap().state(), SessionState::Created);
    assert_eq!(engine.upgrade.uri().path(), "/app/");
    let headers = engine.upgrade.headers();
    assert_eq!(headers["X-Qlik-User"], "UserDirectory=internal; UserId=sa_engine");
    assert_eq!(headers["Origin"], "https://portal.corp");
}

#[tokio::test]
async fn the_greeting_can_arrive_after_other_notifications_or_never() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        let params = json!({ "mustAuthenticate": false, "userId": "ann" });
        engine.push(json!({ "method": "OnAuthenticationInformation", "params": params })).await;
        engine.greet("SESSION_ATTACHED").await;
        let silent = listener.accept().await;
        (engine, silent)
    };
    let user = async {
        let session = Session::connect(listener.url()).await.unwrap();
        assert_eq!(session.state(), SessionState::Attached);
        let silent = Session::builder().url(listener.url()).greeting_timeout(Duration::ZERO).connect().await.unwrap();
        assert_eq!(silent.state(), SessionState::Unknown);
        (session, silent)
    };
    let ((session, _silent), (mut engine, _)) = tokio::join!(user, script);
    let mut events = session.events();
    engine.push(json!({ "method": "OnNoEngineAvailable" })).await;
    let event = events.next().await.unwrap();
    assert!(
        matches!(&event, Event::Notification(known) if matches!(known.kind, NotificationKind::NoEngineAvailable(_))),
        "{event:?}"
    );
    engine.push(json!({ "method": "OnWeather", "params": { "rain": 1.5 } })).await;
    let Some(Event::Notification(unknown)) = events.next().await else { panic!("expected the unknown notification") };
    assert_eq!(
        (unknown.kind, &*unknown.name, unknown.params.as_str()),
        (NotificationKind::Unknown, "OnWeather", r#"{"rain":1.5}"#)
    );
}

#[tokio::test]
async fn the_last_message_of_a_proxy_is_the_reason() {
    let fatal = json!({ "severity": "fatal", "message": "No available access type" });
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        engine.push(json!({ "method": "OnLicenseAccessDenied", "params": fatal })).await;
        engine.close(1000, "").await;
    };
    let (error, ()) = tokio::join!(Session::connect(listener.url()), script);
    let error = error.unwrap_err();
    assert!(error.to_string().ends_with("normal closure (No available access type)"), "{error}");

    let (session, mut engine) = session().await;
    engine.push(json!({ "method": "OnSessionTimedOut", "params": { "severity": "fatal", "message": "idle" } })).await;
    engine.close(1000, "").await;
    assert_eq!(session.closed().await.reason, "idle");
}

#[tokio::test]
async fn an_early_listener_gets_all_events() {
    let mut inside = Inside::new();
    let mut builder = inside.builder();
    let (events, again) = (builder.events(), builder.events());
    let script = async {
        let mut engine = inside.accept().await;
        engine.push(json!({ "method": "OnExcessLicenseAssignment" })).await;
        engine.greet("SESSION_ATTACHED").await;
        engine
    };
    let (session, engine) = tokio::join!(builder.connect(), script);
    let session = session.unwrap();
    let late = session.events();
    tokio::join!(engine.close_code(), session.close());
    let heard = events.collect::<Vec<_>>().await;
    let [Event::Notification(early), Event::Notification(_), Event::Opened(state), Event::Closed(_)] = &*heard else {
        panic!("{heard:?}");
    };
    assert_eq!((&*early.name, state), ("OnExcessLicenseAssignment", &SessionState::Attached));
    assert_eq!((again.count().await, late.count().await), (4, 1));

    let mut builder = inside.builder();
    let events = builder.events();
    let script = async {
        inside.accept().await.greet("SESSION_ERROR_NO_LICENSE").await;
    };
    let (outcome, ()) = tokio::join!(builder.connect(), script);
    outcome.unwrap_err();
    assert_eq!(events.count().await, 1, "there is no session");
}

#[tokio::test]
async fn a_proxy_that_requires_a_login_refuses_the_session() {
    let listener = Listener::bind().await;
    let script = async {
        let mut engine = listener.accept().await;
        let params = json!({ "loginUri": "https://sense.corp/login", "mustAuthenticate": true });
        engine.push(json!({ "method": "OnAuthenticationInformation", "params": params })).await;
        engine
    };
    let (error, _engine) = tokio::join!(Session::connect(listener.url()), script);
    let error = error.unwrap_err();
    assert!(matches!(error, ConnectError::Session(Refusal::NotAuthenticated { .. })), "{error}");
    assert!(error.to_string().contains("https://sense.corp/login"), "{error}");
}

#[tokio::test]
async fn a_refused_session_returns_the_reason() {
    let listener = Listener::bind().await;
    let script = async {
        listener.accept().await.greet("SESSION_ERROR_LIMIT_EXCEEDED").await;
        listener.accept().await.greet("SESSION_ERROR_WEATHER").await;
        listener.accept().await.close(4204, "").await;
    };
    let user = async {
        let error = Session::connect(listener.url()).await.unwrap_err();
        assert!(matches!(error, ConnectError::Session(Refusal::LimitExceeded)), "{error}");
        let error = Session::connect(listener.url()).await.unwrap_err();
        assert!(
            matches!(&error, ConnectError::Session(Refusal::Other(state)) if state.ends_with("WEATHER")),
            "{error}"
        );
        let error = Session::connect(listener.url()).await.unwrap_err();
        assert!(matches!(&error, ConnectError::Closed(closed) if closed.code.0 == 4204), "{error}");
    };
    tokio::join!(user, script);
}

#[tokio::test]
async fn a_refused_upgrade_returns_status_and_body() {
    let listener = Listener::bind().await;
    let script = async {
        let mut stream = listener.stream().await;
        let mut request = vec![0; 2048];
        assert!(stream.read(&mut request).await.unwrap() > 0);
        let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nno\n ticket";
        stream.write_all(answer).await.unwrap();
        stream
    };
    let (error, _stream) = tokio::join!(async { Session::connect(listener.url()).await.unwrap_err() }, script);
    assert!(matches!(error, ConnectError::HttpStatus { status: 401, .. }), "{error:?}");
    let text = error.to_string();
    assert_eq!(text, "the server refuses the connection with status 401; check the credentials: no ticket");
}

#[tokio::test]
async fn the_error_of_an_invalid_address_has_no_secrets() {
    for address in ["", "localhost:4848", "ftp://engine/app?ticket=hush", "ws://?ticket=hush", "ws://"] {
        let error = Session::connect(address).await.unwrap_err();
        assert!(matches!(error, ConnectError::Address { .. }), "{address}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("hush"));
    }
    let builder = Session::builder().url("ws://engine/app/?qlikTicket=hush").header("Authorization", "Bearer hush");
    assert!(!format!("{builder:?}").contains("hush"));
    let error = builder.header("Cookie", "a\nhush").connect().await.unwrap_err();
    assert!(matches!(&error, ConnectError::Header { name } if name == "Cookie"), "{error}");
    assert!(!format!("{error} {error:?}").contains("hush"));
}

#[tokio::test]
async fn a_closed_port_and_a_silent_server_have_their_own_errors() {
    let listener = Listener::bind().await;
    let url = listener.url();
    let limit = Duration::from_millis(1);
    let error = Session::builder().url(&url).connect_timeout(limit).connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::TimedOut(time) if time == limit), "{error}");
    drop(listener);
    let error = Session::connect(&url).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error}");
    let error = Session::connect("ws://no-such-host.invalid/app/").await.unwrap_err();
    assert!(matches!(error, ConnectError::Resolve { .. }), "{error}");
}

#[tokio::test]
async fn a_custom_connector_is_called_for_each_connection() {
    let mut inside = Inside::new();
    let (session, engine) = inside.session(|builder| builder.url("ws://[::1]:7/app/")).await;
    assert_eq!(engine.upgrade.headers()["Host"], "[::1]:7");
    tokio::join!(engine.close_code(), session.suspend());
    let script = async {
        let mut engine = inside.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (resumption, _engine) = tokio::join!(session.resume(), script);
    resumption.unwrap();

    let asked = Arc::new(Mutex::new(Vec::new()));
    let asking = Arc::clone(&asked);
    let refused = Session::builder().url("ws://[::1]/app/").dial(move |host, port| {
        asking.lock().unwrap().push((host, port));
        std::future::ready(Err::<tokio::net::TcpStream, _>(std::io::Error::other("the tunnel is closed")))
    });
    let error = refused.connect().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "nothing answers at ::1:80; check that the engine runs and the port is right: the tunnel is closed"
    );
    assert_eq!(*asked.lock().unwrap(), [("::1".to_owned(), 80)]);
}

#[tokio::test]
async fn credentials_are_sent_to_the_server_only() {
    let listener = Listener::bind().await;
    let builder = Session::builder()
        .url(listener.url().trim_end_matches("/app/"))
        .virtual_proxy("jwt")
        .app("5a4b")
        .identity("me")
        .ttl(Duration::from_secs(30))
        .user("INTERNAL", "hush-user")
        .token_source(|| async { Ok("hush-token".to_owned()) })
        .cookie("X-Qlik-Session", "hush-cookie")
        .cookie("other", "hush-other")
        .csrf_token("hush-csrf")
        .ticket("hush-ticket");
    assert!(!format!("{builder:?}").contains("hush"), "{builder:?}");
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine
    };
    let (session, engine) = tokio::join!(builder.connect(), script);
    assert!(!format!("{:?}", session.unwrap()).contains("hush"));
    let (uri, headers) = (engine.upgrade.uri(), engine.upgrade.headers());
    assert_eq!(uri.path(), "/jwt/app/5a4b/identity/me/ttl/30");
    assert_eq!(uri.query().unwrap(), "qlik-csrf-token=hush-csrf&qlikTicket=hush-ticket");
    assert_eq!(headers["Authorization"], "Bearer hush-token");
    assert_eq!(headers["X-Qlik-User"], "UserDirectory=INTERNAL; UserId=hush-user");
    assert_eq!(headers["Cookie"], "X-Qlik-Session=hush-cookie; other=hush-other");
}

#[tokio::test]
async fn the_address_determines_the_session() {
    let mut inside = Inside::new();
    for (setup, expected) in [
        ((|builder| builder) as fn(SessionBuilder) -> SessionBuilder, "/app/"),
        (|builder| builder.app("a b/c"), "/app/a%20b%2Fc"),
        (|builder| builder.session_app("mine"), "/app/SessionApp_mine"),
        (|builder| builder.session_app_from("mine", "5a4b&"), "/app/SessionApp_mine?from=5a4b%26"),
        (|builder| builder.app("x").identity("é").ttl(Duration::ZERO), "/app/x/identity/%C3%A9/ttl/0"),
        (|builder| builder.app("x").ttl(Duration::from_millis(2999)), "/app/x/ttl/2"),
        (
            |builder| builder.app("x").reload_uri("https://a/b?c").web_integration_id("w"),
            "/app/x?reloadUri=https%3A%2F%2Fa%2Fb%3Fc&qlik-web-integration-id=w",
        ),
        (
            |builder| builder.app("x").workload_type(WorkloadType::InteractiveReload),
            "/app/x?workloadType=interactive-reload",
        ),
        (|builder| builder.app("x").workload_type(WorkloadType::Other("a&b".into())), "/app/x?workloadType=a%26b"),
    ] {
        let (_session, engine) = inside.session(setup).await;
        assert_eq!(engine.upgrade.uri().path_and_query().unwrap().as_str(), expected);
    }
    let (_session, engine) = inside.session(|builder| builder.api_key("key")).await;
    assert_eq!(engine.upgrade.headers()["Authorization"], "Bearer key");
}

#[tokio::test]
async fn each_connection_gets_a_fresh_token() {
    let mut inside = Inside::new();
    let count = Arc::new(AtomicUsize::new(0));
    let source = move || {
        let token = format!("token-{}", count.fetch_add(1, Ordering::Relaxed));
        std::future::ready(Ok(token))
    };
    let (session, mut engine) = inside.session(|builder| builder.token_source(source)).await;
    for expected in ["Bearer token-0", "Bearer token-1", "Bearer token-2"] {
        assert_eq!(engine.upgrade.headers()["Authorization"], expected);
        tokio::join!(engine.close_code(), session.suspend());
        let script = async {
            let mut engine = inside.accept().await;
            engine.greet("SESSION_CREATED").await;
            engine
        };
        let (resumption, next) = tokio::join!(session.resume(), script);
        resumption.unwrap();
        engine = next;
    }
}

#[tokio::test]
async fn without_a_token_there_is_no_connection() {
    let builder = Session::builder().host("engine.corp").token_source(|| async { Err("the vault is closed".into()) });
    let error = builder.connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::Token(_)), "{error}");
    assert!(error.to_string().contains("the vault is closed"), "{error}");
}

#[cfg(feature = "oauth")]
#[tokio::test]
async fn an_oauth_token_is_cached_until_it_expires() {
    let listener = Listener::bind().await;
    let answer = async |status: &str, body: &str| {
        let mut stream = listener.stream().await;
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            request.push(stream.read_u8().await.unwrap());
        }
        let request = String::from_utf8(request).unwrap();
        assert!(request.starts_with("POST /oauth/token HTTP/1.1\r\n"), "{request}");
        let body_sent: serde_json::Value = serde_json::from_str(request.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        let expected = json!({ "grant_type": "client_credentials", "client_id": "me", "client_secret": "hush" });
        assert_eq!(body_sent, expected);
        let text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    };
    let token = |text: &str, seconds: u64| json!({ "access_token": text, "expires_in": seconds }).to_string();
    let builder = Session::builder().url(listener.url()).oauth("me", "hush");
    assert!(!format!("{builder:?}").contains("hush"));
    let script = async {
        let (mut keep, mut engines) = (Vec::new(), Vec::new());
        keep.push(answer("200 OK", &token("short", 1)).await);
        for (fetched, expected) in [(None, "short"), (Some(token("long", 3600)), "long"), (None, "long")] {
            if let Some(body) = fetched {
                keep.push(answer("200 OK", &body).await);
            }
            let mut engine = listener.accept().await;
            assert_eq!(engine.upgrade.headers()["Authorization"], format!("Bearer {expected}"));
            engine.greet("SESSION_CREATED").await;
            engines.push(engine);
        }
        (keep, engines)
    };
    let user = async {
        for _ in 0..3 {
            builder.clone().connect().await.unwrap();
        }
    };
    tokio::join!(user, script);
    let refused = Session::builder().url(listener.url()).oauth("me", "hush");
    let (error, _stream) = tokio::join!(refused.connect(), answer("401 Unauthorized", "{}"));
    let error = error.unwrap_err();
    assert!(matches!(error, ConnectError::Token(_)), "{error}");
    assert!(error.to_string().contains("401") && !error.to_string().contains("hush"), "{error}");
}

#[tokio::test]
async fn conflicting_settings_are_an_error() {
    let listener = Listener::bind().await;
    let error = Session::builder().url(listener.url()).host("localhost").connect().await.unwrap_err();
    assert_eq!(error.to_string(), "`url` and `host` are both set; use one of them");
    assert!(!error.is_transient());
    #[cfg(feature = "oauth")]
    {
        let builder = Session::builder().url(listener.url()).oauth("client", "s3cret").bearer("token");
        let error = builder.connect().await.unwrap_err();
        assert_eq!(error.to_string(), "`oauth` and `bearer` are both set; use one of them");
    }
}

#[tokio::test]
async fn failed_connections_and_failed_calls_differ_after_the_question_mark() {
    async fn version(url: String) -> Result<String, Error> {
        let session = Session::connect(url).await?;
        Ok(session.engine_version().await?.component_version)
    }
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let error = version(format!("ws://{closed}/app/")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Connect(_)), "{error}");
    assert!(matches!(error.downcast_ref(), Some(ConnectError::Unreachable { .. })), "{error}");
    assert_eq!((error.retry(), error.is_transient()), (Retry::Later, true));
    // The cause is part of the message, and printed only once.
    assert_eq!(error.to_string().matches("refused").count(), 1, "{error}");
    assert!(std::error::Error::source(&error).is_none());
    assert_eq!(format!("{error:?}"), error.to_string());

    let error = version("http://exam ple/".to_owned()).await.unwrap_err();
    assert!(!error.is_transient(), "{error}");
}
