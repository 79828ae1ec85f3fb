//! Recording traffic.

use std::fmt;
use std::future::ready;
use std::io::Write;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::connect::{Incoming, Outgoing, Text, Transport};
use crate::record::redact;

/// Records all traffic of a session, as one JSON object per line: `at` is the time in microseconds since the start,
/// `dir` is `>` for sent and `<` for received messages, and `msg` is the message (or `text` if it is not JSON).
///
/// Passwords and tokens in sent messages are redacted, including those in scripts and connection strings. Everything
/// else is recorded, including data. A separate thread writes the recording: before the program exits,
/// [`close`](crate::Session::close) the session and drop the recorder.
///
/// ```no_run
/// use qix_client::{prelude::*, record::Recorder};
///
/// # async fn f() -> Result<(), Box<dyn std::error::Error>> {
/// let recorder = Recorder::new(std::fs::File::create("traffic.jsonl")?);
/// let session = Session::builder().url("ws://localhost:4848/app/").record(&recorder).connect().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<WriterThread>,
}

struct WriterThread {
    start: Instant,
    lines: Option<mpsc::Sender<Line>>,
    writer: Option<thread::JoinHandle<()>>,
}

struct Line {
    at: u128,
    message: Recorded,
}

enum Recorded {
    Sent(String),
    Arrived(Text),
}

impl Recorder {
    /// Records to a writer, such as a file.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        let (lines, queue) = mpsc::channel();
        let writer = thread::spawn(move || {
            if let Err(error) = write(out, &queue) {
                tracing::warn!(%error, "traffic is no longer recorded");
            }
        });
        Self { shared: Arc::new(WriterThread { start: Instant::now(), lines: Some(lines), writer: Some(writer) }) }
    }

    /// Records all messages of a transport.
    pub(crate) fn tap(&self, transport: Transport) -> Transport {
        let (sent, arrived) = (self.clone(), self.clone());
        let reading = transport.reading.inspect(move |incoming| {
            if let Ok(Incoming::Text(text)) = incoming {
                arrived.note(Recorded::Arrived(text.clone()));
            }
        });
        let writing = transport.writing.with(move |outgoing| {
            if let Outgoing::Text(text) = &outgoing {
                sent.note(Recorded::Sent(text.clone()));
            }
            ready(Ok(outgoing))
        });
        Transport::new(reading, writing)
    }

    fn note(&self, message: Recorded) {
        if let Some(lines) = &self.shared.lines {
            // A failed writer has already been reported.
            lines.send(Line { at: self.shared.start.elapsed().as_micros(), message }).ok();
        }
    }
}

impl Drop for WriterThread {
    /// Waits until everything has been written.
    fn drop(&mut self) {
        self.lines = None;
        if let Some(writer) = self.writer.take() {
            writer.join().ok();
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

fn write(out: impl Write, queue: &mpsc::Receiver<Line>) -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(out);
    while let Ok(mut line) = queue.recv() {
        loop {
            writeln!(out, "{}", line.text())?;
            match queue.try_recv() {
                Ok(next) => line = next,
                Err(_) => break,
            }
        }
        out.flush()?;
    }
    Ok(())
}

impl Line {
    fn text(&self) -> String {
        let (direction, message) = match &self.message {
            Recorded::Sent(text) => (">", redact::hidden(text)),
            Recorded::Arrived(text) => ("<", text.as_ref().to_owned()),
        };
        // Line breaks in a message are JSON whitespace.
        let json = serde_json::from_str::<&RawValue>(&message).is_ok();
        let (name, value) = match json {
            true => ("msg", message.replace(['\n', '\r'], " ")),
            false => ("text", Value::from(message).to_string()),
        };
        format!(r#"{{"at":{},"dir":"{direction}","{name}":{value}}}"#, self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_object_without_passwords() {
        let request = r#"{"id":1,"params":{"qDocName":"a","qPassword":"hush","qConnection":{"qPassword":"hush"}}}"#;
        let line = Line { at: 7, message: Recorded::Sent(request.to_owned()) }.text();
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!((&line["at"], &line["dir"]), (&Value::from(7), &Value::from(">")));
        assert_eq!(line["msg"]["params"]["qDocName"], "a");
        assert!(!line.to_string().contains("hush"));
        let line = Line { at: 7, message: Recorded::Arrived("no\nJSON".into()) }.text();
        assert_eq!(line, r#"{"at":7,"dir":"<","text":"no\nJSON"}"#);
        let line = Line { at: 7, message: Recorded::Arrived("{\n}".into()) }.text();
        assert_eq!(line, r#"{"at":7,"dir":"<","msg":{ }}"#);
    }
}
