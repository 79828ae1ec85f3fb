//! Reads what `qix_client::record::Recorder` writes.

#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::fs::File;
use std::io::BufReader;
use std::time::Duration;

use qix_client::prelude::*;
use qix_client::{Backoff, record::Recorder};
use qix_test_engine::{Fault, TestEngine};
use qix_traffic::{Log, Micros, Options};

/// How long the engine takes for a layout.
const CALCULATION: Duration = Duration::from_millis(30);

#[tokio::test]
async fn a_recording_is_a_log() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let engine = TestEngine::start().await.unwrap();
    let recorder = Recorder::new(File::create(file.path()).unwrap());
    let builder = Session::builder().url(engine.url() + "/app/sales/ttl/60").record(&recorder);
    let session = builder.reconnect(Backoff::default()).connect().await.unwrap();
    let doc = session.open_doc("sales").await.unwrap();
    let table = GenericObjectProperties::of_type("table").with_hyper_cube_def(HyperCubeDef::default());
    let table = doc.create_session_object(table).await.unwrap();
    engine.fault(Fault::slow(CALCULATION).on("GetLayout").times(1));
    table.get_layout().await.unwrap();
    doc.get_field("No Such").await.unwrap_err();
    // A second connection in the same recording.
    session.suspend().await;
    session.resume().await.unwrap();
    table.get_layout().await.unwrap();
    session.close().await;
    drop((table, doc, session, recorder));

    let log = Log::read(BufReader::new(file), &Options::default()).unwrap();
    assert!(log.faults.is_empty(), "{:?}", log.faults);
    assert_eq!(log.messages.len(), engine.requests().len() * 2 + 2, "requests, answers and two greetings");
    let layouts: Vec<_> = log.calls.iter().filter(|call| &*call.method == "GetLayout").collect();
    assert_eq!(layouts.len(), 2);
    let took = layouts[0].took(&log).unwrap();
    assert!(took >= Micros(CALCULATION.as_micros().try_into().unwrap()), "{took:?}");
    assert_eq!(log.calls.iter().filter(|call| call.outcome.is_error()).count(), 1);
}
