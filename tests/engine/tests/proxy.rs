//! The proxy in front of the engine, over bare sockets.

#![allow(clippy::unwrap_used, reason = "a helper of tests fails by panicking")]

mod common;

use common::{PATIENCE, raw_request};
use futures_util::StreamExt;
use qix_test_engine::{Login, Proxy, TestEngine, VirtualProxy};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderMap;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
type Headers<'a> = &'a [(&'static str, &'a str)];

async fn start(proxy: Proxy) -> TestEngine {
    TestEngine::builder().proxy(proxy).session_ttl(Duration::from_secs(60)).start().await.unwrap()
}

/// Two users with tokens, and a ticket.
fn proxy() -> Proxy {
    Proxy::new().token("secret", r"TEST\anna").token("other", r"TEST\bo").ticket("t1", r"TEST\anna")
}

async fn upgrade(
    engine: &TestEngine,
    path: &str,
    headers: Headers<'_>,
) -> Result<(Socket, HeaderMap), (u16, HeaderMap)> {
    let mut request = format!("{}{path}", engine.url()).into_client_request().unwrap();
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    match tokio_tungstenite::connect_async(request).await {
        Ok((socket, response)) => Ok((socket, response.headers().clone())),
        Err(Error::Http(response)) => Err((response.status().as_u16(), response.headers().clone())),
        Err(error) => panic!("{error}"),
    }
}

/// An accepted upgrade: the socket, and `name=value` of its cookies.
async fn admitted(engine: &TestEngine, path: &str, headers: Headers<'_>) -> (Socket, Vec<String>) {
    let (socket, headers) = upgrade(engine, path, headers).await.unwrap_or_else(|refused| panic!("{refused:?}"));
    (socket, cookies(&headers))
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all("set-cookie").iter();
    values.map(|value| value.to_str().unwrap().split(';').next().unwrap().to_owned()).collect()
}

/// The status of a refused upgrade, and its redirect.
async fn refused(engine: &TestEngine, path: &str, headers: Headers<'_>) -> (u16, String) {
    let (status, headers) = upgrade(engine, path, headers).await.expect_err("the upgrade should be refused");
    let location = headers.get("location").map(|value| value.to_str().unwrap().to_owned());
    (status, location.unwrap_or_default())
}

async fn next(socket: &mut Socket) -> Option<Message> {
    tokio::time::timeout(PATIENCE, socket.next()).await.expect("no message arrives").and_then(Result::ok)
}

async fn message(socket: &mut Socket) -> Value {
    match next(socket).await {
        Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
        other => panic!("expected a message, received {other:?}"),
    }
}

/// The notification about the user, and the state of the session.
async fn greeting(socket: &mut Socket) -> (Value, Value) {
    let mut user = message(socket).await;
    assert_eq!(user["method"], "OnAuthenticationInformation");
    let mut connected = message(socket).await;
    assert_eq!(connected["method"], "OnConnected");
    (user["params"].take(), connected["params"]["qSessionState"].take())
}

async fn closed(socket: &mut Socket) -> u16 {
    loop {
        match next(socket).await {
            Some(Message::Close(Some(frame))) => return frame.code.into(),
            Some(_) => {}
            None => panic!("received no close frame"),
        }
    }
}

const BEARER: Headers<'static> = &[("authorization", "Bearer secret")];

#[tokio::test]
async fn a_login_sets_a_cookie_and_the_cookie_prevents_another_login() {
    let engine = start(proxy()).await;
    let (mut first, cookies) = admitted(&engine, "/app/sales", BEARER).await;
    let (user, state) = greeting(&mut first).await;
    assert_eq!(
        (&user["userDirectory"], &user["userId"], &user["mustAuthenticate"]),
        (&json!("TEST"), &json!("anna"), &json!(false))
    );
    assert_eq!(state, "SESSION_CREATED");
    assert!(cookies[0].starts_with("X-Qlik-Session="), "{cookies:?}");
    drop(first);
    let (mut second, none) = admitted(&engine, "/app/sales", &[("cookie", &cookies[0])]).await;
    assert_eq!(greeting(&mut second).await.1, "SESSION_ATTACHED");
    assert!(none.is_empty(), "the cookie is still valid");
    assert_eq!(engine.logins(), 1);
    // The user's other cookies change nothing; the token again is another login.
    let both = format!("theme=dark; {}", cookies[0]);
    admitted(&engine, "/app/sales", &[("cookie", &both), ("authorization", "Bearer secret")]).await;
    assert_eq!(engine.logins(), 1);
    let (_, other) = admitted(&engine, "/app/sales", BEARER).await;
    assert_eq!((engine.logins(), other.len()), (2, 1));
    assert_ne!(other[0], cookies[0]);
}

