//! The mark by which the program recognizes its session after a lost connection.

use super::Journal;
use crate::protocol::mark;

/// How often a mark is requested in a session if the engine rejects it.
const ATTEMPTS: u32 = 10;

/// How many of these attempts are made immediately. The others wait for more state.
const IMMEDIATE: u32 = 3;

/// The mark of the session, from its request on.
#[derive(Debug, Default)]
pub(crate) struct Mark {
    id: Option<String>,
    /// Whether the engine has created it.
    is_made: bool,
    rejections: u32,
}

impl Journal {
    /// Whether the session has something that another one would not have.
    pub(crate) fn depends_on_session(&self) -> bool {
        self.inherited || self.has_session_app || self.log.values().any(|entry| self.needs_mark(entry))
    }

    /// Whether the app ends with the session.
    pub(crate) fn has_session_app(&self) -> bool {
        self.has_session_app
    }

    /// Sets whether the app ends with the session.
    pub(crate) fn set_session_app(&mut self, is_session_app: bool) {
        self.has_session_app = is_session_app;
    }

    /// The parameters for creating a mark, unless the session has one.
    pub(crate) fn next_mark(&mut self, random: impl FnOnce() -> u64) -> Option<String> {
        if self.mark.id.is_some() || self.mark.rejections >= ATTEMPTS {
            return None;
        }
        let id = self.mark.id.insert(mark::id(random()));
        Some(mark::creation(id))
    }

    /// The engine has answered the request for a mark. Returns whether to request another one immediately.
    pub(crate) fn marked(&mut self, is_made: bool) -> bool {
        self.mark.is_made = is_made;
        if !is_made {
            self.mark.id = None;
            self.mark.rejections += 1;
        }
        !is_made && self.mark.rejections < IMMEDIATE
    }

    /// The ID of the mark, unless the session has none.
    pub(crate) fn mark(&self) -> Option<String> {
        self.mark.id.clone()
    }

    /// Whether the engine may never have received the request for the mark, and thus no later request either.
    pub(crate) fn is_mark_pending(&self) -> bool {
        self.mark.id.is_some() && !self.mark.is_made
    }

    /// The session is another one, without a mark.
    pub(crate) fn unmark(&mut self) {
        self.mark = Mark::default();
    }
}
