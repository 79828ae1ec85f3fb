//! Going on after a connection was lost: a new one, and all objects back in their places.

use std::sync::{Arc, Weak};

use qix_schema::rpc::Retry;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::config::{Event, Resumption};
use crate::connect::ConnectError;
use crate::connect::Transport;
use crate::protocol::notification::{Refusal, SessionState};
use crate::session::connection;
use crate::session::core::Object;
use crate::session::core::{Hub, Phase};

mod plan;
mod restore;

/// Takes a transport into use, and waits until the engine has said how it took the connection.
pub(crate) async fn begin(
    hub: &Arc<Hub>,
    transport: Transport,
    waiting: &mut Vec<Weak<Object>>,
) -> Result<SessionState, ConnectError> {
    let (outbox, queue) = mpsc::unbounded_channel();
    let (generation, objects) = hub.connect(outbox).map_err(ConnectError::Closed)?;
    waiting.extend(objects);
    let transport = match &hub.settings.recorder {
        Some(recorder) => recorder.tap(transport),
        None => transport,
    };
    connection::start(transport, hub, generation, queue);
    let mut state = hub.state();
    let limit = hub.settings.greeting_timeout;
    let greeting = timeout(limit, state.wait_for(|state| *state != SessionState::Unknown));
    tokio::select! {
        // What the engine says first tells more than that it then closes.
        biased;
        greeted = greeting => if greeted.is_err() {
            tracing::debug!("the engine does not say how it took the connection");
        },
        () = hub.over() => {}
    }
    let state = hub.state().borrow().clone();
    match state {
        SessionState::Refused(refusal) => Err(ConnectError::Session(refusal)),
        SessionState::Unknown if !hub.is_connected() => Err(ConnectError::Closed(hub.last_closed())),
        state => Ok(state),
    }
}

/// Goes on over a new transport.
pub(crate) async fn over(hub: &Arc<Hub>, transport: Transport) -> Result<Arc<Resumption>, ConnectError> {
    // One at a time; who comes second finds it done.
    let mut waiting = hub.waiting.lock().await;
    match stands(hub) {
        Some(outcome) => outcome,
        None => attempt(hub, transport, &mut waiting).await,
    }
}

/// Where a session stands that cannot be resumed, or need not.
fn stands(hub: &Hub) -> Option<Result<Arc<Resumption>, ConnectError>> {
    match &*hub.phase().borrow() {
        Phase::Suspended(_) => None,
        Phase::Ended(closed) => Some(Err(ConnectError::Closed(closed.clone()))),
        Phase::Open => {
            let state = hub.state().borrow().clone();
            Some(Ok(Arc::new(Resumption { state, objects: Vec::new() })))
        }
    }
}

async fn attempt(
    hub: &Arc<Hub>,
    transport: Transport,
    waiting: &mut Vec<Weak<Object>>,
) -> Result<Arc<Resumption>, ConnectError> {
    let going_on = async {
        let state = begin(hub, transport, waiting).await?;
        let objects = restore::all(hub, &state, waiting).await?;
        hub.open().map_err(ConnectError::Closed)?;
        Ok(Resumption { state, objects })
    };
    let unfinished = Unfinished(Some(hub));
    let resumption = match going_on.await {
        Ok(resumption) => unfinished.finish(resumption),
        Err(error) => {
            drop(unfinished);
            if hub.phase().borrow().is_over() {
                lose(waiting);
            }
            return Err(error);
        }
    };
    waiting.clear();
    let resumption = Arc::new(resumption);
    tracing::debug!(objects = resumption.objects.len(), lost = resumption.lost().count(), "the session goes on");
    hub.tell(Event::Resumed(Arc::clone(&resumption)));
    Ok(resumption)
}

/// An attempt that is not through: its connection is of no use, should nobody wait for it any more.
struct Unfinished<'a>(Option<&'a Hub>);

impl Unfinished<'_> {
    fn finish<T>(mut self, resumption: T) -> T {
        self.0 = None;
        resumption
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(hub) = self.0 {
            hub.give_up_connection();
        }
    }
}

/// Goes on over a new connection to the same endpoint.
pub(crate) async fn again(hub: &Arc<Hub>) -> Result<Arc<Resumption>, ConnectError> {
    let mut waiting = hub.waiting.lock().await;
    if let Some(outcome) = stands(hub) {
        return outcome;
    }
    let endpoint = hub.endpoint.as_ref().ok_or(ConnectError::NoEndpoint)?;
    let transport = tokio::select! {
        transport = endpoint.connect() => transport?,
        closed = hub.ended() => return Err(ConnectError::Closed(closed)),
    };
    attempt(hub, transport, &mut waiting).await
}

/// Tries to go on until it succeeds, there is no point in trying, or nobody needs the session any more.
pub(crate) async fn automatically(hub: Weak<Hub>) {
    let Some(backoff) = hub.upgrade().and_then(|hub| hub.settings.resume.clone()) else { return };
    for delay in backoff.delays() {
        let Some(mut phase) = hub.upgrade().map(|hub| hub.phase()) else { return };
        tokio::select! {
            () = sleep(delay) => {}
            // Somebody else was faster, or nobody is left.
            _ = phase.wait_for(|phase| !matches!(phase, Phase::Suspended(_))) => return,
        }
        let Some(hub) = hub.upgrade() else { return };
        match again(&hub).await {
            Ok(_) => return,
            Err(error) if is_final(&error) => {
                tracing::warn!(%error, "the session does not go on");
                break;
            }
            Err(error) => tracing::debug!(%error, "the session does not go on yet"),
        }
    }
    if let Some(hub) = hub.upgrade() {
        give_up(&hub).await;
    }
}

/// Ends a session that does not go on, for the reason why it was suspended.
pub(crate) async fn give_up(hub: &Arc<Hub>) {
    let suspended = match &*hub.phase().borrow() {
        Phase::Suspended(closed) => closed.clone(),
        _ => return,
    };
    lose(&mut *hub.waiting.lock().await);
    hub.end(&suspended, None);
}

/// Tells those who hold objects that wait for a connection that there will be none.
pub(crate) fn lose(waiting: &mut Vec<Weak<Object>>) {
    for object in waiting.drain(..).filter_map(|object| object.upgrade()) {
        object.lose("the session did not go on");
    }
}

/// Whether trying again cannot help.
fn is_final(error: &ConnectError) -> bool {
    match error {
        ConnectError::Closed(closed) => closed.retry() == Retry::No,
        ConnectError::Session(refusal) => !matches!(refusal, Refusal::LicenseRenewal | Refusal::LimitExceeded),
        ConnectError::Refused { status, .. } => matches!(status, 400..=428),
        ConnectError::Address { .. } | ConnectError::Header { .. } | ConnectError::NoEndpoint => true,
        _ => false,
    }
}
