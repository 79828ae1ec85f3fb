//! The program without a browser: who is served, and what it says.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use futures_util::{SinkExt, StreamExt};
use qix_explore::{Explorer, Target};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The host of the page, and the path with its token.
fn parts(explorer: &Explorer) -> (String, String) {
    let (host, path) = explorer.url().strip_prefix("http://").unwrap().split_once('/').unwrap();
    (host.to_owned(), format!("/{path}"))
}

/// The head and the content of a response.
async fn get(host: &str, path: &str, headers: &str) -> (String, String) {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, content) = text.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), content.to_owned())
}

#[tokio::test]
async fn the_page_is_served_to_this_computer_under_its_address_alone() {
    let explorer = Explorer::start(Target::in_memory().await.unwrap(), 0).await.unwrap();
    let (host, path) = parts(&explorer);
    assert!(host.starts_with("127.0.0.1:"));
    let own = format!("Host: {host}\r\n");
    let (head, content) = get(&host, &path, &own).await;
    assert!(head.starts_with("http/1.1 200") && content.contains("<title>"), "{head}");
    assert!(head.contains("content-security-policy: default-src 'none'; script-src 'self'"), "{head}");
    assert!(head.contains("frame-ancestors 'none'") && head.contains("cache-control: no-store"), "{head}");
    for file in ["explore.js", "explore.css", "schema.json", "traffic", "traffic.json?from=0", "recording.jsonl"] {
        let (head, content) = get(&host, &format!("{path}{file}"), &own).await;
        assert!(head.starts_with("http/1.1 200"), "{file}: {head}");
        assert!(!content.contains("https://") || file == "schema.json", "{file}");
    }
    for (path, headers, status) in [
        ("/", own.clone(), 404),
        ("/explore.js", own.clone(), 404),
        (&*path, format!("Host: evil.example:{}\r\n", host.split(':').nth(1).unwrap()), 421),
        (&*path, format!("{own}Origin: http://evil.example\r\n"), 403),
        (&*path, format!("{own}Sec-Fetch-Site: cross-site\r\n"), 403),
    ] {
        let (head, content) = get(&host, path, &headers).await;
        assert!(head.starts_with(&format!("http/1.1 {status}")) && !content.contains("<title>"), "{headers}: {head}");
    }
}

#[tokio::test]
async fn a_websocket_of_another_page_is_refused() {
    let explorer = Explorer::start(Target::in_memory().await.unwrap(), 0).await.unwrap();
    let (host, path) = parts(&explorer);
    for origin in [None, Some("http://evil.example".to_owned()), Some("null".to_owned())] {
        let mut request = format!("ws://{host}{path}events").into_client_request().unwrap();
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        let Err(Error::Http(response)) = tokio_tungstenite::connect_async(request).await else { panic!() };
        assert_eq!(response.status(), 403);
    }
}

#[tokio::test]
async fn calls_are_answered_and_changes_belong_to_calls() {
    let explorer = Explorer::start(Target::in_memory().await.unwrap(), 0).await.unwrap();
    let (host, path) = parts(&explorer);
    let mut request = format!("ws://{host}{path}events").into_client_request().unwrap();
    request.headers_mut().insert("origin", format!("http://{host}").parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let mut seen: Vec<Value> = Vec::new();
    // Sends a command, and waits for an event.
    let mut ask = async |command: Value, event: &str, holds: &dyn Fn(&Value) -> bool| {
        socket.send(Message::text(command.to_string())).await.unwrap();
        loop {
            if let Some(found) = seen.iter().position(|seen| seen["event"] == event && holds(seen)) {
                return seen.swap_remove(found);
            }
            let Some(Ok(Message::Text(text))) = socket.next().await else { panic!("no {event}: {seen:?}") };
            seen.push(serde_json::from_str(&text).unwrap());
        }
    };
    let any = |_: &Value| true;
    let opened = ask(json!({ "do": "connect" }), "opened", &any).await;
    assert_eq!((&opened["object"]["handle"], &opened["object"]["class"]), (&json!(-1), &json!("Global")));
    let call = |handle: i64, method: &str, params: Value| json!({ "do": "call", "page": "p", "handle": handle, "method": method, "params": params });
    let doc = ask(call(-1, "OpenDoc", json!({ "qDocName": "sales" })), "answered", &any).await;
    let entry = &doc["entry"];
    assert_eq!((&entry["class"], &entry["opened"][0]), (&json!("Global"), &json!(1)));
    assert!(entry["took"].as_u64() > Some(0) && entry["outcome"]["result"]["qReturn"]["qType"] == "Doc", "{entry}");

    // Parameters by position work as well.
    let field = ask(call(1, "GetField", json!(["Year"])), "answered", &any).await;
    assert_eq!(field["entry"]["params"], json!({ "qFieldName": "Year" }));
    let number = field["entry"]["opened"][0].as_i64().unwrap();
    // The engine reports data as stale only if it was fetched.
    let properties = json!({ "qInfo": { "qType": "table" }, "qHyperCubeDef": { "qMeasures": [{ "qDef": { "qDef": "Sum(Sales)" } }] } });
    let table = ask(call(1, "CreateSessionObject", json!({ "qProp": properties })), "answered", &any).await;
    let table = table["entry"]["opened"][0].as_i64().unwrap();
    ask(call(table, "GetLayout", json!({})), "answered", &any).await;
    let selected = ask(call(number, "Select", json!({ "qMatch": "2022" })), "answered", &any).await;
    let changed = ask(json!({ "do": "none" }), "changed", &|event| event["call"] == selected["entry"]["call"]).await;
    assert_eq!(changed["handles"], json!([table]));

    let code = json!({ "do": "code", "ask": 1, "handle": number, "method": "Select", "params": { "qMatch": "2022" } });
    let code = ask(code, "code", &any).await;
    let code = code["code"].as_str().unwrap();
    assert!(code.contains(r#"let doc = global.open_doc("sales").await?;"#), "{code}");
    assert!(code.contains(r#"let field = doc.get_field("Year").await?;"#), "{code}");

    let wrong = ask(call(99, "GetLayout", json!({})), "answered", &any).await;
    assert_eq!(wrong["entry"]["outcome"]["error"], "no object with the handle 99 is open");
    let wrong = ask(call(1, "GetFild", json!({})), "answered", &any).await;
    assert_eq!(wrong["entry"]["outcome"]["error"], "the schema has no method `Doc.GetFild`");
    let status =
        ask(json!({ "do": "disconnect" }), "status", &|event| event["status"]["state"] == "disconnected").await;
    assert_eq!(status["status"]["reason"], Value::Null);
}
