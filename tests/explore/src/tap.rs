//! The traffic of the session, as the recorder writes it: kept in a file, and passed on line by line.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};

use serde::Deserialize;
use tokio::sync::mpsc;

/// Where the recorder writes to.
pub(crate) struct Tap {
    file: File,
    lines: mpsc::UnboundedSender<Vec<u8>>,
    rest: Vec<u8>,
}

impl Tap {
    pub(crate) fn new(file: File) -> (Self, mpsc::UnboundedReceiver<Vec<u8>>) {
        let (lines, receiver) = mpsc::unbounded_channel();
        (Self { file, lines, rest: Vec::new() }, receiver)
    }
}

impl Write for Tap {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.rest.extend_from_slice(bytes);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line = self.rest.drain(..=end).collect();
            // No one listens after the program has ended.
            self.lines.send(line).ok();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a line says about calls and objects.
#[derive(Debug, Deserialize)]
pub(crate) struct Line<'a> {
    pub(crate) dir: &'a str,
    #[serde(borrow)]
    pub(crate) msg: Message<'a>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(default)]
    pub(crate) id: Option<i64>,
    #[serde(default)]
    pub(crate) handle: Option<i64>,
    #[serde(default, borrow)]
    pub(crate) method: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(crate) change: Vec<i64>,
    #[serde(default)]
    pub(crate) close: Vec<i64>,
}

impl<'a> Line<'a> {
    /// Reads a line. The log lists the lines that cannot be used.
    pub(crate) fn read(line: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// Whether the client has sent the message.
    pub(crate) fn is_sent(&self) -> bool {
        self.dir == ">"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_passed_on_when_they_are_complete() {
        let (mut tap, mut lines) = Tap::new(tempfile::tempfile().unwrap());
        tap.write_all(b"{\"dir\":\">\",\"msg\":{\"id\":1,\"meth").unwrap();
        assert!(lines.try_recv().is_err());
        tap.write_all(b"od\":\"A\"}}\n{\"dir\":\"<\",\"msg\":{\"id\":1,\"change\":[2,3]}}\n").unwrap();
        let [sent, received] = [lines.try_recv().unwrap(), lines.try_recv().unwrap()];
        let (sent, received) = (Line::read(&sent).unwrap(), Line::read(&received).unwrap());
        assert!(sent.is_sent() && sent.msg.method.as_deref() == Some("A"));
        assert!(!received.is_sent() && received.msg.change == [2, 3]);
        assert!(Line::read(b"{}").is_none());
    }
}
