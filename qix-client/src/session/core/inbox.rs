//! Handles incoming messages.

use std::ops::Range;

use super::shared::Shared;
use crate::config::Event;
use crate::connect::Text;
use crate::protocol::answer::named_object;
use crate::protocol::notification::{Notification, SessionState};
use crate::protocol::patch::Misfit;
use crate::protocol::{Body, Envelope};
use crate::session::books::{Purpose, Reply, Taken};
use crate::session::journal;

impl Shared {
    /// Handles a message of a connection. Its change lists are processed before its response, so that its caller can
    /// rely on them.
    pub(crate) fn receive(&self, generation: u32, text: Text) {
        let message = text.as_ref();
        let envelope = match Envelope::read(message) {
            Ok(envelope) => envelope,
            Err(error) => {
                tracing::warn!(bytes = message.len(), %error, "skipped a message that is not JSON-RPC");
                return;
            }
        };
        if !envelope.change.is_empty() || !envelope.close.is_empty() {
            let mut handles = self.handles();
            if handles.generation() != generation {
                // A late message of a connection that was dropped.
                return;
            }
            handles.invalidate(&envelope.change);
            handles.close(&envelope.close);
        }
        if !envelope.close.is_empty() {
            let mut deltas = self.deltas.lock();
            envelope.close.iter().for_each(|handle| deltas.close(*handle));
        }
        match (envelope.id, envelope.body) {
            (None, Body::Notification { method, params }) => {
                let params = params.map(|range| &message[range]);
                self.take_notification(Notification::new(method, params));
            }
            (None, _) => {}
            (Some(id), body) => self.answer(generation, id, text, body, envelope.delta),
        }
    }

    fn answer(&self, generation: u32, id: i64, text: Text, body: Body, delta: bool) {
        let reply = match body {
            Body::Result(range) if delta => self.merge(id, text, range),
            Body::Result(range) => Reply::Result(text, range),
            Body::Error(range) => Reply::Error(text, range),
            Body::Nothing | Body::Notification { .. } => Reply::Nothing,
        };
        journal::answered(self, id, &reply);
        let taken = self.link.lock().calls.answer(id, reply);
        match taken {
            Taken::ByNobody(Purpose::SessionObject { doc }, Reply::Result(text, range)) => {
                // It was created for a caller that is gone.
                if let Some(orphan) = named_object(&text.as_ref()[range]).and_then(|object| object.id) {
                    self.destroy(generation, doc, &orphan);
                }
            }
            Taken::ByNobody(Purpose::Mark, reply) => {
                let again = self.journal().marked(matches!(reply, Reply::Result(..)));
                if again {
                    tracing::debug!("the engine did not create the object that identifies the session");
                    self.mark(generation);
                }
            }
            Taken::Unknown => tracing::debug!(id, "a response without a caller"),
            _ => {}
        }
    }

    /// Applies a delta, even if its caller is gone, because the next one builds on it.
    fn merge(&self, id: i64, text: Text, range: Range<usize>) -> Reply {
        let Some(key) = self.link.lock().calls.delta_of(id) else {
            return Reply::Result(text, range);
        };
        if !self.handles().holds(key.0) {
            // The object is closed: a late delta must not become the base of the next object with this handle.
            return Reply::Misfit;
        }
        match self.deltas.lock().apply(key, &text.as_ref()[range]) {
            Ok(merged) => Reply::Merged(merged),
            Err(Misfit) => {
                tracing::warn!(id, handle = key.0, method = key.1, "delta mismatch; requesting the complete value");
                Reply::Misfit
            }
        }
    }

    fn take_notification(&self, notification: Notification) {
        tracing::debug!(name = notification.name, "the engine notifies");
        if let Some(state) = notification.session_state() {
            self.state.send_if_modified(|known| {
                // A later request to log in does not refuse the session.
                let takes = *known == SessionState::Unknown || notification.name == "OnConnected";
                if takes {
                    *known = state;
                }
                takes
            });
        }
        if notification.is_fatal() {
            self.link.lock().last_words = notification.proxy_message().message;
        }
        self.tell(Event::Notification(notification));
    }
}
