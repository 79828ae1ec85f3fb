//! Resuming after a lost connection: connects again, and restores all objects.

use std::sync::{Arc, Weak};

use qix_schema::rpc::{CloseCode, Closed, ClosedBy};
use tokio::sync::watch;

use crate::config::{Backoff, Event, Resumption};
use crate::connect::{ConnectError, Transport};
use crate::platform::{awake, sleep, timeout};
use crate::protocol::notification::{Refusal, SessionState};
use crate::session::connection;
use crate::session::core::{Object, Phase, Shared, lose, queue};

mod identity;
mod plan;
mod restore;
mod state;

pub(crate) use plan::found_by;

/// Installs a transport, and waits for the engine's greeting.
pub(crate) async fn begin(
    shared: &Arc<Shared>,
    transport: Transport,
    waiting: &mut Vec<Weak<Object>>,
) -> Result<SessionState, ConnectError> {
    let (outbox, messages) = queue();
    let (generation, objects) = shared.connect(outbox).map_err(ConnectError::Closed)?;
    waiting.extend(objects);
    let transport = match &shared.settings.recorder {
        Some(recorder) => recorder.tap(transport),
        None => transport,
    };
    connection::start(transport, shared, generation, messages);
    let mut state = shared.state();
    let limit = shared.settings.greeting_timeout;
    let greeting = timeout(limit, state.wait_for(|state| *state != SessionState::Unknown));
    tokio::select! {
        // The engine's first message contains more information than its close frame.
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

/// Connects to the endpoint, and installs the connection. A login that the proxy has forgotten is repeated once.
pub(crate) async fn connect(
    shared: &Arc<Shared>,
    waiting: &mut Vec<Weak<Object>>,
) -> Result<SessionState, ConnectError> {
    let endpoint = shared.endpoint.as_ref().ok_or(ConnectError::NoEndpoint)?;
    let transport = endpoint.connect().await?;
    let by_cookie = transport.by_cookie;
    match begin(shared, transport, waiting).await {
        Err(ConnectError::Session(Refusal::NotAuthenticated { .. })) if by_cookie => {
            shared.give_up_connection();
            endpoint.forget_session()?;
            begin(shared, endpoint.connect().await?, waiting).await
        }
        outcome => outcome,
    }
}

/// Resumes over a new transport.
pub(crate) async fn over(shared: &Arc<Shared>, transport: Transport) -> Result<Arc<Resumption>, ConnectError> {
    attempt(shared, async |waiting| begin(shared, transport, waiting).await).await
}

/// Resumes over a new connection to the same endpoint.
pub(crate) async fn again(shared: &Arc<Shared>) -> Result<Arc<Resumption>, ConnectError> {
    attempt(shared, async |waiting| {
        tokio::select! {
            state = connect(shared, waiting) => state,
            closed = shared.ended() => Err(ConnectError::Closed(closed)),
        }
    })
    .await
}

/// The result of resuming a session that cannot be resumed, or does not need to be.
fn without_attempt(shared: &Shared) -> Option<Result<Arc<Resumption>, ConnectError>> {
    match &*shared.phase().borrow() {
        Phase::Suspended(_) | Phase::Disconnected(_) => None,
        Phase::Ended(closed) => Some(Err(ConnectError::Closed(closed.clone()))),
        Phase::Open => {
            let state = shared.state().borrow().clone();
            Some(Ok(Arc::new(Resumption { state, lost_state: Vec::new(), objects: Vec::new() })))
        }
    }
}

async fn attempt(
    shared: &Arc<Shared>,
    connect: impl AsyncFnOnce(&mut Vec<Weak<Object>>) -> Result<SessionState, ConnectError>,
) -> Result<Arc<Resumption>, ConnectError> {
    // One at a time; a second caller finds it done.
    let waiting = &mut *shared.waiting.lock().await;
    if let Some(outcome) = without_attempt(shared) {
        return outcome;
    }
    let unfinished = Unfinished(Some(shared));
    let going_on = async {
        let state = connect(waiting).await?;
        let resumption = restore::all(shared, state, waiting).await?;
        shared.open().map_err(ConnectError::Closed)?;
        Ok(resumption)
    };
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
    tracing::debug!(objects = resumption.objects.len(), lost = resumption.lost().count(), "the session is resumed");
    shared.tell(Event::Resumed(Arc::clone(&resumption)));
    Ok(resumption)
}

/// An unfinished attempt: its connection is closed if the future is dropped.
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

/// Reconnects whenever the connection is lost, until the session has ended or is no longer in use.
pub(crate) async fn supervise(shared: Weak<Shared>, mut phase: watch::Receiver<Phase>, backoff: Backoff) {
    loop {
        let over = phase.wait_for(|phase| phase.is_lost() || phase.is_over()).await.map(|phase| phase.is_over());
        if over.unwrap_or(true) || shared.strong_count() == 0 {
            return;
        }
        reconnect(&shared, &mut phase, &backoff).await;
    }
}

/// Tries to resume until it succeeds, further attempts are pointless, or the session is no longer in use.
async fn reconnect(shared: &Weak<Shared>, phase: &mut watch::Receiver<Phase>, backoff: &Backoff) {
    let mut last = None;
    for delay in backoff.delays() {
        tokio::select! {
            () = async { sleep(delay).await; awake().await } => {}
            // Another task was faster, or the session is no longer in use.
            _ = phase.wait_for(|phase| !matches!(phase, Phase::Suspended(_))) => return,
        }
        let Some(shared) = shared.upgrade() else { return };
        match again(&shared).await {
            Ok(_) => return,
            Err(error) => {
                tracing::debug!(%error, "the session is not resumed yet");
                let is_final = !error.is_transient();
                last = Some(error);
                if is_final {
                    break;
                }
            }
        }
    }
    if let Some(shared) = shared.upgrade() {
        give_up(&shared, last).await;
    }
}

/// Ends the waiting for a connection, with the reason of the last attempt.
async fn give_up(shared: &Shared, last: Option<ConnectError>) {
    let waiting = shared.waiting.lock().await;
    shared.give_up_waiting(&waiting, |suspended| match last {
        None => suspended.clone(),
        Some(ConnectError::Closed(closed)) => closed,
        Some(error) => Closed::new(ClosedBy::Network, CloseCode::LOST, format!("reconnecting failed: {error}")),
    });
}
