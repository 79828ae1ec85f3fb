//! The state of the engine, behind one lock that is never held during calculations.

use super::apps::Apps;
use super::connection::{Connection, Outgoing};
use super::jobs::Work;
use super::{Session, SessionKey};
use crate::error::{EngineError, Result};
use crate::faults::Fault;
use crate::received::{Received, Upgrade};
use crate::script::{Databases, Folders};
use crate::selection::Selections;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Maximum number of recorded requests; a benchmark sends more than a test would check.
pub(crate) const MOST_RECEIVED: usize = 10_000;

/// What an engine does on `OpenDoc` of an app that the session has open already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnOpen {
    /// Returns the open app, as Qlik Cloud does.
    #[default]
    Attached,
    /// Returns error 1002, as engines of Qlik Sense Enterprise on Windows do. `GetActiveDoc` returns the app.
    Error,
}

#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) apps: Apps,
    pub(crate) sessions: BTreeMap<u64, Session>,
    keys: BTreeMap<SessionKey, u64>,
    pub(crate) connections: BTreeMap<u64, Connection>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) received: VecDeque<Received>,
    pub(crate) upgrades: Vec<Upgrade>,
    /// Files from `ExportData`, by download path.
    pub(crate) downloads: BTreeMap<String, Vec<u8>>,
    /// Where scripts read files from.
    pub(crate) folders: Folders,
    /// The results of SQL statements of all apps.
    pub(crate) databases: Databases,
    /// How long a session outlives its last socket, unless the address sets it.
    pub(crate) usual_ttl: Duration,
    /// What `OpenDoc` does in a session that has the app open already.
    pub(crate) on_open: OnOpen,
    /// Maximum number of sessions per user.
    pub(crate) most_sessions: Option<usize>,
    /// The proxy in front, if there is one.
    pub(crate) proxy: Option<crate::proxy::State>,
    last_id: u64,
}

impl World {
    /// A number that is unique in the engine.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The session of a key, created if necessary. `true` if it existed.
    pub(crate) fn session_for(&mut self, key: SessionKey) -> (u64, bool) {
        if let Some(id) = self.keys.get(&key) {
            return (*id, true);
        }
        let id = self.next_id();
        self.sessions.insert(id, Session { user: key.user.clone(), ..Session::default() });
        self.keys.insert(key, id);
        (id, false)
    }

    /// Adds the session to an open app.
    pub(crate) fn enter_app(&mut self, session: u64, id: &str, without_data: bool) -> Result<()> {
        let states = self.apps.get(id).map(|document| document.states.clone()).unwrap_or_default();
        let session = self.sessions.get_mut(&session).ok_or_else(EngineError::aborted)?;
        session.leave_app();
        session.app = Some(id.to_owned());
        session.without_data = without_data;
        let mut selections = Selections::new();
        for state in &states {
            selections.add_state(state)?;
        }
        session.selections = Arc::new(selections);
        Ok(())
    }

    pub(crate) fn sessions_of(&self, user: &str) -> usize {
        self.keys.keys().filter(|key| key.user == user).count()
    }

    /// Records a request; if there are too many, the oldest are dropped.
    pub(crate) fn receive(&mut self, request: Received) {
        if self.received.len() == MOST_RECEIVED {
            self.received.pop_front();
        }
        self.received.push_back(request);
    }

    /// Removes a socket. Returns the session that has no sockets left, and how long to keep it.
    pub(crate) fn disconnect(&mut self, connection: u64) -> Option<(u64, u64, Duration)> {
        let gone = self.connections.remove(&connection)?;
        self.faults.retain(|fault| !fault.is_only_for(connection));
        let session = self.sessions.get_mut(&gone.session)?;
        session.connections.remove(&connection);
        session.running.retain(|running| {
            // Calculations of a closed socket are aborted; a reload continues.
            let stop = running.connection == connection && running.work != Work::Reload;
            if stop {
                running.abort.abort();
            }
            !stop
        });
        if !session.connections.is_empty() {
            return None;
        }
        session.leaves += 1;
        let (leaves, ttl) = (session.leaves, session.ttl);
        if ttl.is_zero() {
            self.end_session(gone.session);
            return None;
        }
        Some((gone.session, leaves, ttl))
    }

    /// Ends a session after its time to live, unless a socket has come back in the meantime.
    pub(crate) fn expire(&mut self, session: u64, leaves: u64) {
        let over = self.sessions.get(&session).is_some_and(|s| s.connections.is_empty() && s.leaves == leaves);
        if over {
            self.end_session(session);
        }
    }

    pub(crate) fn end_session(&mut self, session: u64) {
        self.keys.retain(|_, id| *id != session);
        if let Some(session) = self.sessions.remove(&session) {
            session.running.iter().for_each(|running| running.abort.abort());
            if let Some(app) = session.app {
                self.close_app_if_unused(&app);
            }
        }
    }

    /// Closes the sockets of a session.
    pub(crate) fn close_sockets_of(&self, session: u64, code: u16) {
        let sockets = self.sessions.get(&session).into_iter().flat_map(|session| &session.connections);
        for socket in sockets.filter_map(|connection| self.connections.get(connection)) {
            socket.send(Outgoing::Close { code, reason: String::new() });
        }
    }

    /// A reload of a session has ended, successfully or not.
    pub(crate) fn reload_is_over(&mut self, session: u64) {
        let Some(session) = self.sessions.get_mut(&session) else { return };
        session.progress.finish();
        if let Some(document) = session.app.as_deref().and_then(|app| self.apps.get_mut(app)) {
            document.reloading = false;
        }
    }

    /// Closes an app that no session has open anymore.
    pub(crate) fn close_app_if_unused(&mut self, app: &str) {
        if !self.sessions.values().any(|session| session.app.as_deref() == Some(app)) {
            self.apps.close(app);
        }
    }

    /// Aborts the calculations of a session because its selections are about to change.
    pub(crate) fn abort_calculations(&mut self, session: u64) {
        let running = self.sessions.get(&session).into_iter().flat_map(|session| &session.running);
        running.filter(|r| r.work == Work::Calculation).for_each(|r| r.abort.abort());
    }

    /// Sends pending changes to all sockets except one, whose response will contain its own.
    pub(crate) fn push_changes(&mut self, except: Option<u64>) {
        let ids: Vec<u64> = self.connections.keys().copied().filter(|id| Some(*id) != except).collect();
        for id in ids {
            let Some(connection) = self.connections.get_mut(&id) else { continue };
            let pending = connection.take_pending();
            if !pending.is_empty() {
                self.deliver(id, format!("{{\"jsonrpc\":\"2.0\"{pending}}}"));
            }
        }
    }

    /// Sends a notification over a socket.
    pub(crate) fn deliver(&mut self, connection: u64, text: String) {
        let repeats = crate::faults::repeats(&mut self.faults, connection);
        if let Some(connection) = self.connections.get_mut(&connection) {
            for _ in 0..repeats {
                connection.send(Outgoing::Text(text.clone()));
            }
        }
    }
}
