//! Logs of other programs, as lines of ours.
//!
//! | format | where it comes from |
//! |---|---|
//! | HAR | the network panel of a browser; Chromium exports [WebSocket messages] as `_webSocketMessages` |
//! | a list of `{"Sent": {…}}` and `{"Received": {…}}` | `TrafficDumpFile` of enigma-go 4 |
//! | `--> {…}` and `<-- {…}` | `corectl --traffic` |
//! | `sent {…}` and `received {…}` | the console, for programs that log the event `traffic:*` of enigma.js |
//!
//! [WebSocket messages]: https://developer.chrome.com/blog/new-in-devtools-76#websocket

mod console;
mod literal;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, BufRead, Cursor, Read};

use serde::Deserialize;
use serde_json::value::RawValue;

/// Reads a log in any of the formats as lines of `{"dir": ">" or "<", "msg": {…}}`. A log that has this form is not
/// changed, and not read into memory.
///
/// ```
/// use std::io::Read;
///
/// let mut lines = String::new();
/// qix_traffic::format::lines(&b"--> {\"id\":1,\"method\":\"OpenDoc\"}\n"[..])?.read_to_string(&mut lines)?;
/// assert_eq!(lines, "{\"dir\":\">\",\"msg\":{\"id\":1,\"method\":\"OpenDoc\"}}\n");
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
///
/// Returns the errors of the reader, and an error if a file with one JSON value is not complete.
pub fn lines<'a>(mut reader: impl BufRead + 'a) -> io::Result<Box<dyn BufRead + 'a>> {
    let mut start = Vec::new();
    // Blank lines do not say what follows.
    while reader.read_until(b'\n', &mut start)? > 0 && start.trim_ascii().is_empty() {}
    let line = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start).trim_ascii();
    let convert: fn(&str) -> io::Result<String> = match line.first() {
        Some(b'[') => dumped,
        Some(b'{') if is_archive(line) => archived,
        Some(b'{') | None => return Ok(Box::new(Cursor::new(start).chain(reader))),
        // Broken lines of ours are reported one by one.
        Some(_) if std::str::from_utf8(line).is_err() => return Ok(Box::new(Cursor::new(start).chain(reader))),
        Some(_) => |text| {
            let lines = console::lines(text);
            Ok(if lines.is_empty() { text.to_owned() } else { lines })
        },
    };
    reader.read_to_end(&mut start)?;
    let text = String::from_utf8(start).map_err(io::Error::other)?;
    Ok(Box::new(Cursor::new(convert(text.trim_start_matches('\u{feff}'))?)))
}

/// Whether a first line is the start of a HAR file.
fn is_archive(line: &[u8]) -> bool {
    let rest: Vec<u8> = line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).take(8).collect();
    rest == b"{" || rest.starts_with(b"{\"log\":")
}

#[derive(Deserialize)]
struct Archive {
    log: ArchivedLog,
}

#[derive(Deserialize)]
struct ArchivedLog {
    entries: Vec<ArchivedEntry>,
}

#[derive(Deserialize)]
struct ArchivedEntry {
    #[serde(default, rename = "_webSocketMessages")]
    messages: Vec<ArchivedMessage>,
}

#[derive(Deserialize)]
struct ArchivedMessage {
    #[serde(rename = "type")]
    way: String,
    /// Seconds since 1970.
    time: f64,
    data: String,
}

fn archived(text: &str) -> io::Result<String> {
    let archive: Archive = serde_json::from_str(text)
        .map_err(|error| io::Error::other(format!("this starts like a HAR file, but is not one: {error}")))?;
    let messages = || archive.log.entries.iter().flat_map(|entry| &entry.messages);
    if messages().next().is_none() {
        return Err(io::Error::other(
            "the HAR file has no WebSocket messages; open the network panel before the page connects",
        ));
    }
    let start = messages().map(|message| message.time).fold(f64::INFINITY, f64::min);
    let mut out = String::new();
    for message in messages() {
        let dir = match &*message.way {
            "send" => '>',
            "receive" => '<',
            _ => continue,
        };
        push(&mut out, dir, Some((message.time - start) * 1e6), &message.data);
    }
    Ok(out)
}

fn dumped(text: &str) -> io::Result<String> {
    type Dump<'a> = Vec<BTreeMap<String, &'a RawValue>>;
    let write = |dump: &Dump<'_>| {
        let mut out = String::new();
        for (name, message) in dump.iter().flatten() {
            let dir = match name.as_str() {
                "Sent" => '>',
                "Received" => '<',
                _ => continue,
            };
            push(&mut out, dir, None, message.get());
        }
        out
    };
    match serde_json::from_str::<Dump<'_>>(text) {
        Ok(dump) => Ok(write(&dump)),
        // The list ends when the connection is closed properly.
        Err(error) if error.is_eof() => {
            let closed = format!("{}]", text.trim_end().trim_end_matches(','));
            let dump = serde_json::from_str::<Dump<'_>>(&closed).map_err(|_| io::Error::other(error))?;
            Ok(write(&dump))
        }
        Err(error) => Err(io::Error::other(format!("expected a list of {{\"Sent\": {{…}}}} and the like: {error}"))),
    }
}

