//! Going on after a connection was lost: a new one, and all objects back in their places.

use std::sync::{Arc, Weak};

use qix_schema::rpc::Retry;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::config::{Backoff, Event, Resumption};
use crate::connect::{ConnectError, Transport};
use crate::protocol::notification::{Refusal, SessionState};
use crate::session::connection;
use crate::session::core::{Object, Phase, Shared, lose};

mod plan;
mod restore;

/// Takes a transport into use, and waits until the engine has said how it took the connection.
pub(crate) async fn begin(
    shared: &Arc<Shared>,
    transport: Transport,
    waiting: &mut Vec<Weak<Object>>,
) -> Result<SessionState, ConnectError> {
    let (outbox, queue) = mpsc::unbounded_channel();
    let (generation, objects) = shared.connect(outbox).map_err(ConnectError::Closed)?;
    waiting.extend(objects);
    let transport = match &shared.settings.recorder {
        Some(recorder) => recorder.tap(transport),
        None => transport,
    };
    connection::start(transport, shared, generation, queue);
    let mut state = shared.state();
    let limit = shared.settings.greeting_timeout;
    let greeting = timeout(limit, state.wait_for(|state| *state != SessionState::Unknown));
    tokio::select! {
        // What the engine says first tells more than that it then closes.
        biased;
        greeted = greeting => if greeted.is_err() {
            tracing::debug!("the engine does not say how it took the connection");
        },
        () = shared.over() => {}
    }
    let state = shared.state().borrow().clone();
    match state {
        SessionState::Refused(refusal) => Err(ConnectError::Session(refusal)),
        SessionState::Unknown if !shared.is_connected() => Err(ConnectError::Closed(shared.last_closed())),
        state => Ok(state),
    }
}

/// Goes on over a new transport.
pub(crate) async fn over(shared: &Arc<Shared>, transport: Transport) -> Result<Arc<Resumption>, ConnectError> {
    // One at a time; who comes second finds it done.
    let mut waiting = shared.waiting.lock().await;
    match stands(shared) {
        Some(outcome) => outcome,
        None => attempt(shared, transport, &mut waiting).await,
    }
}

/// Where a session stands that cannot be resumed, or need not.
fn stands(shared: &Shared) -> Option<Result<Arc<Resumption>, ConnectError>> {
    match &*shared.phase().borrow() {
        Phase::Suspended(_) => None,
        Phase::Ended(closed) => Some(Err(ConnectError::Closed(closed.clone()))),
        Phase::Open => {
            let state = shared.state().borrow().clone();
            Some(Ok(Arc::new(Resumption { state, objects: Vec::new() })))
        }
    }
}

async fn attempt(
    shared: &Arc<Shared>,
    transport: Transport,
    waiting: &mut Vec<Weak<Object>>,
) -> Result<Arc<Resumption>, ConnectError> {
    let going_on = async {
        let state = begin(shared, transport, waiting).await?;
        let objects = restore::all(shared, &state, waiting).await?;
        shared.open().map_err(ConnectError::Closed)?;
        Ok(Resumption { state, objects })
    };
    let unfinished = Unfinished(Some(shared));
    let resumption = match going_on.await {
        Ok(resumption) => unfinished.finish(resumption),
        Err(error) => {
            drop(unfinished);
            if shared.phase().borrow().is_over() {
                lose(waiting);
            }
            return Err(error);
        }
    };
    waiting.clear();
    let resumption = Arc::new(resumption);
    tracing::debug!(objects = resumption.objects.len(), lost = resumption.lost().count(), "the session goes on");
    shared.tell(Event::Resumed(Arc::clone(&resumption)));
    Ok(resumption)
}

/// An attempt that is not through: its connection is of no use, should nobody wait for it any more.
struct Unfinished<'a>(Option<&'a Shared>);

impl Unfinished<'_> {
    fn finish<T>(mut self, resumption: T) -> T {
        self.0 = None;
        resumption
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(shared) = self.0 {
            shared.give_up_connection();
        }
    }
}

/// Goes on over a new connection to the same endpoint.
pub(crate) async fn again(shared: &Arc<Shared>) -> Result<Arc<Resumption>, ConnectError> {
    let mut waiting = shared.waiting.lock().await;
    if let Some(outcome) = stands(shared) {
        return outcome;
    }
    let endpoint = shared.endpoint.as_ref().ok_or(ConnectError::NoEndpoint)?;
    let transport = tokio::select! {
        transport = endpoint.connect() => transport?,
        closed = shared.ended() => return Err(ConnectError::Closed(closed)),
    };
    attempt(shared, transport, &mut waiting).await
}

/// Connects again whenever the connection is lost, until the session is over or nobody needs it any more.
pub(crate) async fn supervise(shared: Weak<Shared>, mut phase: watch::Receiver<Phase>, backoff: Backoff) {
    loop {
        let over = phase.wait_for(|phase| phase.is_lost() || phase.is_over()).await.map(|phase| phase.is_over());
        if over.unwrap_or(true) || shared.strong_count() == 0 {
            return;
        }
        reconnect(&shared, &mut phase, &backoff).await;
    }
}

/// Tries to go on until it succeeds, there is no point in trying, or nobody needs the session any more.
async fn reconnect(shared: &Weak<Shared>, phase: &mut watch::Receiver<Phase>, backoff: &Backoff) {
    for delay in backoff.delays() {
        tokio::select! {
            () = sleep(delay) => {}
            // Somebody else was faster, or nobody is left.
            _ = phase.wait_for(|phase| !matches!(phase, Phase::Suspended(_))) => return,
        }
        let Some(shared) = shared.upgrade() else { return };
        match again(&shared).await {
            Ok(_) => return,
            Err(error) if is_final(&error) => {
                tracing::warn!(%error, "the session does not go on");
                break;
            }
            Err(error) => tracing::debug!(%error, "the session does not go on yet"),
        }
    }
    if let Some(shared) = shared.upgrade() {
        give_up(&shared).await;
    }
}

/// Ends a session that does not go on, for the reason why it was suspended.
pub(crate) async fn give_up(shared: &Arc<Shared>) {
    let suspended = match &*shared.phase().borrow() {
        Phase::Suspended(closed) => closed.clone(),
        _ => return,
    };
    lose(&mut *shared.waiting.lock().await);
    shared.end(&suspended, None);
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
