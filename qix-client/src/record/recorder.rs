//! Recording traffic.

use std::fmt;
use std::future::ready;
use std::io::{BufWriter, Write};
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use qix_schema::rpc::Instant;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::connect::{Incoming, Outgoing, Text, Transport};
use crate::platform::Aside;
use crate::record::redact;

/// Records all traffic of a session, as one JSON object per line: `at` is the time in microseconds since the start,
/// `dir` is `>` for sent and `<` for received messages, and `msg` is the message (or `text` if it is not JSON).
///
/// Passwords and tokens in sent messages are redacted, including those in scripts and connection strings. Everything
/// else is recorded, including data. A separate thread writes the recording: before the program exits,
/// [`close`](crate::Session::close) the session and drop the recorder. In a browser, each message is written at once.
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
    shared: Arc<Writer>,
    /// A pointer, so that programs that record nothing do not contain the function.
    tap: fn(&Recorder, Transport) -> Transport,
}

struct Writer {
    start: Instant,
    lines: Aside<Line>,
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
        let mut out = BufWriter::new(out);
        let lines = Aside::new(move |line: Line, more| {
            let written = writeln!(out, "{}", line.text()).and_then(|()| if more { Ok(()) } else { out.flush() });
            written.inspect_err(|error| tracing::warn!(%error, "traffic is no longer recorded")).is_ok()
        });
        Self { shared: Arc::new(Writer { start: Instant::now(), lines }), tap: Self::tapped }
    }

    /// Records all messages of a transport.
    pub(crate) fn tap(&self, transport: Transport) -> Transport {
        (self.tap)(self, transport)
    }

    fn tapped(&self, transport: Transport) -> Transport {
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
        self.shared.lines.pass(Line { at: self.shared.start.elapsed().as_micros(), message });
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
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