#[tokio::test]
async fn a_stale_cookie_requires_a_login() {
    let engine = start(proxy()).await;
    let (_, cookies) = admitted(&engine, "/app/sales", BEARER).await;
    engine.expire_cookies();
    let (status, location) = refused(&engine, "/app/sales", &[("cookie", &cookies[0])]).await;
    assert_eq!(status, 302);
    assert!(location.contains("/internal_windows_authentication/?targetId="), "{location}");
    let (_, fresh) =
        admitted(&engine, "/app/sales", &[("cookie", &cookies[0]), ("authorization", "Bearer secret")]).await;
    assert_ne!(fresh[0], cookies[0]);
    assert_eq!(engine.logins(), 2);
}

#[tokio::test]
async fn a_ticket_is_valid_for_one_login() {
    let engine = start(proxy()).await;
    let (_, cookies) = admitted(&engine, "/app/sales?qlikTicket=t1", &[]).await;
    assert_eq!(refused(&engine, "/app/sales?qlikTicket=t1", &[]).await.0, 302);
    assert_eq!(refused(&engine, "/app/sales?qlikTicket=t1", &[("cookie", &cookies[0])]).await.0, 302);
    admitted(&engine, "/app/sales", &[("cookie", &cookies[0])]).await;
    assert_eq!(engine.logins(), 1);

    let body = r#"{"UserDirectory":"TEST","UserId":"cleo"}"#;
    let (status, _, _) = raw_request(&engine, "POST /qps/ticket?xrfkey=0123456789abcdef", &[], body).await;
    assert_eq!(status, 403);
    let key = [("X-Qlik-Xrfkey", "0123456789abcdef")];
    let (status, _, text) = raw_request(&engine, "POST /qps/ticket?xrfkey=0123456789abcdef", &key, body).await;
    assert_eq!(status, 201);
    let ticket = serde_json::from_str::<Value>(&text).unwrap()["Ticket"].as_str().unwrap().to_owned();
    let (mut socket, _) = admitted(&engine, &format!("/app/sales?qlikTicket={ticket}"), &[]).await;
    assert_eq!(greeting(&mut socket).await.0["userId"], "cleo");
}

#[tokio::test]
async fn every_login_type_has_its_own_refusal() {
    let ways = [
        (Login::Windows, 302, "/w/internal_windows_authentication/"),
        (Login::Forms, 302, "/w/internal_forms_authentication/"),
        (Login::Saml, 302, "/w/saml/"),
        (Login::Page, 302, "/w/login"),
        (Login::Unauthorized, 401, ""),
        (Login::Forbidden, 403, ""),
    ];
    for (login, wanted, place) in ways {
        let proxy =
            Proxy::new().virtual_proxy(VirtualProxy::new("w").login(login)).refusal_header("X-Qlik-Reason", "why");
        let engine = start(proxy).await;
        let (status, headers) = upgrade(&engine, "/w/app/sales", &[]).await.err().unwrap();
        assert_eq!(status, wanted, "{login:?}");
        assert_eq!(headers["x-qlik-reason"], "why");
        let location = headers.get("location").map_or("", |value| value.to_str().unwrap());
        assert!(location.contains(place), "{login:?}: {location}");
        assert_eq!(headers.contains_key("www-authenticate"), status == 401, "{login:?}");
    }
}

