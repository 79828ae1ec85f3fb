//! Marks a session, so that it is recognized after a lost connection.

use qix_schema::doc;
use qix_schema::rpc::Request;

use super::queue::Queued;
use super::shared::{Link, Shared};
use crate::platform::random;
use crate::protocol::request;
use crate::session::books::Journal;

/// Requests a mark, unless the session has one. It is sent before the state that it protects, so an engine that has
/// received the state has received the mark.
pub(super) fn mark(link: &mut Link, journal: &mut Journal, app: i64) {
    let Some(outbox) = &link.outbox else { return };
    let Some(params) = journal.next_mark(random) else { return };
    let id = link.calls.next_id();
    link.calls.wait_for_mark(id);
    let method = doc::CreateSessionObject::METHOD;
    outbox.send(Queued::Call(id), |text| request::encode(text, id, app, method.name, &params, false));
}

impl Shared {
    /// Marks the session if it has something that another one would not have.
    pub(crate) fn mark(&self, generation: u32) {
        let Some(app) = self.app() else { return };
        let link = &mut *self.link.lock();
        let mut journal = self.journal();
        if link.generation == generation && journal.depends_on_session() {
            mark(link, &mut journal, app);
        }
    }

    /// Like [`mark`](Self::mark), in another session than before.
    pub(crate) fn mark_again(&self, generation: u32) {
        self.journal().unmark();
        self.mark(generation);
    }

    /// The handle of the app.
    pub(super) fn app(&self) -> Option<i64> {
        self.doc().as_ref().map(|doc| doc.handle)
    }
}
