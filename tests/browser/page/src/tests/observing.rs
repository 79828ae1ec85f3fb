//! Recordings, tracing, events.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::StreamExt;
use qix_client::record::{Recorder, Replay};
use qix_client::{Event, prelude::*};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};

use super::cube;
use crate::engine::{Engine, Outcome};

/// A recording in memory.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl io::Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) async fn traffic_is_recorded_in_memory() -> Outcome {
    let engine = Engine::start("plain").await?;
    let memory = Memory::default();
    let recorder = Recorder::new(memory.clone());
    let session = Session::builder().url(engine.url()).record(&recorder).connect().await?;
    let read = async |session: &Session| -> Result<_, Box<dyn std::error::Error>> {
        let doc = session.open_doc("sales").await?;
        let table = doc.create_session_object(cube()).await?;
        Ok(table.rows::<(String, f64)>().read_all().await?)
    };
    let rows = read(&session).await?;
    session.close().await;
    let recording = memory.0.lock().map_err(|_| "poisoned")?.clone();
    engine.order("kill").await?;
    let replay = Replay::read(&recording[..])?;
    let session = Session::builder().connect_over(replay.transport()).await?;
    assert_eq!(read(&session).await?, rows);
    Ok(())
}

/// Counts spans and events of the client.
#[derive(Default)]
struct Counter {
    spans: Arc<AtomicUsize>,
    events: Arc<AtomicUsize>,
}

impl Subscriber for Counter {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("qix_client")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed) as u64 + 1)
    }

    fn event(&self, _: &tracing::Event<'_>) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

pub(super) async fn calls_are_traced() -> Outcome {
    let counter = Counter::default();
    let (spans, events) = (Arc::clone(&counter.spans), Arc::clone(&counter.events));
    tracing::subscriber::set_global_default(counter)?;
    let engine = Engine::start("plain").await?;
    let session = Session::connect(engine.url()).await?;
    session.open_doc("sales").await?.evaluate("1").await?;
    assert!(spans.load(Ordering::Relaxed) >= 2 && events.load(Ordering::Relaxed) >= 4);
    Ok(())
}

pub(super) async fn events_are_seen() -> Outcome {
    let engine = Engine::start("plain").await?;
    let mut builder = Session::builder().url(engine.url());
    let events = builder.events();
    let session = builder.connect().await?;
    session.suspend().await;
    session.resume().await?;
    session.close().await;
    let seen: Vec<_> = events.collect().await;
    let has = |wanted: fn(&Event) -> bool| seen.iter().any(wanted);
    assert!(has(|event| matches!(event, Event::Opened(_))), "{seen:?}");
    assert!(has(|event| matches!(event, Event::Suspended(_))), "{seen:?}");
    assert!(has(|event| matches!(event, Event::Resumed(_))), "{seen:?}");
    assert!(has(|event| matches!(event, Event::Closed(_))), "{seen:?}");
    Ok(())
}
