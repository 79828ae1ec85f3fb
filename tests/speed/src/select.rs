//! Selecting many values of a field, compared with reading the field.
//!
//! The server runs in a thread of its own, and answers as an engine with one field does: numbers, of which it lists the
//! selected ones first. The client has the main thread for itself, and CPU time is that of this thread.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use qix_client::prelude::*;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

/// How many values to select, and of how many.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Size {
    /// Number of values in the field.
    #[arg(long, value_name = "N", default_value_t = 200_000)]
    values: usize,
    /// Number of values to select.
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    selected: usize,
    /// Number of runs. Results are medians.
    #[arg(long, value_name = "N", default_value_t = 9)]
    runs: usize,
}

pub(crate) fn run(size: Size) -> Result<()> {
    let (urls, url) = std::sync::mpsc::channel();
    std::thread::spawn(move || serve(size.values, &urls));
    let url = url.recv().context("the server does not start")?;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(measure(size, &url))
}

async fn measure(size: Size, url: &str) -> Result<()> {
    let session = Session::connect(url).await?;
    let doc = session.open_doc("speed").await?;
    let step = (size.values / size.selected.max(1)).max(1);
    let wanted: Vec<i64> = (0..size.selected).map(|at| (at * step) as i64).collect();
    let texts: Vec<String> = wanted.iter().map(i64::to_string).collect();
    // Halves of numbers are not in the field.
    let absent: Vec<f64> = wanted.iter().map(|number| *number as f64 + 0.5).collect();

    println!("{} of {} values; wall and CPU time, and the longest wait of other tasks", size.selected, size.values);
    let values = size.values;
    let reading = async |doc: &Doc| {
        let read: Vec<f64> = doc.field_values("N").read_all().await?;
        ensure!(read.len() == values);
        anyhow::Ok(())
    };
    report("reading", size, &doc, &reading).await?;
    report("reading texts and states", size, &doc, &async |doc: &Doc| {
        let read: Vec<(String, StateEnumType)> = doc.field_values("N").read_all().await?;
        ensure!(read.len() == values);
        Ok(())
    })
    .await?;
    report("select numbers", size, &doc, &async |doc: &Doc| Ok(doc.select("N", wanted.clone()).await?)).await?;
    report("select texts", size, &doc, &async |doc: &Doc| Ok(doc.select("N", texts.clone()).await?)).await?;
    report("toggle numbers", size, &doc, &async |doc: &Doc| {
        Ok(doc.select("N", wanted.clone()).toggle_mode(true).await?)
    })
    .await?;
    let list = doc.create_session_object(ListObjectDef::field("N").into()).await?;
    report("select in a list", size, &doc, &async |_: &Doc| Ok(list.select(wanted.clone()).await?)).await?;
    report("missing numbers", size, &doc, &async |doc: &Doc| {
        let outcome = doc.select("N", absent.clone()).await;
        ensure!(outcome.is_err_and(|error| error.downcast_ref::<SelectError>().is_some()));
        Ok(())
    })
    .await
}

async fn report(name: &str, size: Size, doc: &Doc, task: &impl AsyncFn(&Doc) -> Result<()>) -> Result<()> {
    let (mut walls, mut cpus, mut waits) = (Vec::new(), Vec::new(), Vec::new());
    // The first run warms up.
    for run in 0..=size.runs {
        let (began, cpu) = (Instant::now(), cpu());
        task(doc).await.with_context(|| name.to_owned())?;
        if run > 0 {
            walls.push(began.elapsed());
            cpus.push(self::cpu().saturating_sub(cpu));
        }
    }
    for _ in 0..size.runs {
        let longest = Cell::new(Duration::ZERO);
        let others = async {
            loop {
                let before = cpu();
                tokio::task::yield_now().await;
                longest.set(longest.get().max(cpu().saturating_sub(before)));
            }
        };
        tokio::select! {
            biased;
            () = others => {}
            outcome = task(doc) => outcome?,
        }
        waits.push(longest.get());
    }
    println!(
        "{name:26} {:7.1} ms {:7.1} ms {:7.1} ms",
        millis(median(walls)),
        millis(median(cpus)),
        millis(waits.into_iter().max().unwrap_or_default())
    );
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// CPU time of this thread, on Linux; elsewhere, the time.
fn cpu() -> Duration {
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|times| times.split_whitespace().next()?.parse().ok());
    match nanoseconds {
        Some(nanoseconds) => Duration::from_nanos(nanoseconds),
        None => std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default(),
    }
}

