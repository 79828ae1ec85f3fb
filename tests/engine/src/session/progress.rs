//! What `GetProgress` returns about reloads and saves.

use crate::script;
use serde_json::{Value, json};

/// Codes of messages.
const EMPTY: i64 = 0;
const SAVING_STARTED: i64 = 1;
const CONNECTED: i64 = 5;
const CONNECTING_TO: i64 = 6;
const CONNECT_FAILED: i64 = 7;
const ERROR: i64 = 10;
const LINES_FETCHED: i64 = 21;
const SEARCHINDEX_START: i64 = 22;
const SEARCHINDEX_SUCCESS: i64 = 24;

/// Progress of a session's requests. Messages are kept until the next request for progress, whatever its ID.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The latest request with progress.
    request: Option<Value>,
    finished: bool,
    started: Option<std::time::Instant>,
    text: String,
    messages: Vec<Value>,
    transient: Value,
    errors: Vec<Value>,
    /// `ConfigureReload`: continue after errors, report errors in progress data, ask how to continue.
    pub(crate) continues: bool,
    pub(crate) use_error_data: bool,
    pub(crate) interact_on_error: bool,
    /// A reload that waits for `InteractDone`.
    pub(crate) interaction: Option<std::sync::mpsc::Sender<()>>,
}

impl Progress {
    pub(crate) fn start(&mut self, request: Value) {
        self.request = Some(request);
        self.finished = false;
        self.started = Some(std::time::Instant::now());
        self.transient = Value::Null;
    }

    pub(crate) fn saving(&mut self) {
        self.say(SAVING_STARTED, "Saving started".into(), vec![]);
    }

    pub(crate) fn finish(&mut self) {
        self.finished = true;
        self.interaction = None;
        // The last transient message is kept, without a kind.
        if self.transient.is_object() {
            self.transient["qMessageCode"] = json!(EMPTY);
        }
    }

    pub(crate) fn note(&mut self, message: script::Progress) {
        match message {
            script::Progress::Table(name) => self.say(EMPTY, format!("{name} "), vec![name]),
            script::Progress::Fetching(lines) => {
                self.transient = json!({ "qMessageCode": LINES_FETCHED, "qMessageParameters": [lines.to_string()] });
            }
            script::Progress::Fetched(lines) => {
                self.transient = json!({ "qMessageCode": LINES_FETCHED, "qMessageParameters": [lines.to_string()] });
                self.say(LINES_FETCHED, format!("{lines} Lines fetched\n"), vec![lines.to_string()]);
            }
            script::Progress::Note(text) => self.say(EMPTY, format!("{text}\n"), vec![text]),
            script::Progress::Stored(_) => {}
            script::Progress::Connecting(name) => {
                self.transient = json!({ "qMessageCode": CONNECTING_TO, "qMessageParameters": [name] });
            }
            script::Progress::Connected => self.say(CONNECTED, "Connected\n".to_owned(), vec![]),
            script::Progress::ConnectFailed(name) => {
                self.say(CONNECTING_TO, format!("Connecting to {name}\n"), vec![name.clone()]);
                self.say(CONNECT_FAILED, "Connect failed\n".to_owned(), vec![name])
            }
            script::Progress::SearchIndex => {
                self.say(SEARCHINDEX_START, "Creating search index\n".to_owned(), vec![]);
                self.say(SEARCHINDEX_SUCCESS, "Search index creation completed successfully\n".to_owned(), vec![]);
            }
        }
    }

    pub(crate) fn error(&mut self, error: &script::ScriptError) {
        self.say(ERROR, format!("Error: {}\n", error.message), vec![error.message.clone()]);
        if self.use_error_data {
            self.errors.push(json!({
                "qErrorString": error.message,
                "qLine": error.line,
                "qLineEnd": error.line_end,
                "qErrorDataCode": "EDC_ERROR",
                "qMessage": { "qMessageCode": error.code, "qMessageParameters": [error.parameter] },
            }));
        }
    }

    fn say(&mut self, code: i64, text: String, parameters: Vec<String>) {
        self.text.push_str(&text);
        self.messages.push(json!({ "qMessageCode": code, "qMessageParameters": parameters }));
    }

    /// `ProgressData` of a request. Zero and -1 mean any request. A request without progress is reported as finished.
    pub(crate) fn take(&mut self, request: i64) -> Value {
        let known = self.request.as_ref().and_then(Value::as_i64) == Some(request);
        let empty = json!({ "qMessageCode": EMPTY, "qMessageParameters": [""] });
        if !known && !matches!(request, 0 | -1) {
            return json!({
                "qStarted": true, "qFinished": true, "qCompleted": 0, "qTotal": 0, "qKB": 0, "qMillisecs": 0,
                "qErrorData": [], "qPersistentProgressMessages": [], "qTransientProgressMessage": empty,
            });
        }
        let millis = self.started.map_or(0, |started| started.elapsed().as_millis());
        let mut data = json!({
            "qStarted": true, "qCompleted": 0, "qTotal": 0, "qKB": 0,
            "qMillisecs": u64::try_from(millis).unwrap_or(u64::MAX),
            "qErrorData": std::mem::take(&mut self.errors),
            "qPersistentProgressMessages": std::mem::take(&mut self.messages),
            "qTransientProgressMessage": match &self.transient {
                Value::Null => empty,
                transient => transient.clone(),
            },
        });
        if self.finished || self.request.is_none() {
            data["qFinished"] = json!(true);
        }
        if self.interaction.is_some() {
            data["qUserInteractionWanted"] = json!(true);
        }
        if !self.finished
            && let Some(lines) = self.transient["qMessageParameters"][0].as_str()
        {
            data["qTransientProgress"] = json!(lines);
        }
        let text = std::mem::take(&mut self.text);
        if !text.is_empty() {
            data["qPersistentProgress"] = json!(text);
        }
        data
    }
}
