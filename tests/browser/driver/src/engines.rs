//! The engines of the tests.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use qix_test_engine::{Fault, Proxy, TestEngine};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tokio_tungstenite::tungstenite::Message;

const GREETING: &str = r#"{"jsonrpc":"2.0","method":"OnConnected","params":{"qSessionState":"SESSION_CREATED"}}"#;

/// How often to look whether all connections of an engine have ended.
const LOOK: Duration = Duration::from_millis(10);

/// All engines, by number.
#[derive(Default)]
pub(crate) struct Engines {
    next: AtomicU32,
    all: Mutex<HashMap<u32, Arc<Mutex<Kind>>>>,
}

enum Kind {
    Test(Option<TestEngine>, u16),
    /// Accepts connections, and says nothing.
    Deaf {
        _listener: TcpListener,
    },
    /// Greets, and notes with which code the client closes.
    Codes(mpsc::Receiver<u16>),
}

impl Engines {
    /// Starts an engine. Returns its number and its address.
    pub(crate) async fn start(&self, kind: &str) -> Result<String> {
        let (kind, port) = match kind {
            "plain" => test(TestEngine::start().await?),
            "proxy" => {
                let proxy = Proxy::new().ticket("one", r"TEST\tester").ticket("two", r"TEST\tester");
                test(TestEngine::builder().proxy(proxy).start().await?)
            }
            "deaf" | "codes" => {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                let port = listener.local_addr()?.port();
                (if kind == "deaf" { Kind::Deaf { _listener: listener } } else { codes(listener) }, port)
            }
            _ => bail!("there is no engine of the kind {kind:?}"),
        };
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        self.all.lock().await.insert(id, Arc::new(Mutex::new(kind)));
        Ok(format!("{id} ws://127.0.0.1:{port}"))
    }

    pub(crate) async fn order(&self, id: u32, order: &str) -> Result<String> {
        let engine = self.all.lock().await.get(&id).cloned().context("there is no such engine")?;
        let mut kind = engine.lock().await;
        match &mut *kind {
            Kind::Test(engine, port) => obey(engine, *port, order).await,
            Kind::Codes(codes) => Ok(codes.recv().await.context("the listener has ended")?.to_string()),
            Kind::Deaf { .. } => bail!("it takes no orders"),
        }
    }
}

fn test(engine: TestEngine) -> (Kind, u16) {
    let port = engine.address().port();
    (Kind::Test(Some(engine), port), port)
}

async fn obey(slot: &mut Option<TestEngine>, port: u16, order: &str) -> Result<String> {
    let (verb, rest) = order.split_once(' ').unwrap_or((order, ""));
    if verb == "back" {
        *slot = Some(TestEngine::builder().port(port).start().await?);
        return Ok(String::new());
    }
    let engine = slot.as_ref().context("it is killed")?;
    match verb {
        "fault" => engine.fault(rest.parse().map_err(anyhow::Error::msg)?),
        "set" => {
            let mut words = rest.splitn(3, ' ');
            let mut word = || words.next().context("it has a method, a pointer and a value");
            let (method, pointer, value) = (word()?, word()?, word()?);
            engine.fault(Fault::set(pointer, parse(value)?).on(method));
        }
        "clear" => engine.clear_faults(),
        "drop" => engine.drop_sockets(),
        "expire" => engine.expire_cookies(),
        "close" => {
            let (code, reason) = rest.split_once(' ').context("it has a code and a reason")?;
            engine.close_sockets(code.parse()?, reason);
        }
        "kill" => {
            engine.drop_sockets();
            // Now, before clients come back.
            *slot = None;
            tokio::task::yield_now().await;
        }
        "alone" => alone(engine).await,
        "connections" => return Ok(engine.connections().to_string()),
        "logins" => return Ok(engine.logins().to_string()),
        "upgrades" => return Ok(engine.upgrades().len().to_string()),
        "target" => return Ok(engine.upgrades().last().context("no client has connected")?.target.clone()),
        "requests" => {
            return Ok(engine.requests().iter().map(|request| request.method.as_str()).collect::<Vec<_>>().join(" "));
        }
        _ => bail!("there is no order {verb:?}"),
    }
    Ok(String::new())
}

fn parse(json: &str) -> Result<serde_json::Value> {
    use serde::Deserialize;

    let mut reader = serde_json::Deserializer::from_str(json);
    reader.disable_recursion_limit();
    Ok(serde_json::Value::deserialize(&mut reader)?)
}

/// Waits until no client is connected.
async fn alone(engine: &TestEngine) {
    while engine.connections() > 0 {
        tokio::time::sleep(LOOK).await;
    }
}

fn codes(listener: TcpListener) -> Kind {
    let (tell, codes) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Ok(code) = code(&listener).await {
            tell.send(code).await.ok();
        }
    });
    Kind::Codes(codes)
}

/// Greets the next client. Returns the code with which it closes the connection.
async fn code(listener: &TcpListener) -> Result<u16> {
    let (stream, _) = listener.accept().await?;
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    socket.send(Message::text(GREETING)).await?;
    while let Some(message) = socket.next().await {
        if let Message::Close(frame) = message? {
            // Answers the close frame.
            while let Some(Ok(_)) = socket.next().await {}
            return Ok(frame.map_or(1005, |frame| frame.code.into()));
        }
    }
    bail!("the client does not say goodbye")
}
