//! The state of a session, without I/O.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use qix_client::Session;
use qix_client::rpc::{ObjectHandle, Remote};
use tokio::task::AbortHandle;

use crate::message::{Entry, ObjectNode, Status};

/// An object, which may be closed.
pub(crate) struct Node {
    pub(crate) object: ObjectNode,
    pub(crate) remote: Arc<dyn Remote>,
    /// The object whose method returned it. Its handle may be closed and used again.
    pub(crate) parent: Option<usize>,
}

pub(crate) struct State {
    pub(crate) status: Status,
    /// The number of sessions before this one.
    pub(crate) generation: u64,
    pub(crate) session: Option<Session>,
    pub(crate) nodes: Vec<Node>,
    /// The node of each open handle.
    open: HashMap<i64, usize>,
    pub(crate) history: Vec<Entry>,
    pub(crate) running: HashMap<usize, AbortHandle>,
    /// Calls that the recorder has not written yet: call, handle, method.
    pub(crate) expected: VecDeque<(usize, i64, &'static str)>,
    /// The call of each request that is not answered.
    pub(crate) ids: HashMap<i64, usize>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            status: Status::Disconnected { reason: None },
            generation: 0,
            session: None,
            nodes: Vec::new(),
            open: HashMap::new(),
            history: Vec::new(),
            running: HashMap::new(),
            expected: VecDeque::new(),
            ids: HashMap::new(),
        }
    }
}

impl State {
    /// The node of an open handle.
    pub(crate) fn node(&self, handle: i64) -> Option<usize> {
        self.open.get(&handle).copied()
    }

    /// Whether the handle is known to belong to this object.
    pub(crate) fn is_open(&self, object: &ObjectHandle) -> bool {
        self.node(object.handle).is_some_and(|node| {
            let known = &self.nodes[node].object;
            known.class == object.class && known.id == object.id
        })
    }

    pub(crate) fn add(&mut self, node: Node) {
        self.open.insert(node.object.handle, self.nodes.len());
        self.nodes.push(node);
    }

    pub(crate) fn close(&mut self, handle: i64) {
        self.open.remove(&handle);
    }

    /// The open objects, in the order in which they were opened.
    pub(crate) fn open_objects(&self) -> Vec<ObjectNode> {
        let mut open: Vec<usize> = self.open.values().copied().collect();
        open.sort_unstable();
        open.into_iter().map(|node| self.nodes[node].object.clone()).collect()
    }

    /// The recorder has written a request; returns its call if it is one of the history.
    pub(crate) fn sent(&mut self, id: i64, handle: Option<i64>, method: &str) -> Option<usize> {
        let is = |(_, of, name): &(usize, i64, &str)| Some(*of) == handle && *name == method;
        let position = self.expected.iter().position(is)?;
        let (call, ..) = self.expected.remove(position)?;
        self.ids.insert(id, call);
        Some(call)
    }

    /// The session has ended; returns the handles that were open.
    pub(crate) fn forget(&mut self) -> Vec<i64> {
        self.generation += 1;
        self.session = None;
        self.nodes.clear();
        self.expected.clear();
        self.ids.clear();
        self.open.drain().map(|(handle, _)| handle).collect()
    }
}
