//! One socket: its handles, pending changes, and the previous results for deltas.

use crate::error::Result;
use crate::faults;
use crate::methods::Results;
use crate::objects::contents::Kind;
use crate::protocol::delta;
use crate::protocol::envelope::Request;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio::sync::mpsc::UnboundedSender;

/// The handle that always exists.
pub(crate) const GLOBAL: i64 = -1;

/// The object behind a handle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Global,
    Doc,
    Field { name: String, state: String },
    Entity { kind: Kind, id: String },
}

impl Target {
    /// The class of the methods of the handle.
    pub(crate) fn class(&self) -> &'static str {
        match self {
            Self::Global => "Global",
            Self::Doc => "Doc",
            Self::Field { .. } => "Field",
            Self::Entity { kind, .. } => kind.class(),
        }
    }
}

/// What is sent over the socket.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Text(String),
    /// Send a close frame, then end.
    Close {
        code: u16,
        reason: String,
    },
    /// End without a close frame.
    Drop,
}

/// A response that is not serialized yet.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) request: Request,
    pub(crate) results: Result<Results>,
    pub(crate) faults: Vec<faults::Kind>,
}

#[derive(Debug)]
struct Handle {
    target: Target,
    /// Whether the client was notified of the change and has not fetched since.
    announced: bool,
}

#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) session: u64,
    pub(crate) outbox: UnboundedSender<Outgoing>,
    handles: BTreeMap<i64, Handle>,
    numbers: BTreeMap<Target, i64>,
    last: i64,
    pending_change: BTreeSet<i64>,
    pending_close: BTreeSet<i64>,
    /// The last result sent as a delta, by handle and method.
    bases: HashMap<(i64, String), Map<String, Value>>,
    /// Responses that wait to be sent in another order.
    pub(crate) held: Vec<Held>,
}

impl Connection {
    pub(crate) fn new(session: u64, outbox: UnboundedSender<Outgoing>) -> Self {
        Self {
            session,
            outbox,
            handles: BTreeMap::new(),
            numbers: BTreeMap::new(),
            last: 0,
            pending_change: BTreeSet::new(),
            pending_close: BTreeSet::new(),
            bases: HashMap::new(),
            held: Vec::new(),
        }
    }

    pub(crate) fn target(&self, handle: i64) -> Option<Target> {
        if handle == GLOBAL {
            return Some(Target::Global);
        }
        self.handles.get(&handle).map(|handle| handle.target.clone())
    }

    /// The handle of an item; each item has one handle per socket. A new handle counts as changed, except for fields.
    pub(crate) fn handle(&mut self, target: Target) -> i64 {
        if let Some(number) = self.numbers.get(&target) {
            return *number;
        }
        self.last += 1;
        let number = self.last;
        if !matches!(target, Target::Field { .. }) {
            self.pending_change.insert(number);
        }
        self.numbers.insert(target.clone(), number);
        self.handles.insert(number, Handle { target, announced: true });
        number
    }

    pub(crate) fn targets(&self) -> impl Iterator<Item = (i64, &Target)> {
        self.handles.iter().map(|(number, handle)| (*number, &handle.target))
    }

    /// Handles whose staleness has not been announced.
    pub(crate) fn fresh(&self) -> impl Iterator<Item = (i64, &Target)> {
        let fresh = self.handles.iter().filter(|(_, handle)| !handle.announced);
        fresh.map(|(number, handle)| (*number, &handle.target))
    }

    /// Announces that a handle is stale, unless that was announced already.
    pub(crate) fn announce(&mut self, handle: i64) {
        if let Some(entry) = self.handles.get_mut(&handle)
            && !entry.announced
        {
            entry.announced = true;
            self.pending_change.insert(handle);
        }
    }

    /// The client fetches the object behind the handle: the next change is announced again.
    pub(crate) fn fetched(&mut self, handle: i64) {
        if let Some(entry) = self.handles.get_mut(&handle) {
            entry.announced = false;
        }
    }

    pub(crate) fn close(&mut self, handle: i64) {
        if let Some(entry) = self.handles.remove(&handle) {
            self.numbers.remove(&entry.target);
            self.pending_change.remove(&handle);
            self.pending_close.insert(handle);
            self.bases.retain(|(of, _), _| *of != handle);
        }
    }

    /// `,"change":[…],"close":[…]`, or nothing.
    pub(crate) fn take_pending(&mut self) -> String {
        let mut text = String::new();
        for (name, list) in [("change", &mut self.pending_change), ("close", &mut self.pending_close)] {
            if !list.is_empty() {
                let numbers: Vec<_> = std::mem::take(list).iter().map(i64::to_string).collect();
                text.push_str(&format!(",\"{name}\":[{}]", numbers.join(",")));
            }
        }
        text
    }

    /// A result as patches on the previous one of this handle and method.
    pub(crate) fn delta(&mut self, handle: i64, method: &str, result: Map<String, Value>) -> Map<String, Value> {
        let base = self.bases.entry((handle, method.to_owned())).or_default();
        let mut patched = Map::new();
        for (name, value) in result {
            patched.insert(name.clone(), delta::patches(base.get(&name), &value));
            base.insert(name, value);
        }
        patched
    }

    /// After a complete response, the next delta is complete too, because the client's state is unknown.
    pub(crate) fn forget_delta(&mut self, handle: i64, method: &str) {
        self.bases.remove(&(handle, method.to_owned()));
    }

    /// Sends a message, unless the socket is gone.
    pub(crate) fn send(&self, message: Outgoing) {
        let _ = self.outbox.send(message);
    }
}
