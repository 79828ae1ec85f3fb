//! `cargo xtask gen` and `cargo xtask diff` with a URL instead of a file.

#![allow(clippy::unwrap_used, reason = "helpers of tests may fail as loudly as tests")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::thread;

const SCHEMA: &str = include_str!("../../codegen/tests/schema.json");

/// A web server that answers each request by its first line, and records the lines.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        Self::with(move |line, _| answer(line))
    }

    /// The response may use the connection itself.
    fn with(answer: impl Fn(&str, &TcpStream) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, asked) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let lines = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let line = head(&stream);
                lines.lock().unwrap().push(line.clone());
                // The client may have closed the connection.
                let answer = answer(&line, &stream);
                stream.write_all(&answer).ok();
            }
        });
        Self { address, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn requests(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads the head of a request and returns its first line.
fn head(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    lines.for_each(drop);
    first
}

fn answer(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn json(body: &str) -> Vec<u8> {
    answer("200 OK", "Content-Type: application/json\r\n", body.as_bytes())
}

/// Runs the program without proxies from the environment.
fn xtask(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The message of `diff` for a URL that it cannot use.
fn refusal(url: &str) -> String {
    let output = xtask(&["diff", "committed", url], &[]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stdout));
    assert!(output.stdout.is_empty(), "{}", text(&output.stdout));
    text(&output.stderr)
}

/// The small schema, with a class that is in the committed companion.
fn schema() -> String {
    SCHEMA.replace("Global.OpenThing", "Global.OpenDoc").replace("Thing.", "Doc.")
}

fn generate(url: &str, out: &Path, variables: &[(&str, &str)]) -> Output {
    xtask(&["gen", "--schema", url, "--out", out.to_str().unwrap()], variables)
}

#[test]
fn a_url_generates_the_same_code_as_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("qix.json");
    fs::write(&file, schema()).unwrap();
    let server = Server::start(|_| json(&schema()));
    let (by_url, by_file) = (folder.path().join("url/engine"), folder.path().join("file/engine"));
    for (source, out) in [(server.url("/qix.json?v=1"), &by_url), (file.to_str().unwrap().to_owned(), &by_file)] {
        let output = generate(&source, out, &[]);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
    let code = |out: &Path| fs::read_to_string(out.join("src/doc.rs")).unwrap();
    assert_eq!(code(&by_url), code(&by_file));
    assert_eq!(server.requests(), ["GET /qix.json?v=1 HTTP/1.1"]);
}

#[test]
fn both_sides_of_a_comparison_can_be_urls() {
    let server = Server::start(|line| match line.split(' ').nth(1) {
        Some("/old.json") => json(SCHEMA),
        _ => json(&SCHEMA.replace("1.2.3", "1.3.0")),
    });
    let output = xtask(&["diff", &server.url("/old.json"), &server.url("/new.json")], &[]);
    assert!(text(&output.stdout).starts_with("Engine 1.2.3 → 1.3.0\n"), "{}", text(&output.stderr));
}

#[test]
fn redirects_are_followed() {
    let server = Server::start(|line| match line.split(' ').nth(1) {
        Some("/latest") => answer("302 Found", "Location: moved/qix.json\r\n", b""),
        Some("/moved/qix.json") => json(SCHEMA),
        Some("/circle") => answer("301 Moved Permanently", "Location: /circle\r\n", b""),
        _ => answer("404 Not Found", "", b""),
    });
    let output = xtask(&["diff", &server.url("/latest"), &server.url("/latest")], &[]);
    assert!(text(&output.stdout).contains("No difference."), "{}", text(&output.stderr));
    let said = refusal(&server.url("/circle"));
    assert!(said.contains("redirects again and again"), "{said}");
}

#[test]
fn the_environment_names_the_proxy() {
    // The proxy connects to the server, whatever host the client requests.
    let server = Server::start(|_| json(&schema()));
    let target = server.address;
    let proxy = Server::with(move |line, stream| {
        if !line.starts_with("CONNECT ") {
            return answer("405 Method Not Allowed", "", b"");
        }
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
        let request = head(stream);
        let mut onward = TcpStream::connect(target).unwrap();
        onward.write_all(format!("{request}\r\n\r\n").as_bytes()).unwrap();
        let mut back = Vec::new();
        onward.read_to_end(&mut back).unwrap();
        back
    });
    let folder = tempfile::tempdir().unwrap();
    let (out, address) = (folder.path().join("engine"), proxy.address.to_string());
    let output = generate("http://qlik.invalid/qix.json", &out, &[("HTTP_PROXY", &address)]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(proxy.requests(), ["CONNECT qlik.invalid:80 HTTP/1.1"]);

    // A server that is exempt is called directly.
    let variables = [("http_proxy", &*address), ("no_proxy", "example.com, 127.0.0.1")];
    assert!(generate(&server.url("/qix.json"), &out, &variables).status.success());
    assert_eq!(proxy.requests().len(), 1);
    assert_eq!(server.requests().len(), 2);

    // A refusal by the proxy is not one by the server.
    let refusing = Server::start(|_| answer("407 Proxy Authentication Required", "", b"")).address.to_string();
    let url = "http://qlik.invalid/qix.json";
    let output = xtask(&["diff", url, url], &[("HTTP_PROXY", &refusing)]);
    let reason = format!("through the proxy {refusing} that HTTP_PROXY names: proxy server responded 407");
    assert!(text(&output.stderr).contains(&reason), "{}", text(&output.stderr));
}

#[test]
fn a_failed_download_changes_nothing_and_suggests_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("engine");
    let server = Server::start(|_| answer("503 Service Unavailable", "", b"later"));
    // The port is closed now.
    let refused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refused = format!("http://ann:secret@{refused}/qix.json?token=secret");
    for (url, reason) in [
        (refused.as_str(), "refused"),
        ("http://qlik.invalid/qix.json", "failed to lookup address"),
        (&server.url("/qix.json"), "the server answered 503 Service Unavailable"),
    ] {
        let output = generate(url, &out, &[]);
        assert_eq!(output.status.code(), Some(1));
        let said = text(&output.stderr);
        assert!(said.contains("cannot download http://") && said.contains(reason), "{said}");
        assert!(said.contains("give the path of the file") && !said.contains("secret"), "{said}");
        assert!(!out.exists());
    }
    let said = refusal("ftp://127.0.0.1/qix.json");
    assert!(said.contains("Use https:// or the path of a file"), "{said}");
}

#[test]
fn files_that_are_not_schemas_are_rejected_by_their_kind() {
    let server = Server::start(|line| match line.split(' ').nth(1) {
        Some("/page") => answer("200 OK", "Content-Type: text/html\r\n", b"\r\n<!DOCTYPE html><title>Log in</title>"),
        Some("/text") => answer("200 OK", "Content-Type: text/plain\r\n", b"qix"),
        Some("/empty") => answer("200 OK", "", b" \n"),
        Some("/nothing") => b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n".to_vec(),
        Some("/other") => json("{}"),
        Some("/bytes") => answer("200 OK", "", b"{\"a\": \"\xff\"}"),
        Some("/packed") => answer("200 OK", "Content-Encoding: gzip\r\n", b"\x1f\x8b"),
        // The connection ends in the middle of the response, with a known and with an unknown length.
        Some("/short") => [b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n", SCHEMA.as_bytes()].concat(),
        Some("/chunk") => b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n{\"openrpc\"".to_vec(),
        Some("/cut") => [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", &SCHEMA.as_bytes()[..900]].concat(),
        Some("/head") => b"HTTP/1.1 200 OK\r\nContent-Le".to_vec(),
        _ => answer("404 Not Found", "Content-Type: text/html\r\n", b"<html>"),
    });
    for (path, reason) in [
        ("/page", "the answer is a web page (text/html), not a schema"),
        ("/text", "the answer is not a JSON object (text/plain)"),
        ("/empty", "the answer is empty"),
        ("/nothing", "the server answered 204 No Content"),
        ("/other", "/other cannot be compared"),
        ("/bytes", "the answer is not UTF-8 text"),
        ("/packed", "the server answered in the encoding `gzip`"),
        ("/short", "the connection was closed before the answer ended"),
        ("/chunk", "the connection was closed before the answer ended"),
        ("/cut", "this is not JSON: EOF"),
        ("/head", "the connection was closed before the answer ended"),
        ("/missing", "the server answered 404 Not Found"),
    ] {
        let said = refusal(&server.url(path));
        assert!(said.contains(reason) && said.contains(path), "{path}: {said}");
    }
}

#[test]
fn a_too_large_response_is_not_read_completely() {
    let server = Server::with(|_, mut stream| {
        let (head, spaces) = (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{", vec![b' '; 1 << 20]);
        stream.write_all(head).unwrap();
        // The client closes the connection first.
        while stream.write_all(&spaces).is_ok() {}
        Vec::new()
    });
    let said = refusal(&server.url("/endless.json"));
    assert!(said.contains("the answer has more than 64 MiB"), "{said}");
}

#[test]
fn the_help_contains_the_vendors_url() {
    for task in ["gen", "diff"] {
        let said = text(&xtask(&[task, "--help"], &[]).stdout);
        assert!(said.contains("https://qlik.dev/specs/json-rpc/qix.json"), "{said}");
    }
}
