//! Recording and replaying traffic.

use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::support::{Listener, object};
use qix_client::prelude::*;
use qix_client::record::{Recorder, Replay};
use serde_json::json;

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The program, which runs both against the engine and with the recording.
async fn program(session: &Session) -> (i64, i64) {
    let doc = session.open_doc("sales").await.unwrap();
    let year = doc.get_field("Year").await.unwrap();
    (year.get_cardinal().await.unwrap(), year.get_cardinal().await.unwrap())
}

#[tokio::test]
async fn a_replay_answers_like_the_engine_and_reports_differences() {
    let listener = Listener::bind().await;
    let buffer = Buffer::default();
    let recorder = Recorder::new(buffer.clone());
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetField", object("Field", 2)).await;
        engine.answer("GetCardinal", json!({ "qReturn": 12 })).await;
        engine.answer("GetCardinal", json!({ "qReturn": 13 })).await;
        engine.close_code().await;
    };
    let user = async {
        let session = Session::builder().url(listener.url()).record(&recorder).connect().await.unwrap();
        assert_eq!(program(&session).await, (12, 13));
        session.close().await;
    };
    tokio::join!(user, script);
    drop(recorder);
    let recording = buffer.0.lock().unwrap().clone();
    assert_eq!(recording.iter().filter(|byte| **byte == b'\n').count(), 9);

    let replay = Replay::read(&*recording).unwrap();
    let session = Session::builder().connect_over(replay.transport()).await.unwrap();
    // Another ID than in the recording.
    assert_eq!(session.engine_version().await.unwrap_err().engine().unwrap().code.0, -1);
    assert_eq!(program(&session).await, (12, 13));
    assert!(replay.unused().is_empty());
    session.global().open_doc("other").await.unwrap_err();
    let differences = replay.differences();
    assert_eq!(differences.len(), 2, "{differences:?}");
    assert!(differences[1].contains(r#"{"qDocName":"other"}; the recording has OpenDoc"#), "{differences:?}");
    assert!(Replay::read(&b"\n{\"dir\":1}\n"[..]).unwrap_err().to_string().starts_with("line 2 of the recording"));
}

#[tokio::test]
async fn a_recording_is_replayed_whatever_the_mark_of_its_session_was() {
    let listener = Listener::bind().await;
    let buffer = Buffer::default();
    let recorder = Recorder::new(buffer.clone());
    let script = async {
        let mut engine = listener.accept().await;
        engine.greet("SESSION_CREATED").await;
        engine.answer("OpenDoc", object("Doc", 1)).await;
        engine.answer("GetField", object("Field", 2)).await;
        engine.answer("Select", json!({ "qReturn": true })).await;
        engine.answer("Evaluate", json!({ "qReturn": "550" })).await;
        engine.close_code().await;
    };
    let program = async |session: &Session| {
        let doc = session.open_doc("sales").await.unwrap();
        let year = doc.get_field("Year").await.unwrap();
        assert!(year.select("2021").await.unwrap());
        assert_eq!(doc.evaluate("Sum(Sales)").await.unwrap(), "550");
        (doc, year)
    };
    let user = async {
        let session = Session::builder().url(listener.url()).record(&recorder).connect().await.unwrap();
        program(&session).await;
        session.close().await;
    };
    tokio::join!(user, script);
    drop(recorder);
    let recording = buffer.0.lock().unwrap().clone();
    assert!(String::from_utf8_lossy(&recording).contains("qix-session-mark"));

    let replay = Replay::read(&*recording).unwrap();
    let session = Session::builder().connect_over(replay.transport()).await.unwrap();
    let _held = program(&session).await;
    session.suspend().await;
    let resumption = session.resume_over(replay.transport()).await.unwrap();
    assert_eq!((resumption.lost().count(), resumption.lost_state.len()), (0, 0));
    assert_eq!(replay.differences(), Vec::<String>::new());
    assert_eq!(replay.unused(), Vec::<String>::new());
}
