//! Whether the session has a connection, waits for one, or has ended.

use std::sync::Weak;

use qix_schema::rpc::{CloseCode, Closed, ClosedBy, Retry};
use tokio::sync::watch;

use super::object::Object;
use super::queue::Outbox;
use super::shared::Shared;
use crate::config::Event;
use crate::protocol::notification::SessionState;

/// The phase of a session.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Phase {
    /// Calls are sent.
    Open,
    /// Calls wait for a connection.
    Suspended(Closed),
    /// There is no connection, and calls do not wait for one. The program can resume the session.
    Disconnected(Closed),
    /// The session will not connect again.
    Ended(Closed),
}

impl Phase {
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Ended(_))
    }

    /// Why calls fail, if they do.
    pub(crate) fn closed(&self) -> Option<&Closed> {
        match self {
            Self::Disconnected(closed) | Self::Ended(closed) => Some(closed),
            Self::Open | Self::Suspended(_) => None,
        }
    }

    /// Whether the connection was lost in a way that makes reconnecting worthwhile.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self, Self::Suspended(closed) if closed.retry() != Retry::No)
    }
}

impl Shared {
    pub(crate) fn phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Waits until calls can be sent. Returns an error if there is no connection to wait for.
    pub(crate) async fn ready(&self) -> Result<(), Closed> {
        let mut phase = self.phase();
        match phase.wait_for(|phase| !matches!(phase, Phase::Suspended(_))).await.as_deref() {
            Ok(Phase::Disconnected(closed)) => Err(closed.clone()),
            // The program has closed the session, whatever the server did before.
            Ok(Phase::Ended(closed)) if closed.by != ClosedBy::Client => Err(Closed::by_client()),
            Ok(Phase::Ended(closed)) => Err(closed.clone()),
            _ => Ok(()),
        }
    }

    /// Waits until calls fail. Returns the reason.
    pub(crate) async fn closed(&self) -> Closed {
        let mut phase = self.phase();
        let phase = phase.wait_for(|phase| phase.closed().is_some()).await;
        phase.ok().and_then(|phase| phase.closed().cloned()).unwrap_or_else(Closed::by_client)
    }

    /// Waits until the session ends, and returns the reason.
    pub(crate) async fn ended(&self) -> Closed {
        let mut phase = self.phase();
        let phase = phase.wait_for(Phase::is_over).await;
        match phase.as_deref() {
            Ok(Phase::Ended(closed)) => closed.clone(),
            _ => Closed::by_client(),
        }
    }

    /// Installs a new connection, unless the session has ended. Returns its number, and the objects of the previous
    /// one.
    pub(crate) fn connect(&self, outbox: Outbox) -> Result<(u32, Vec<Weak<Object>>), Closed> {
        if let Phase::Ended(closed) = &*self.phase.borrow() {
            return Err(closed.clone());
        }
        // Everything changes under one lock, so that nothing of the new connection is mistaken for the old one's.
        let mut handles = self.handles();
        let generation = self.connect_link(outbox);
        self.deltas.lock().clear();
        self.state.send_replace(SessionState::Unknown);
        Ok((generation, handles.start(generation)))
    }

    /// A connection has ended on its own.
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
            // The supervisor sees it, and reconnects.
            self.enter_suspension(closed.clone());
        } else if open {
            self.enter_disconnection(closed.clone());
        }
        if let Some(cut) = cut {
            cut.end(&closed);
        }
    }

    /// Closes the connection, to continue later.
    pub(crate) fn suspend(&self, closed: &Closed, farewell: Option<CloseCode>) {
        let cut = self.cut(closed, farewell);
        self.enter_suspension(closed.clone());
        if let Some(cut) = cut {
            cut.end(closed);
        }
    }

    /// Closes a connection that did not become ready.
    pub(crate) fn give_up_connection(&self) {
        let closed = Closed::by_client();
        if let Some(cut) = self.cut(&closed, None) {
            cut.end(&closed);
        }
    }

    /// Ends the session, once.
    pub(crate) fn end(&self, closed: &Closed, farewell: Option<CloseCode>) {
        if self.phase.borrow().is_over() {
            return;
        }
        let cut = self.cut(closed, farewell);
        self.enter_end(closed.clone());
        if let Some(cut) = cut {
            cut.end(closed);
        }
        // A connection that a resumption has created in the meantime.
        self.give_up_connection();
    }

    fn enter_suspension(&self, closed: Closed) {
        self.phase.send_replace(Phase::Suspended(closed.clone()));
        tracing::debug!(%closed, "the session is suspended");
        self.tell(Event::Suspended(closed));
    }

    fn enter_disconnection(&self, closed: Closed) {
        self.phase.send_replace(Phase::Disconnected(closed.clone()));
        self.handles().silence();
        tracing::debug!(%closed, "the session has no connection");
        self.tell(Event::Closed(closed));
    }

    /// Ends the waiting for a connection, unless there is one. The holders of waiting objects are notified.
    pub(crate) fn give_up_waiting(&self, waiting: &[Weak<Object>], closed: impl FnOnce(&Closed) -> Closed) {
        let closed = match &*self.phase.borrow() {
            Phase::Suspended(suspended) => closed(suspended),
            _ => return,
        };
        waiting.iter().filter_map(Weak::upgrade).for_each(|object| {
            object.signal().send_modify(|signal| signal.closed = true);
        });
        self.enter_disconnection(closed);
    }

    fn enter_end(&self, closed: Closed) {
        let mut is_news = true;
        self.phase.send_modify(|phase| {
            // The reason that was reported stays valid.
            let told = phase.closed().cloned();
            is_news = told.is_none();
            *phase = Phase::Ended(told.unwrap_or_else(|| closed.clone()));
        });
        self.handles().close_all();
        // The holder of the lock is resuming; it finds the session ended and does the same.
        if let Ok(mut waiting) = self.waiting.try_lock() {
            lose(&mut waiting);
        }
        self.deltas.lock().clear();
        tracing::debug!(%closed, "the session is over");
        if is_news {
            self.tell(Event::Closed(closed));
        }
    }
}

/// Marks objects that wait for a connection as lost.
pub(crate) fn lose(waiting: &mut Vec<Weak<Object>>) {
    for object in waiting.drain(..).filter_map(|object| object.upgrade()) {
        object.lose("the session did not go on");
    }
}