/// Adds a message. Its line breaks are whitespace between values.
fn push(out: &mut String, dir: char, at: Option<f64>, message: &str) {
    let at = at.map(|at| format!("\"at\":{at:.0},")).unwrap_or_default();
    let line = if serde_json::from_str::<&RawValue>(message).is_ok() {
        format!("{{{at}\"dir\":\"{dir}\",\"msg\":{}}}", message.replace(['\n', '\r'], " "))
    } else {
        format!("{{{at}\"dir\":\"{dir}\",\"text\":{}}}", serde_json::Value::from(message))
    };
    writeln!(out, "{line}").expect("a string has room");
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::lines;
    use crate::{Log, Micros, Options, Outcome, Reason};

    fn log(text: &str) -> Log {
        Log::read(lines(text.as_bytes()).unwrap(), &Options::default()).unwrap()
    }

    fn error(text: &str) -> String {
        lines(text.as_bytes()).err().expect("an error").to_string()
    }

    #[test]
    fn a_log_of_ours_is_not_changed() {
        for text in [
            "",
            "\n\n",
            "{\"dir\": \"<\", \"msg\": {}}\n{broken\n",
            "\n{\"dir\":\">\"}",
            "{\"at\":1,\"dir\":\">\"}\n",
            "cut off\"}\n{\"dir\": \"<\"}\n",
        ] {
            let mut read = String::new();
            lines(text.as_bytes()).unwrap().read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }

    #[test]
    fn a_browser_exports_messages_with_times() {
        let archive = r#"{
  "log": { "version": "1.2", "entries": [
    { "_resourceType": "document" },
    { "_resourceType": "websocket", "_webSocketMessages": [
      { "type": "receive", "time": 1750000000.25, "opcode": 1, "data": "{\"method\":\"OnConnected\",\"params\":{}}" },
      { "type": "send", "time": 1750000000.5, "opcode": 1, "data": "{\"id\":1,\"handle\":-1,\"method\":\"OpenDoc\",\"params\":[\"sales\"]}" },
      { "type": "receive", "time": 1750000001.5, "opcode": 1, "data": "{\n\"id\":1,\"result\":{\"qReturn\":{\"qType\":\"Doc\",\"qHandle\":1}},\"change\":[1]}" },
      { "type": "error", "time": 1750000002, "opcode": -1, "data": "gone" },
      { "type": "receive", "time": 1750000003, "opcode": 2, "data": "AAE=" } ] } ] } }"#;
        let log = log(archive);
        assert_eq!(log.messages.iter().filter_map(|message| message.at).max(), Some(Micros(1_250_000)));
        assert_eq!(log.calls[0].took(&log), Some(Micros(1_000_000)));
        assert_eq!(log.objects_of(1).next().map(|object| object.class()), Some("Doc"));
        // The binary message is listed.
        assert_eq!(log.faults.len(), 1);
        assert!(error("{\"log\": {\"entries\": []}}").contains("no WebSocket messages"));
        assert!(error("{\n\"dir\"").contains("not one"));
    }

    #[test]
    fn enigma_go_writes_a_list_that_ends_with_the_connection() {
        let dump = "[\n\t{\n\t\t\"Sent\": {\n\t\t\t\"id\": 1,\n\t\t\t\"handle\": -1,\n\t\t\t\"method\": \"GetObject\"\n\t\t}\n\t},\n\t{ \"Received\": { \"id\": 1, \"error\": { \"code\": 2 } } }";
        for text in [format!("{dump}\n]"), format!("{dump},\n"), dump.to_owned()] {
            let log = log(&text);
            assert!(matches!(log.calls[0].outcome, Outcome::Failed(_)), "{text}");
            assert_eq!((log.messages.len(), log.faults.len()), (2, 0));
        }
        assert!(error("[{\"Sent\"").contains("EOF"));
        assert!(error("[1]").contains("expected a list"));
    }

    #[test]
    fn a_console_shows_messages_as_json_or_as_literals() {
        let text = r#"Connecting…
--> {"id":1,"handle":-1,"method":"OpenDoc","params":["sales"]}
<-- {"id":1,"result":{"qReturn":{"qType":"Doc","qHandle":1}},"change":[1]}
app.js:7 sent {
  jsonrpc: '2.0',
  id: 2, handle: 1, method: 'Evaluate', 'params': [ 'it\'s "5"' + '\n' ],
}
main.js:9 received: Object { id: 2, result: { qReturn: "5", "qNum": -1.5e3, more: undefined } }
Sent: {"id":3,"handle":1,"method":"GetAppLayout"}
sent to no one {
received { jsonrpc: '2.0', id: 3, result: { qLayout: [Object], qList: [ 1, ... 99 more items ] } }
"#;
        let log = log(text);
        assert_eq!(log.calls.len(), 3);
        assert!(log.calls.iter().all(|call| call.outcome == Outcome::Answered), "{:?}", log.calls);
        assert!(log.messages[2].text.contains(r#"it's \"5\"\n"#), "{}", log.messages[2].text);
        assert!(log.messages[3].text.contains("-1.5e3"), "{}", log.messages[3].text);
        assert_eq!(log.faults.iter().map(|fault| fault.reason.clone()).collect::<Vec<_>>(), [Reason::Abbreviated]);
    }
}
