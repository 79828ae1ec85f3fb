//! Metrics and a log of all calls, as middleware: a line for each failed call, and a table per method at the end.
#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use qix_client::prelude::*;
use qix_client::rpc::{RawAnswer, RawCall};
use qix_client::{Error, Middleware, Next};
use qix_test_engine::{Fault, TestEngine};

/// Counts calls, times, and bytes by method. Clones share the table.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<String, Row>>>);

#[derive(Default)]
struct Row {
    calls: u64,
    failures: u64,
    /// Started, and neither answered nor failed: pending or canceled.
    open: u64,
    sent: usize,
    received: usize,
    time: Duration,
    longest: Duration,
}

impl Metrics {
    fn note(&self, method: &str, change: impl FnOnce(&mut Row)) {
        let mut rows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !rows.contains_key(method) {
            rows.insert(method.to_owned(), Row::default());
        }
        rows.get_mut(method).map(change);
    }
}

#[async_trait::async_trait]
impl Middleware for Metrics {
    async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error> {
        let (method, begun) = (call.method.to_string(), Instant::now());
        self.note(&method, |row| {
            row.calls += 1;
            row.open += 1;
            row.sent += call.params.len();
        });
        let outcome = next.run(call).await;
        let time = begun.elapsed();
        self.note(&method, |row| {
            row.open -= 1;
            row.time += time;
            row.longest = row.longest.max(time);
            match &outcome {
                Ok(answer) => row.received += answer.as_str().len(),
                Err(_) => row.failures += 1,
            }
        });
        outcome
    }
}

impl fmt::Display for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<28}{:>6}{:>8}{:>6}{:>7}{:>9}  time", "method", "calls", "failed", "open", "sent", "received")?;
        for (method, row) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            let Row { calls, failures, open, sent, received, time, longest } = row;
            write!(f, "{method:<28}{calls:>6}{failures:>8}{open:>6}{sent:>7}{received:>9}  ")?;
            writeln!(f, "{time:.1?}, the longest {longest:.1?}")?;
        }
        Ok(())
    }
}

/// Prints calls that fail, and those that are slower than a limit.
struct Log {
    slow: Duration,
}

#[async_trait::async_trait]
impl Middleware for Log {
    async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error> {
        let (method, object, begun) = (call.method, next.object(), Instant::now());
        let outcome = next.run(call).await;
        match &outcome {
            Err(error) => println!("failed: {method} of {object}: {error}"),
            Ok(_) if begun.elapsed() > self.slow => println!("slow: {method} of {object}, {:.1?}", begun.elapsed()),
            Ok(_) => {}
        }
        outcome
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let engine = TestEngine::start().await?;
    // An aborted read is retried below the middleware, so it is one call here. A write is not retried, and fails.
    engine.fault(Fault::error(15, "aborted").on("GetLayout").times(1));
    engine.fault(Fault::error(5, "no rights to save").on("DoSave"));

    let metrics = Metrics::default();
    let log = Log { slow: Duration::from_secs(10) };
    let session = Session::builder().url(engine.url()).middleware(metrics.clone()).middleware(log).connect().await?;
    let doc = session.open_doc("sales").await?;

    let cube = HyperCubeDef::default()
        .with_dimensions([NxDimension::field("Region")])
        .with_measures([NxMeasure::expression("Sum(Sales)")])
        .with_initial_data_fetch([NxPage::of_size(2, 100)]);
    let table = doc.create_session_object(GenericObjectProperties::of_type("table").with_hyper_cube_def(cube)).await?;
    let year = doc.get_field("Year").await?;
    for value in ["2021", "2022", "2023"] {
        year.select(value).await?;
        table.get_layout().await?;
    }
    if doc.do_save().await.is_err() {
        println!("not saved\n");
    }
    session.close().await;
    print!("{metrics}");
    Ok(())
}