#[tokio::test]
async fn a_login_can_be_requested_on_the_socket() {
    let engine = start(Proxy::new().virtual_proxy(VirtualProxy::new("").login(Login::Notification))).await;
    let (mut socket, cookies) = admitted(&engine, "/app/sales", &[]).await;
    assert!(cookies.is_empty());
    let told = message(&mut socket).await;
    assert_eq!(
        (&told["method"], &told["params"]["mustAuthenticate"]),
        (&json!("OnAuthenticationInformation"), &json!(true))
    );
    assert!(told["params"]["loginUri"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{told}");
    socket.close(None).await.unwrap();
    assert!(matches!(next(&mut socket).await, Some(Message::Close(_)) | None), "there is no other message");
    assert_eq!(engine.connections(), 0);
}

#[tokio::test]
async fn the_sixth_login_is_refused_and_the_user_is_locked_out() {
    let engine = start(proxy()).await;
    let mut first = Vec::new();
    for _ in 0..5 {
        first = admitted(&engine, "/app/sales", BEARER).await.1;
    }
    let (mut sixth, cookies) = admitted(&engine, "/app/sales", BEARER).await;
    let told = message(&mut sixth).await;
    assert_eq!(
        (&told["method"], &told["params"]["severity"]),
        (&json!("OnMaxParallelSessionsExceeded"), &json!("fatal"))
    );
    assert_eq!(closed(&mut sixth).await, 1000);
    assert!(cookies.is_empty());
    // Ending a session does not help immediately; a cookie does, and other users are not affected.
    let (status, ..) = raw_request(&engine, "DELETE /qps/user", &[("Cookie", &first[0])], "").await;
    assert_eq!(status, 200);
    let (mut again, _) = admitted(&engine, "/app/sales", BEARER).await;
    assert_eq!(message(&mut again).await["method"], "OnMaxParallelSessionsExceeded");
    let (mut other, _) = admitted(&engine, "/app/sales", &[("authorization", "Bearer other")]).await;
    assert_eq!(greeting(&mut other).await.0["userId"], "bo");
    assert_eq!(engine.logins(), 6);
}

#[tokio::test]
async fn a_lock_out_ends() {
    let engine = start(proxy().max_sessions(1).lock_out(0)).await;
    let (_, cookies) = admitted(&engine, "/app/sales", BEARER).await;
    let (mut second, _) = admitted(&engine, "/app/sales", BEARER).await;
    assert_eq!(message(&mut second).await["method"], "OnMaxParallelSessionsExceeded");
    raw_request(&engine, "DELETE /qps/user", &[("Cookie", &cookies[0])], "").await;
    let (mut third, _) = admitted(&engine, "/app/sales", BEARER).await;
    assert_eq!(greeting(&mut third).await.0["userId"], "anna");
}

#[tokio::test]
async fn each_virtual_proxy_has_its_own_cookie() {
    let proxy = proxy()
        .virtual_proxy(VirtualProxy::new("a"))
        .virtual_proxy(VirtualProxy::new("b").cookie("B").cookie_attributes("Path=/b; Max-Age=60"))
        .virtual_proxy(VirtualProxy::new("h").user_header("X-User"));
    let engine = start(proxy).await;
    let (_, a) = admitted(&engine, "/a/app/sales", BEARER).await;
    assert!(a[0].starts_with("X-Qlik-Session-a="), "{a:?}");
    let (_, headers) = upgrade(&engine, "/b/app/sales", BEARER).await.unwrap();
    let b = headers["set-cookie"].to_str().unwrap();
    assert!(b.starts_with("B=") && b.ends_with("; Path=/b; Max-Age=60"), "{b}");
    let value = a[0].split_once('=').unwrap().1;
    assert_eq!(refused(&engine, "/b/app/sales", &[("cookie", &format!("B={value}"))]).await.0, 302);
    let (mut by_header, _) = admitted(&engine, "/h/app/sales", &[("x-user", r"TEST\dora")]).await;
    assert_eq!(greeting(&mut by_header).await.0["userId"], "dora");
    assert_eq!(refused(&engine, "/a/app/sales", &[("x-user", r"TEST\dora")]).await.0, 302);
    assert_eq!(refused(&engine, "/nosuch/app/sales", BEARER).await.0, 404);
    assert_eq!(refused(&engine, "/app/sales", BEARER).await.0, 404, "there is no virtual proxy without a prefix");
}

#[tokio::test]
async fn a_load_balancer_finds_the_node_by_its_cookie_only() {
    let engine = start(proxy().balancer("AWSALB", 2)).await;
    let (mut first, cookies) = admitted(&engine, "/app/sales", BEARER).await;
    greeting(&mut first).await;
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    let both = cookies.join("; ");
    let (mut back, none) = admitted(&engine, "/app/sales", &[("cookie", &both)]).await;
    assert_eq!((greeting(&mut back).await.1, none.len()), (json!("SESSION_ATTACHED"), 0));
    let (mut lost, balancer) = admitted(&engine, "/app/sales", &[("cookie", &cookies[0])]).await;
    assert_eq!(greeting(&mut lost).await.1, "SESSION_CREATED", "the other node does not know the session");
    assert_eq!(balancer.len(), 1);
    assert_eq!(engine.logins(), 1);
}

#[tokio::test]
async fn a_cookie_requires_the_csrf_token() {
    let engine = start(proxy().csrf()).await;
    let (status, headers, _) =
        raw_request(&engine, "GET /qps/csrftoken", &[("Authorization", "Bearer secret")], "").await;
    assert_eq!(status, 204);
    let cookie = headers["set-cookie"].split(';').next().unwrap().to_owned();
    let token = headers["qlik-csrf-token"].clone();
    assert_eq!(refused(&engine, "/app/sales", &[("cookie", &cookie)]).await.0, 403);
    assert_eq!(refused(&engine, "/app/sales?qlik-csrf-token=x", &[("cookie", &cookie)]).await.0, 403);
    admitted(&engine, &format!("/app/sales?qlik-csrf-token={token}"), &[("cookie", &cookie)]).await;
    assert_eq!(engine.logins(), 1);
    let (_, headers, _) = raw_request(&engine, "GET /api/v1/csrf-token", &[("Cookie", &cookie)], "").await;
    assert_eq!(headers["qlik-csrf-token"], token);
}

#[tokio::test]
async fn a_disallowed_origin_is_refused() {
    let engine = start(proxy().origin("https://portal.example")).await;
    let from = |origin| [("authorization", "Bearer secret"), ("origin", origin)];
    assert_eq!(refused(&engine, "/app/sales", &from("https://evil.example")).await.0, 403);
    admitted(&engine, "/app/sales", &from("https://portal.example")).await;
    admitted(&engine, "/app/sales", BEARER).await;
}

#[tokio::test]
async fn an_idle_socket_is_closed_and_its_session_waits() {
    let engine = start(proxy().idle(Duration::from_millis(50))).await;
    let (mut socket, cookies) = admitted(&engine, "/app/sales", BEARER).await;
    greeting(&mut socket).await;
    assert_eq!(closed(&mut socket).await, 4001);
    let (mut back, _) = admitted(&engine, "/app/sales", &[("cookie", &cookies[0])]).await;
    assert_eq!(greeting(&mut back).await.1, "SESSION_ATTACHED");
}

#[tokio::test]
async fn the_proxy_serves_pages_and_the_current_user() {
    let engine = start(proxy()).await;
    for page in ["/internal_forms_authentication/?targetId=1", "/login", "/saml/sso"] {
        assert_eq!(raw_request(&engine, &format!("GET {page}"), &[], "").await.0, 200, "{page}");
    }
    for page in ["/hub", "/qps/user", "/tempcontent/x/y.csv"] {
        let (status, headers, _) = raw_request(&engine, &format!("GET {page}"), &[], "").await;
        assert_eq!(status, 302, "{page}");
        assert!(headers["location"].contains("internal_windows_authentication"), "{page}");
    }
    let bearer = [("Authorization", "Bearer secret")];
    let (status, headers, body) = raw_request(&engine, "GET /qps/user", &bearer, "").await;
    assert_eq!((status, headers.contains_key("set-cookie")), (200, true));
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap()["userId"], "anna");
    assert_eq!(raw_request(&engine, "GET /tempcontent/x/y.csv", &bearer, "").await.0, 404);
    assert_eq!(raw_request(&engine, "GET /healthz", &[], "").await.0, 200);
}

#[tokio::test]
async fn app_without_a_slash_redirects_with_and_without_a_proxy() {
    for engine in [start(proxy()).await, TestEngine::start().await.unwrap()] {
        assert_eq!(refused(&engine, "/app", BEARER).await, (301, "/app/".to_owned()));
        assert_eq!(refused(&engine, "/vp/app?x=1", BEARER).await, (301, "/vp/app/?x=1".to_owned()));
        admitted(&engine, "/app/", BEARER).await;
    }
}

#[test]
fn a_file_describes_a_proxy_and_nothing_else() {
    let file = std::env::temp_dir().join(format!("qix-proxy-{}.json", std::process::id()));
    std::fs::write(
        &file,
        r#"{ "virtualProxies": [{ "prefix": "jwt", "login": "unauthorized" }], "tokens": { "a": "D\\u" } }"#,
    )
    .unwrap();
    let read = Proxy::from_file(&file);
    std::fs::write(&file, r#"{ "token": {} }"#).unwrap();
    let error = Proxy::from_file(&file).unwrap_err().to_string();
    std::fs::remove_file(&file).unwrap();
    read.unwrap();
    assert!(error.contains("unknown field `token`") && error.contains("qix-proxy-"), "{error}");
}
