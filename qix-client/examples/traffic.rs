//! Records the messages between a session and its engine, then replays the engine from that file.
//!
//! To analyze the file: `cargo xtask traffic FILE`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::fs::File;
use std::io::BufReader;

use qix_client::prelude::*;
use qix_client::record::{Recorder, Replay};
use qix_test_engine::TestEngine;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("traffic.jsonl");
    {
        let engine = TestEngine::start().await?;
        let recorder = Recorder::new(File::create(&path)?);
        let session = Session::builder().url(engine.url()).record(&recorder).connect().await?;
        println!("recorded: {}", total(&session, "2022").await?);
        session.close().await;
    }
    for line in std::fs::read_to_string(&path)?.lines() {
        let line: serde_json::Value = serde_json::from_str(line)?;
        let text = line["msg"].to_string();
        println!("  {} {}", line["dir"].as_str().unwrap_or("?"), text.get(..100).unwrap_or(&text));
    }

    // Without an engine. Responses are found by method, object and parameters.
    let replay = Replay::read(BufReader::new(File::open(&path)?))?;
    let session = Session::builder().connect_over(replay.transport()).await?;
    println!("replayed: {}", total(&session, "2022").await?);

    // A request that is not in the recording returns an error, and is reported.
    let session = Session::builder().connect_over(replay.transport()).await?;
    if let Err(error) = total(&session, "2023").await {
        println!("{error}");
    }
    println!("{} difference from the recording", replay.differences().len());
    Ok(())
}

/// The code under test.
async fn total(session: &Session, year: &str) -> Result<f64, qix_client::Error> {
    let doc = session.open_doc("sales").await?;
    doc.get_field("Year").await?.select(year).await?;
    Ok(doc.evaluate_ex("Sum(Sales)").await?.number)
}
