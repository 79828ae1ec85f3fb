//! A headless Chromium for tests of pages, controlled through its debugging protocol.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::cell::RefCell;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

/// Where to look for the browser if `QIX_BROWSER` is not set.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
/// Maximum time to wait for a response.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one page. It ends when this is dropped.
#[derive(Debug)]
pub struct Browser {
    process: Child,
    socket: RefCell<Socket>,
    _profile: tempfile::TempDir,
}

#[derive(Debug)]
struct Socket {
    stream: WebSocket<TcpStream>,
    id: u64,
    session: Option<String>,
}

impl Browser {
    /// Starts a browser. If there is none, prints a message to standard error and returns `None`, or fails if
    /// `QIX_REQUIRE_BROWSER` is set.
    pub fn start() -> Option<Self> {
        let (mut command, profile) = headless(&find()?);
        command.args(["--window-size=1400,900", "about:blank"]);
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let mut said = Vec::new();
        let url = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the browser did not start:\n{}", said.join("\n")) };
            if let Some(url) = line.strip_prefix("DevTools listening on ") {
                break url.to_owned();
            }
            said.push(line);
        };
        // Drains the pipe, because the browser keeps writing to it.
        std::thread::spawn(move || lines.for_each(drop));
        let address = url.trim_start_matches("ws://").split('/').next().unwrap();
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (stream, _) = tungstenite::client(&url, stream).unwrap();
        let socket = RefCell::new(Socket { stream, id: 0, session: None });
        let browser = Self { process, socket, _profile: profile };
        let target = browser.command("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = browser.command("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        browser.socket.borrow_mut().session = attached["sessionId"].as_str().map(Into::into);
        Some(browser)
    }

    /// Sends a command and waits for its response.
    pub fn command(&self, method: &str, params: Value) -> Value {
        let mut socket = self.socket.borrow_mut();
        socket.id += 1;
        let mut command = json!({ "id": socket.id, "method": method, "params": params });
        if let Some(session) = &socket.session {
            command["sessionId"] = json!(session);
        }
        socket.stream.send(Message::text(command.to_string())).unwrap();
        loop {
            let Message::Text(text) = socket.stream.read().unwrap() else { continue };
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            if answer["id"] == socket.id {
                assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
        }
    }

    /// Opens a page and waits until an expression is true in it.
    pub fn open(&self, url: &str, ready: &str) {
        // Loads an empty page first: a new fragment alone does not reload a page.
        self.command("Page.navigate", json!({ "url": "about:blank" }));
        self.command("Page.navigate", json!({ "url": url }));
        self.until(ready);
    }

    /// Runs a function body in the page; returns its result when it is available.
    pub fn run(&self, body: &str) -> Value {
        let expression = format!("(async () => {{ {body} }})()");
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.command("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{body}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true in the page. Checks after every change.
    pub fn until(&self, expression: &str) {
        let reached = self.run(&format!(
            "return new Promise((done) => {{
                const look = () => {{ if ({expression}) done(true); }};
                const all = {{ subtree: true, childList: true, attributes: true, characterData: true }};
                new MutationObserver(look).observe(document, all);
                setTimeout(() => done(false), 60000);
                look();
            }});"
        ));
        assert_eq!(reached, true, "never: {expression}");
    }

    /// Presses a key.
    pub fn press(&self, key: &str) {
        self.key(key, 0);
    }

    /// Presses a key while Control is down.
    pub fn press_with_control(&self, key: &str) {
        self.key(key, 2);
    }

    fn key(&self, key: &str, modifiers: u8) {
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "modifiers": modifiers });
            if key == "Enter" {
                event["windowsVirtualKeyCode"] = json!(13);
                event["text"] = json!("\r");
            }
            self.command("Input.dispatchKeyEvent", event);
        }
    }

    /// Types into the focused element.
    pub fn type_text(&self, text: &str) {
        self.command("Input.insertText", json!({ "text": text }));
    }

    /// Clicks the center of an element.
    pub fn click(&self, selector: &str) {
        let place = self.run(&format!(
            "const element = document.querySelector({selector:?});
            element.scrollIntoView({{ block: 'nearest' }});
            const box = element.getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];"
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            let event = json!({ "type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1 });
            self.command("Input.dispatchMouseEvent", event);
        }
    }

    /// Saves a screenshot in the folder `QIX_SCREENSHOTS`, if it is set.
    pub fn picture(&self, name: &str, dark: bool) {
        let Some(folder) = std::env::var_os("QIX_SCREENSHOTS") else { return };
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.command("Emulation.setEmulatedMedia", json!({ "features": features }));
        self.run("await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));");
        let data = self.command("Page.captureScreenshot", json!({ "format": "png" }));
        let encoded = data["data"].as_str().unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), decode(encoded)).unwrap();
        self.command("Emulation.setEmulatedMedia", json!({ "features": [] }));
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// A browser with a page that runs alone: without the debugging protocol, whose events would slow it. The browser ends when
/// this is dropped.
#[derive(Debug)]
pub struct Window {
    process: Child,
    _profile: tempfile::TempDir,
}

impl Window {
    /// Opens a page, with further arguments of the browser. Without a browser, this is like [`Browser::start`].
    pub fn open(url: &str, arguments: &[&str]) -> Option<Self> {
        let (mut command, profile) = headless(&find()?);
        let process = command.args(arguments).arg(url).stderr(Stdio::null()).spawn().unwrap();
        Some(Self { process, _profile: profile })
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// The command that starts a browser with a new profile.
fn headless(program: &Path) -> (Command, tempfile::TempDir) {
    let profile = tempfile::tempdir().unwrap();
    let mut command = Command::new(program);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]);
    command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync"]);
    command.args(["--disable-dev-shm-usage", "--remote-debugging-port=0"]);
    command.arg(format!("--user-data-dir={}", profile.path().display())).stdout(Stdio::null());
    (command, profile)
}

/// The browser in `QIX_BROWSER` or in `PATH`. If there is none, prints a message to standard error, or fails if
/// `QIX_REQUIRE_BROWSER` is set.
pub fn find() -> Option<PathBuf> {
    let found = look();
    if found.is_none() {
        let why = "the page was not tried: no chromium in PATH (Debian: apt-get install chromium) or in QIX_BROWSER";
        assert!(std::env::var_os("QIX_REQUIRE_BROWSER").is_none(), "{why}");
        // Not with a macro, whose output is captured for passing tests.
        let mut shown = std::io::stderr();
        writeln!(shown, "{why}").unwrap();
    }
    found
}

fn look() -> Option<PathBuf> {
    let asked = std::env::var_os("QIX_BROWSER").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let places = std::env::split_paths(&path).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    asked.into_iter().chain(places).find(|place| place.is_file())
}

/// Decodes Base64.
fn decode(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => u32::from(byte - b'A'),
        b'a'..=b'z' => u32::from(byte - b'a') + 26,
        b'0'..=b'9' => u32::from(byte - b'0') + 52,
        b'+' => 62,
        _ => 63,
    };
    let digits: Vec<u32> = text.bytes().filter(|byte| *byte != b'=').map(digit).collect();
    let groups = digits.chunks(4).flat_map(|group| {
        let bits = group.iter().chain(&[0; 3]).take(4).fold(0, |bits, digit| bits << 6 | digit);
        bits.to_be_bytes()[1..group.len()].to_vec()
    });
    groups.collect()
}