fn serve(values: usize, urls: &std::sync::mpsc::Sender<String>) -> Result<()> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        urls.send(format!("ws://{}/app/", listener.local_addr()?))?;
        loop {
            // Clients may disconnect without a close frame.
            answer(listener.accept().await?.0, values).await.ok();
        }
    })
}

async fn answer(socket: TcpStream, values: usize) -> Result<()> {
    socket.set_nodelay(true)?;
    let mut socket = tokio_tungstenite::accept_async(socket).await?;
    let greeting = json!({ "method": "OnConnected", "params": { "qSessionState": "SESSION_CREATED" } });
    socket.send(Message::text(greeting.to_string())).await?;
    let mut field = Field { values, selected: BTreeSet::new(), rows: Vec::new() };
    field.list();
    while let Some(message) = socket.next().await {
        let Message::Text(text) = message? else { continue };
        let request: Value = serde_json::from_str(&text)?;
        let result = field.answer(request["method"].as_str().unwrap_or_default(), &request["params"]);
        socket.send(Message::text(format!(r#"{{"id":{},"result":{result}}}"#, request["id"]))).await?;
    }
    Ok(())
}

/// A field with the numbers from 0.
struct Field {
    values: usize,
    selected: BTreeSet<usize>,
    /// The rows of a list, as the engine writes them.
    rows: Vec<String>,
}

impl Field {
    fn answer(&mut self, method: &str, params: &Value) -> String {
        let object = |class: &str, handle: i32| {
            json!({ "qReturn": { "qType": class, "qHandle": handle, "qGenericId": handle.to_string() } }).to_string()
        };
        match method {
            "OpenDoc" => object("Doc", 1),
            "GetField" => object("Field", 3),
            "CreateSessionObject" => object("GenericObject", 4),
            "GetLayout" => self.layout().to_string(),
            "GetListObjectData" => {
                let number = |name: &str| params["qPages"][0][name].as_u64().unwrap_or(0) as usize;
                self.page(number("qTop"), number("qHeight"))
            }
            "SelectValues" => {
                let values = params["qFieldValues"].as_array().map(Vec::as_slice).unwrap_or_default();
                let number = |value: &Value| match value["qIsNumeric"].as_bool() {
                    Some(true) => {
                        Some(value["qNumber"].as_f64().unwrap_or_default()).filter(|number| number.fract() == 0.0)
                    }
                    _ => value["qText"].as_str().and_then(|text| text.parse().ok()),
                };
                let numbers = values.iter().filter_map(number).map(|number| number as usize);
                self.select(numbers.collect(), params["qToggleMode"] == true);
                r#"{"qReturn":true}"#.to_owned()
            }
            "SelectListObjectValues" => {
                let values = params["qValues"].as_array().map(Vec::as_slice).unwrap_or_default();
                let numbers = values.iter().filter_map(Value::as_u64).map(|number| number as usize);
                self.select(numbers.collect(), params["qToggleMode"] == true);
                r#"{"qSuccess":true}"#.to_owned()
            }
            "GetAndMode" => r#"{"qReturn":false}"#.to_owned(),
            _ => "{}".to_owned(),
        }
    }

    fn select(&mut self, numbers: BTreeSet<usize>, toggle: bool) {
        let numbers: BTreeSet<_> = numbers.into_iter().filter(|number| *number < self.values).collect();
        self.selected = if toggle { &self.selected ^ &numbers } else { numbers };
        self.list();
    }

    fn layout(&self) -> Value {
        let counts = json!({ "qSelected": self.selected.len(), "qOption": self.values - self.selected.len() });
        let info = json!({ "qFallbackTitle": "N", "qCardinal": self.values, "qStateCounts": counts });
        let list = json!({ "qSize": { "qcx": 1, "qcy": self.values }, "qDimensionInfo": info });
        json!({ "qLayout": { "qListObject": list } })
    }

    /// Lists the selected values first.
    fn list(&mut self) {
        let others = (0..self.values).filter(|number| !self.selected.contains(number)).map(|number| (number, "O"));
        let rows = self.selected.iter().map(|number| (*number, "S")).chain(others);
        let row = |(number, state): (usize, &str)| {
            format!(r#"[{{"qText":"{number}","qNum":{number},"qElemNumber":{number},"qState":"{state}"}}]"#)
        };
        self.rows = rows.map(row).collect();
    }

    fn page(&self, top: usize, height: usize) -> String {
        let rows = self.rows.iter().skip(top).take(height).map(String::as_str).collect::<Vec<_>>().join(",");
        format!(r#"{{"qDataPages":[{{"qMatrix":[{rows}],"qTails":[],"qArea":{{"qTop":{top},"qHeight":{height}}}}}]}}"#)
    }
}
