//! The session that all pages work with: its objects, and the history of its calls.

mod state;

use std::fs::File;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use qix_client::record::Recorder;
use qix_client::rpc::{CallOptions, Method, ObjectHandle, RawCall, Remote};
use qix_client::types::InteractDef;
use qix_client::{AsRemote, Event as SessionEvent, EventStream, GlobalApi, Json, Session};
use qix_traffic::{Live, Options};
use serde_json::Value;
use tempfile::TempPath;
use tokio::sync::{broadcast, mpsc};

use crate::message::{Entry, Event, ObjectNode, Outcome, Status};
use crate::schema::Schema;
use crate::tap::{Line, Tap};
use crate::target::Target;
use state::{Node, State};

/// Number of events that a slow page can lag behind; then it gets the whole state again.
const LAG: usize = 4096;
/// What is kept of each message for the traffic panel; the recording has all of it.
const PAYLOAD: usize = 2_000;
/// Time between two questions about the progress of a call.
const PROGRESS: Duration = Duration::from_millis(300);
/// Methods whose progress the engine reports.
const LONG: [&str; 4] = ["OpenDoc", "DoReload", "DoReloadEx", "DoSave"];

/// One session, or none, and everything that was done with it.
pub(crate) struct Desk {
    pub(crate) schema: Schema,
    pub(crate) target: Target,
    events: broadcast::Sender<Arc<str>>,
    state: Mutex<State>,
    traffic: Mutex<Live>,
    recorder: Recorder,
    recording: TempPath,
}

/// A call that was entered in the history.
pub(crate) struct Begun {
    pub(crate) call: usize,
    /// `None` if it cannot be sent; the reason is in the history.
    sending: Option<Sending>,
}

struct Sending {
    node: usize,
    remote: Arc<dyn Remote>,
    method: Method,
    params: String,
}

