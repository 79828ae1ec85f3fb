//! Whether the session has a connection, waits for one, or is over.

use std::sync::Weak;

use qix_schema::rpc::{Closed, Retry};
use tokio::sync::{mpsc, watch};

use super::object::Object;
use super::shared::{Queued, Shared};
use crate::config::Event;
use crate::protocol::notification::SessionState;

/// Where a session stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// Calls go out.
    Open,
    /// Calls wait for a connection.
    Suspended(Closed),
    /// There will be no connection any more.
    Ended(Closed),
}

impl Phase {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Ended(_))
    }

    /// Whether the connection was lost in a way that makes it worth connecting again.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Suspended(closed) if closed.retry() != Retry::No)
    }
}

impl Shared {
    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Waits until calls go out; an error once they never will.
    pub(crate) async fn ready(&self) -> Result<(), Closed> {
        let mut phase = self.phase();
        let phase = phase.wait_for(|phase| !matches!(phase, Phase::Suspended(_))).await;
        match phase.as_deref() {
            Ok(Phase::Ended(closed)) => Err(closed.clone()),
            _ => Ok(()),
        }
    }

    /// Waits until there will be no connection any more, and says why.
    pub(crate) async fn ended(&self) -> Closed {
        let mut phase = self.phase();
        let phase = phase.wait_for(Phase::is_over).await;
        match phase.as_deref() {
            Ok(Phase::Ended(closed)) => closed.clone(),
            _ => Closed::by_client(),
        }
    }

    /// Takes a new connection into use, unless the session is over; its number, and the objects of the one before.
    pub(crate) fn connect(&self, outbox: mpsc::UnboundedSender<Queued>) -> Result<(u32, Vec<Weak<Object>>), Closed> {
        if let Phase::Ended(closed) = &*self.phase.borrow() {
            return Err(closed.clone());
        }
        // Nothing of the new connection may be taken for the old one's, so that all changes under one lock.
        let mut handles = self.handles();
        let generation = self.connect_link(outbox);
        self.deltas.lock().clear();
        self.state.send_replace(SessionState::Unknown);
        Ok((generation, handles.start(generation)))
    }

    /// A connection has ended by itself.
    pub(crate) fn disconnected(&self, generation: u32, mut closed: Closed) {
        if self.generation() != generation {
            return;
        }
        if let (true, Some(said)) = (closed.reason.is_empty(), self.last_words()) {
            closed.reason = said;
        }
        let cut = self.cut(&closed, None);
        let open = *self.phase.borrow() == Phase::Open;
        let comes_back = self.settings.reconnect.is_some() && self.endpoint.is_some() && closed.retry() != Retry::No;
        if open && comes_back {
            // Whoever supervises the session sees it, and connects again.
            self.enter_suspension(closed.clone());
        } else if open {
            self.enter_end(closed.clone());
        }
        if let Some(cut) = cut {
            cut.end(&closed);
        }
    }

    /// Gives up the connection, with the intention to go on later.
    pub(crate) fn suspend(&self, closed: &Closed, farewell: Option<Queued>) {
        let cut = self.cut(closed, farewell);
        self.enter_suspension(closed.clone());
        if let Some(cut) = cut {
            cut.end(closed);
        }
    }

    /// Gives up a connection that did not get ready.
    pub(crate) fn give_up_connection(&self) {
        let closed = Closed::by_client();
        if let Some(cut) = self.cut(&closed, None) {
            cut.end(&closed);
        }
    }

    /// Ends the session, once.
    pub(crate) fn end(&self, closed: &Closed, farewell: Option<Queued>) {
        if self.phase.borrow().is_over() {
            return;
        }
        let cut = self.cut(closed, farewell);
        self.enter_end(closed.clone());
        if let Some(cut) = cut {
            cut.end(closed);
        }
        // One that a resumption has made meanwhile.
        self.give_up_connection();
    }

    fn enter_suspension(&self, closed: Closed) {
        self.phase.send_replace(Phase::Suspended(closed.clone()));
        tracing::debug!(%closed, "the session is suspended");
        self.tell(Event::Suspended(closed));
    }

    fn enter_end(&self, closed: Closed) {
        self.phase.send_replace(Phase::Ended(closed.clone()));
        self.handles().close_all();
        // Who holds the lock is resuming, finds the session over, and does the same.
        if let Ok(mut waiting) = self.waiting.try_lock() {
            lose(&mut waiting);
        }
        self.deltas.lock().clear();
        tracing::debug!(%closed, "the session is over");
        self.tell(Event::Closed(closed));
    }
}

/// Tells those who hold objects that wait for a connection that there will be none.
pub(crate) fn lose(waiting: &mut Vec<Weak<Object>>) {
    for object in waiting.drain(..).filter_map(|object| object.upgrade()) {
        object.lose("the session did not go on");
    }
}
