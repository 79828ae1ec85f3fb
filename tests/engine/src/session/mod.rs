//! State that outlives connections: sessions, their open apps, and the announcement of changes.

pub(crate) mod apps;
pub(crate) mod connection;
pub(crate) mod events;
pub(crate) mod jobs;
pub(crate) mod progress;
pub(crate) mod world;

use crate::calculate::Expansion;
use crate::objects::contents::Contents;
use crate::objects::document::{Document, no_data, variables};
use crate::objects::frame::{Frame, Modal, Place};
use crate::selection::Selections;
use jobs::Running;
use progress::Progress;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// Sockets with the same user and the same address are in the same session.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SessionKey {
    pub(crate) user: String,
    /// Prefix, app id and identity.
    pub(crate) place: String,
}

/// Selections, session objects and all other state that the sockets of a session share.
#[derive(Debug, Default)]
pub(crate) struct Session {
    pub(crate) user: String,
    /// The app id in the address.
    pub(crate) address_app: String,
    /// The template for a session app in the address.
    pub(crate) template: Option<String>,
    pub(crate) connections: BTreeSet<u64>,
    /// How long the session outlives its last socket.
    pub(crate) ttl: Duration,
    /// Counts how often the last socket left, so that only the latest leave ends the session.
    pub(crate) leaves: u64,
    /// The open app.
    pub(crate) app: Option<String>,
    pub(crate) without_data: bool,
    pub(crate) selections: Arc<Selections>,
    /// Alternate states of this session.
    pub(crate) own_states: Vec<String>,
    /// Session objects and session variables.
    pub(crate) own: Arc<Contents>,
    pub(crate) soft_patches: BTreeMap<String, Vec<Value>>,
    pub(crate) modal: Option<Modal>,
    pub(crate) searches: BTreeMap<Place, String>,
    pub(crate) expansions: BTreeMap<Place, Expansion>,
    pub(crate) active_fields: BTreeMap<Place, BTreeMap<usize, usize>>,
    pub(crate) temporary: BTreeMap<String, crate::selection::Snapshot>,
    pub(crate) running: Vec<Running>,
    pub(crate) progress: Progress,
    /// Maximum number of rows that reloads in debug mode read from a source.
    pub(crate) fetch_limit: Option<usize>,
    frame: Option<Arc<Frame>>,
}

impl Session {
    /// The current state of the session, for calculations.
    pub(crate) fn frame(&mut self, document: &Document) -> Arc<Frame> {
        let make = || {
            Arc::new(Frame {
                data: if self.without_data { no_data() } else { Arc::clone(&document.data) },
                selections: Arc::clone(&self.selections),
                variables: variables(&document.contents, &self.own),
                app: Arc::clone(&document.contents),
                own: Arc::clone(&self.own),
                soft_patches: self.soft_patches.clone(),
                modal: self.modal.clone(),
                searches: self.searches.clone(),
                expansions: self.expansions.clone(),
                active_fields: self.active_fields.clone(),
                undo: document.undo_counts(),
                ..Frame::default()
            })
        };
        if let Some(frame) = &self.frame {
            return Arc::clone(frame);
        }
        let frame = make();
        self.frame = Some(Arc::clone(&frame));
        frame
    }

    /// Discards the current frame because something in it has changed.
    pub(crate) fn stale(&mut self) {
        self.frame = None;
    }

    /// Discards everything that belongs to the app that was open.
    pub(crate) fn leave_app(&mut self) {
        self.app = None;
        self.without_data = false;
        self.selections = Arc::default();
        self.own_states.clear();
        self.own = Arc::default();
        self.soft_patches.clear();
        self.modal = None;
        self.searches.clear();
        self.expansions.clear();
        self.active_fields.clear();
        self.temporary.clear();
        self.fetch_limit = None;
        self.stale();
    }
}