impl Desk {
    /// Starts without a session.
    pub(crate) fn start(target: Target) -> io::Result<Arc<Self>> {
        let (file, recording) = tempfile::NamedTempFile::new()?.into_parts();
        let (tap, lines) = Tap::new(file);
        let desk = Arc::new(Self {
            schema: Schema::read()?,
            target,
            events: broadcast::Sender::new(LAG),
            state: Mutex::default(),
            traffic: Mutex::new(Live::new(Options { payload: PAYLOAD, ..Options::default() })),
            recorder: Recorder::new(tap),
            recording,
        });
        tokio::spawn(follow(Arc::downgrade(&desk), lines));
        Ok(desk)
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The log of the session.
    pub(crate) fn traffic(&self) -> MutexGuard<'_, Live> {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that was sent and received, as the client records it.
    pub(crate) fn recording(&self) -> io::Result<File> {
        File::open(&self.recording)
    }

    /// The whole state, and the events after it.
    pub(crate) fn watch(&self) -> (String, broadcast::Receiver<Arc<str>>) {
        let count = self.traffic().log().messages.len();
        let state = self.state();
        let hello = Event::Hello {
            target: self.target.name.clone(),
            status: state.status.clone(),
            objects: state.open_objects(),
            history: state.history.clone(),
            traffic: count,
        };
        (text(&hello), self.events.subscribe())
    }

    /// Tells all pages. Called while the state is locked, so that pages see events in the order of the changes.
    pub(crate) fn tell(&self, event: &Event) {
        // All pages may be closed.
        self.events.send(text(event).into()).ok();
    }

    /// Opens a session, unless there is one.
    pub(crate) async fn connect(self: &Arc<Self>) {
        let generation = {
            let mut state = self.state();
            if !matches!(state.status, Status::Disconnected { .. }) {
                return;
            }
            self.change(&mut state, Status::Connecting);
            state.generation
        };
        let mut builder = self.target.builder.clone().record(&self.recorder);
        let events = builder.events();
        let connected = builder.connect().await;
        let mut state = self.state();
        if state.generation != generation {
            return;
        }
        match connected {
            Ok(session) => {
                let global = ObjectHandle::new("Global", ObjectHandle::GLOBAL);
                let remote = session.as_remote().bind(global);
                let (handle, class) = (ObjectHandle::GLOBAL, "Global");
                let object = ObjectNode { handle, class, kind: None, id: None, parent: None, call: None };
                state.session = Some(session);
                self.change(&mut state, Status::Connected);
                self.tell(&Event::Opened { object: object.clone() });
                state.add(Node { object, remote, parent: None });
                tokio::spawn(Arc::clone(self).listen(events, generation));
            }
            Err(error) => {
                self.change(&mut state, Status::Disconnected { reason: Some(error.to_string()) });
            }
        }
    }

    /// Closes the session, if there is one.
    pub(crate) async fn disconnect(&self) {
        let session = {
            let mut state = self.state();
            let session = state.session.take();
            self.end(&mut state, None);
            session
        };
        if let Some(session) = session {
            session.close().await;
        }
    }

    fn change(&self, state: &mut State, status: Status) {
        state.status = status.clone();
        self.tell(&Event::Status { status });
    }

    /// The session is over.
    fn end(&self, state: &mut State, reason: Option<String>) {
        let handles = state.forget();
        self.tell(&Event::Closed { handles });
        self.change(state, Status::Disconnected { reason });
    }

    /// Passes on what happens to the session.
    async fn listen(self: Arc<Self>, mut events: EventStream, generation: u64) {
        while let Some(event) = events.next().await {
            let mut state = self.state();
            if state.generation != generation {
                return;
            }
            match event {
                SessionEvent::Notification(notification) => {
                    self.tell(&Event::Notification { name: notification.name, params: notification.params });
                }
                SessionEvent::Closed(closed) => self.end(&mut state, Some(closed.to_string())),
                _ => {}
            }
        }
    }

    /// Enters a call in the history.
    pub(crate) fn begin(&self, page: &str, handle: i64, method: &str, params: Value) -> Begun {
        let mut state = self.state();
        let call = state.history.len();
        let node = state.node(handle);
        let class = node.map_or("", |node| state.nodes[node].object.class);
        let known = self.schema.method(class, method);
        let params = match known {
            Some(known) => self.schema.named(known, params),
            None => params,
        };
        let refused = match (node, known) {
            (None, _) => Some(format!("no object with the handle {handle} is open")),
            (_, None) => Some(format!("the schema has no method `{class}.{method}`")),
            _ => None,
        };
        let mut entry = Entry {
            call,
            page: page.to_owned(),
            handle,
            class,
            method: known.map_or("", |known| known.name),
            params,
            took: None,
            opened: Vec::new(),
            changed: Vec::new(),
            outcome: Outcome::Pending,
        };
        let mut sending = None;
        match (refused, node.zip(known)) {
            (None, Some((node, method))) => {
                state.expected.push_back((call, handle, method.name));
                let params = match &entry.params {
                    Value::Null => "{}".to_owned(),
                    params => params.to_string(),
                };
                sending = Some(Sending { node, remote: Arc::clone(&state.nodes[node].remote), method, params });
                self.tell(&Event::Started { entry: entry.clone() });
            }
            (refused, _) => {
                entry.outcome = Outcome::Error(refused.unwrap_or_default());
                self.tell(&Event::Started { entry: entry.clone() });
                self.tell(&Event::Answered { entry: entry.clone() });
            }
        }
        state.history.push(entry);
        Begun { call, sending }
    }

    /// Sends a call, and enters its answer in the history.
    pub(crate) async fn finish(&self, begun: Begun) {
        let Some(Sending { node, remote, method, params }) = begun.sending else { return };
        let start = Instant::now();
        // A complete answer is easier to read than the changes since the last one.
        let call = RawCall::new(method, params).with_options(CallOptions::default().with_delta(false));
        let answer = remote.invoke(call).await;
        let took = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
        let mut state = self.state();
        let (outcome, opened) = match answer {
            Ok(answer) => {
                let text = Some(answer.as_str()).filter(|text| !text.is_empty()).unwrap_or("{}");
                let opened = self.adopt(&mut state, node, begun.call, method, text);
                match serde_json::from_str(text) {
                    Ok(result) => (Outcome::Result(result), opened),
                    Err(error) => (Outcome::Error(format!("the answer is not JSON: {error}")), opened),
                }
            }
            Err(error) => (Outcome::Error(error.to_string()), Vec::new()),
        };
        state.running.remove(&begun.call);
        let entry = &mut state.history[begun.call];
        (entry.took, entry.opened, entry.outcome) = (Some(took), opened, outcome);
        self.tell(&Event::Answered { entry: entry.clone() });
    }

    /// Makes a call in the background.
    pub(crate) fn call(self: &Arc<Self>, page: &str, handle: i64, method: &str, params: Value) {
        let begun = self.begin(page, handle, method, params);
        let call = begun.call;
        let mut state = self.state();
        // The task waits for the state before it removes itself.
        let task = tokio::spawn({
            let desk = Arc::clone(self);
            async move { desk.finish(begun).await }
        });
        state.running.insert(call, task.abort_handle());
    }

    /// Drops a call, so that the engine cancels it.
    pub(crate) fn cancel(&self, call: usize) {
        let mut state = self.state();
        if let Some(task) = state.running.remove(&call) {
            task.abort();
        }
        let Some(entry) = state.history.get_mut(call) else { return };
        if matches!(entry.outcome, Outcome::Pending) {
            entry.outcome = Outcome::Error("canceled".to_owned());
            self.tell(&Event::Answered { entry: entry.clone() });
        }
    }

    /// Adds the objects in an answer to the tree.
    fn adopt(&self, state: &mut State, node: usize, call: usize, method: Method, text: &str) -> Vec<i64> {
        let mut objects = self.schema.objects(method).peekable();
        if objects.peek().is_none() {
            return Vec::new();
        }
        let result: Value = serde_json::from_str(text).unwrap_or_default();
        let mut opened = Vec::new();
        for (name, class) in objects {
            let returned = &result[name];
            let Some(handle) = returned["qHandle"].as_i64() else { continue };
            let class = returned["qType"].as_str().and_then(|class| self.schema.class(class)).or(class);
            let Some(class) = class else { continue };
            let text = |name: &str| returned[name].as_str().map(str::to_owned);
            let mut object = ObjectHandle::new(class, handle);
            (object.kind, object.id) = (text("qGenericType"), text("qGenericId"));
            opened.push(handle);
            if state.is_open(&object) {
                continue;
            }
            let parent = state.nodes[node].object.handle;
            let (kind, id) = (object.kind.clone(), object.id.clone());
            let remote = state.nodes[node].remote.bind(object);
            let object = ObjectNode { handle, class, kind, id, parent: Some(parent), call: Some(call) };
            self.tell(&Event::Opened { object: object.clone() });
            state.add(Node { object, remote, parent: Some(node) });
        }
        opened
    }

    /// Reads new lines of the recording.
    fn lines(self: &Arc<Self>, lines: &[Vec<u8>]) {
        let count = {
            let mut traffic = self.traffic();
            lines.iter().for_each(|line| traffic.line(line));
            traffic.log().messages.len()
        };
        let mut state = self.state();
        for line in lines.iter().filter_map(|line| Line::read(line)) {
            self.line(&mut state, &line);
        }
        self.tell(&Event::Traffic { count });
    }

    fn line(self: &Arc<Self>, state: &mut State, line: &Line<'_>) {
        let message = &line.msg;
        if line.is_sent() {
            if let (Some(id), Some(method)) = (message.id, &message.method)
                && let Some(call) = state.sent(id, message.handle, method)
                && LONG.contains(&&**method)
                && let Some(session) = state.session.clone()
            {
                tokio::spawn(Arc::clone(self).progress(session, call, id));
            }
            return;
        }
        let call = message.id.and_then(|id| state.ids.remove(&id));
        if !message.change.is_empty() {
            let handles = message.change.clone();
            if let Some(entry) = call.and_then(|call| state.history.get_mut(call)) {
                entry.changed.clone_from(&handles);
            }
            self.tell(&Event::Changed { handles, call });
        }
        if !message.close.is_empty() {
            message.close.iter().for_each(|handle| state.close(*handle));
            self.tell(&Event::Closed { handles: message.close.clone() });
        }
    }

    /// Requests the progress of a call until it is answered.
    async fn progress(self: Arc<Self>, session: Session, call: usize, id: i64) {
        let mut asked = false;
        loop {
            tokio::time::sleep(PROGRESS).await;
            let over = !matches!(self.state().history[call].outcome, Outcome::Pending);
            if over && !asked {
                return;
            }
            asked = true;
            // One more time after the answer, because the engine reports each message once.
            let Ok(progress) = session.get_progress(id).await else { return };
            if progress.user_interaction_wanted {
                session.interact_done(id, InteractDef::default()).await.ok();
            }
            if let Ok(data) = Json::new(&progress) {
                let _state = self.state();
                self.tell(&Event::Progress { call, data });
            }
            if over {
                return;
            }
        }
    }
}

fn text(event: &Event) -> String {
    serde_json::to_string(event).expect("events have names as keys")
}

/// Reads the recording while it is written.
async fn follow(desk: std::sync::Weak<Desk>, mut lines: mpsc::UnboundedReceiver<Vec<u8>>) {
    let mut batch = Vec::new();
    while lines.recv_many(&mut batch, LAG).await > 0 {
        let Some(desk) = desk.upgrade() else { return };
        desk.lines(&batch);
        batch.clear();
    }
}
