//! An engine, and the sessions that queries use.

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use datafusion::error::Result;
use futures_util::FutureExt;
use qix_client::SessionBuilder;
use qix_client::prelude::*;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::failed;

/// An engine, by name, with what is necessary to open sessions on it.
///
/// Only the name is part of a plan. The address and the credentials never leave this process; another machine that
/// executes a part of the plan has its own `Engine` of the same name.
///
/// Sessions are opened when a query needs them, each with its own identity, and are kept for the next query. They are
/// separate from other sessions of the same user: selections that queries make are not visible anywhere else.
///
/// ```
/// use qix_client::Session;
/// use qix_datafusion::Engine;
///
/// let engine = Engine::new("prod", Session::builder().host("sense.corp").virtual_proxy("jwt").bearer("eyJ…")).sessions(3);
/// ```
pub struct Engine {
    name: String,
    builder: SessionBuilder,
    sessions: usize,
    permits: Semaphore,
    idle: Mutex<Vec<Open>>,
    identity: u64,
    opened: AtomicU64,
}

/// An open app.
struct Open {
    app: String,
    session: Session,
    doc: Doc,
}

/// The number of sessions, unless set. Qlik Sense Enterprise locks a user out after five.
const SESSIONS: usize = 4;

impl Engine {
    /// Names an engine. The builder has its address and the credentials; the app and the identity are set for each
    /// session.
    pub fn new(name: impl Into<String>, builder: SessionBuilder) -> Self {
        Self {
            name: name.into(),
            builder,
            sessions: SESSIONS,
            permits: Semaphore::new(SESSIONS),
            idle: Mutex::default(),
            identity: RandomState::new().hash_one(std::process::id()),
            opened: AtomicU64::new(0),
        }
    }

    /// Sets how many sessions can be open at the same time, at least one. It also limits the number of partitions of a
    /// table. Defaults to 4, because Qlik Sense Enterprise locks a user out who has more than five.
    #[must_use]
    pub fn sessions(mut self, sessions: usize) -> Self {
        self.sessions = sessions.clamp(1, Semaphore::MAX_PERMITS);
        self.permits = Semaphore::new(self.sessions);
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number of sessions that can be open at the same time.
    pub(crate) fn most_sessions(&self) -> usize {
        self.sessions
    }

    /// Closes the sessions that no query uses.
    pub async fn close_idle(&self) {
        let idle = std::mem::take(&mut *self.idle());
        for open in idle {
            open.session.close().await;
        }
    }

    /// Lists the apps that the user can open.
    pub(crate) async fn apps(&self) -> Result<Vec<DocListEntry>> {
        let _permit = self.permit().await;
        self.make_room(None).await;
        let session = self.named(self.builder.clone()).connect().await.map_err(|error| self.failed(error.into()))?;
        let apps = session.global().get_doc_list().await.map_err(|error| self.failed(error));
        session.close().await;
        apps
    }

    /// Opens an app, in a session that nothing else uses as long as the lease lives. Waits if there are too many.
    pub(crate) async fn open(&self, app: &str) -> Result<Lease<'_>> {
        let permit = self.permit().await;
        if let Some(open) = self.make_room(Some(app)).await {
            return Ok(Lease { engine: self, open: Some(open), _permit: permit });
        }
        let connecting = self.named(self.builder.clone().app(app)).connect();
        let session = connecting.await.map_err(|error| self.failed(error.into()))?;
        let doc = session.open_doc(app).await.map_err(|error| self.failed(error))?;
        let open = Open { app: app.to_owned(), session, doc };
        Ok(Lease { engine: self, open: Some(open), _permit: permit })
    }

    async fn permit(&self) -> SemaphorePermit<'_> {
        self.permits.acquire().await.expect("the semaphore is never closed")
    }

    /// Returns an idle session of the app, or closes idle sessions of other apps until one more can be opened.
    async fn make_room(&self, app: Option<&str>) -> Option<Open> {
        loop {
            let superfluous = {
                let mut idle = self.idle();
                idle.retain(|open| open.session.closed().now_or_never().is_none());
                if let Some(at) = idle.iter().rposition(|open| Some(&*open.app) == app) {
                    return Some(idle.remove(at));
                }
                // This caller holds a permit, too.
                let in_use = self.sessions - self.permits.available_permits();
                if idle.is_empty() || idle.len() + in_use <= self.sessions {
                    return None;
                }
                idle.remove(0)
            };
            superfluous.session.close().await;
        }
    }

    /// Gives a session an identity of its own.
    fn named(&self, builder: SessionBuilder) -> SessionBuilder {
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        builder.identity(format!("sql-{}-{:x}-{number}", std::process::id(), self.identity))
    }

    fn failed(&self, error: qix_client::Error) -> datafusion::error::DataFusionError {
        failed(format_args!("engine `{}`", self.name), error)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Open>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name only: the builder may contain secrets.
impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("name", &self.name).field("sessions", &self.sessions).finish_non_exhaustive()
    }
}

/// An app that is open in a session of its own. Dropping it closes the session, since calls may be pending.
pub(crate) struct Lease<'e> {
    engine: &'e Engine,
    open: Option<Open>,
    _permit: SemaphorePermit<'e>,
}

impl Lease<'_> {
    pub(crate) fn doc(&self) -> &Doc {
        &self.open.as_ref().expect("it is open until it is handed back").doc
    }

    /// Keeps the session for the next query.
    pub(crate) fn hand_back(mut self) {
        self.engine.idle().extend(self.open.take());
    }
}
