//! Reads a log, line by line.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::envelope::Envelope;
use crate::shorten::shorten;
use crate::text::Needle;
use crate::track::{Seen, Tracker};
use crate::{Direction, Fault, Log, Micros, Reason};

/// Options for reading a log.
#[derive(Clone, Debug)]
pub struct Options {
    /// Approximate size to keep of each message, in bytes.
    pub payload: usize,
    /// String to search for in the complete messages; not case-sensitive.
    pub text: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { payload: 4_000, text: None }
    }
}

/// An I/O error while reading a log.
#[derive(Debug, thiserror::Error)]
#[error("line {line} cannot be read: {source}")]
pub struct ReadError {
    /// Line number.
    pub line: usize,
    /// The error.
    #[source]
    pub source: io::Error,
}

#[derive(Deserialize)]
struct Frame<'a> {
    dir: Way,
    #[serde(borrow)]
    msg: &'a RawValue,
    #[serde(default, borrow)]
    at: Option<&'a RawValue>,
    #[serde(default)]
    abbreviated: bool,
}

#[derive(Clone, Copy, Deserialize)]
enum Way {
    #[serde(rename = ">")]
    Out,
    #[serde(rename = "<")]
    In,
}

impl Log {
    /// Reads a log. Lines that cannot be used are omitted and listed in [`Log::faults`].
    ///
    /// # Errors
    ///
    /// Returns the errors of the reader.
    pub fn read(mut reader: impl BufRead, options: &Options) -> Result<Self, ReadError> {
        let mut live = Live::new(options.clone());
        let mut buffer = Vec::new();
        for line in 1.. {
            buffer.clear();
            let length = reader.read_until(b'\n', &mut buffer).map_err(|source| ReadError { line, source })?;
            if length == 0 {
                break;
            }
            live.line(&buffer);
        }
        Ok(live.tracker.log)
    }
}

/// A log that grows line by line, while it is recorded.
///
/// ```
/// use qix_traffic::{Live, Options};
///
/// let mut live = Live::new(Options::default());
/// live.line(br#"{"dir": ">", "msg": {"id": 1, "handle": -1, "method": "OpenDoc", "params": ["sales"]}}"#);
/// assert_eq!(live.log().calls.len(), 1);
/// ```
#[derive(Debug)]
pub struct Live {
    options: Options,
    needle: Option<Needle>,
    tracker: Tracker,
    line: usize,
}

impl Live {
    /// Creates an empty log.
    #[must_use]
    pub fn new(options: Options) -> Self {
        let needle = options.text.as_deref().map(Needle::new);
        Self { options, needle, tracker: Tracker::default(), line: 0 }
    }

    /// What has been read so far.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.tracker.log
    }

    /// Reads the next line. If it cannot be used, it is listed in [`Log::faults`].
    pub fn line(&mut self, bytes: &[u8]) {
        self.line += 1;
        let (line, tracker) = (self.line, &mut self.tracker);
        tracker.log.bytes += bytes.len() as u64;
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| line == 1).unwrap_or(bytes);
        if text.trim_ascii().is_empty() {
            return;
        }
        match frame(text) {
            Ok((frame, envelope)) => {
                let message = frame.msg.get();
                tracker.faults(line, &envelope.odd);
                if frame.abbreviated {
                    tracker.faults(line, &[Reason::Abbreviated]);
                }
                let seen = Seen {
                    line,
                    at: frame.at.and_then(|at| micros(at.get())),
                    direction: match frame.dir {
                        Way::Out => Direction::ToEngine,
                        Way::In => Direction::FromEngine,
                    },
                    bytes: message.len(),
                    found: self.needle.as_ref().is_none_or(|needle| needle.is_in(message)),
                    text: shorten(message, self.options.payload, envelope.method.as_deref().unwrap_or_default()),
                };
                tracker.message(seen, &envelope);
            }
            Err(reason) => tracker.log.faults.push(Fault { line, reason }),
        }
    }
}

fn frame(line: &[u8]) -> Result<(Frame<'_>, Envelope<'_>), Reason> {
    let line = std::str::from_utf8(line).map_err(|_| Reason::NotText)?;
    let frame: Frame<'_> = serde_json::from_str(line).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => Reason::CutOff,
        serde_json::error::Category::Data => Reason::NotAFrame,
        _ => Reason::NotJson(error.column()),
    })?;
    let envelope = Envelope::read(frame.msg.get()).ok_or(Reason::NotAFrame)?;
    Ok((frame, envelope))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "fractions of a microsecond are dropped")]
fn micros(at: &str) -> Option<Micros> {
    let at: f64 = serde_json::from_str(at).ok()?;
    (at >= 0.0).then_some(Micros(at as u64))
}

#[cfg(test)]
mod tests {
    use super::{Log, Options};
    use crate::{Micros, Reason};

    #[test]
    fn unusable_lines_are_listed_and_omitted() {
        let lines: [&[u8]; 9] = [
            b"\xef\xbb\xbf{\"dir\": \"<\", \"msg\": {}, \"at\": 1.5, \"more\": []}\r",
            b"",
            b"\xff",
            b"{\"dir\": \"<\" \"msg\"",
            b"[]",
            b"{\"dir\": \"=\", \"msg\": {}}",
            b"{\"dir\": \"<\", \"msg\": 1}",
            b"{\"dir\": \"<\", \"msg\": {\"change\": 1}, \"at\": \"noon\"}",
            b"{\"dir\": \"<\", \"msg\": {\"qPassword\": \"x",
        ];
        let log = Log::read(lines.join(&b'\n').as_slice(), &Options::default()).unwrap();
        let faults: Vec<_> = log.faults.iter().map(|fault| (fault.line, fault.reason.clone())).collect();
        let expected = [
            (3, Reason::NotText),
            (4, Reason::NotJson(13)),
            (5, Reason::NotAFrame),
            (6, Reason::NotAFrame),
            (7, Reason::NotAFrame),
            (8, Reason::Member("change")),
            (9, Reason::CutOff),
        ];
        assert_eq!(faults, expected);
        assert_eq!(log.messages.iter().map(|message| message.at).collect::<Vec<_>>(), [Some(Micros(1)), None]);
    }

    #[test]
    fn an_empty_log_is_a_log() {
        assert!(Log::read(&b""[..], &Options::default()).unwrap().messages.is_empty());
    }
}
