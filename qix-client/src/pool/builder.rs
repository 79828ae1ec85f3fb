//! Configuring an engine.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use qix_schema::{Doc, Error};
use tokio::sync::Semaphore;

use super::Engine;
use super::connections::Limits;
use super::shared::{Settings, Shared};
use crate::session::SessionBuilder;

/// How many sessions are opened at once.
const CONNECTING: usize = 8;

/// How long an unused session is kept.
const LINGER: Duration = Duration::from_secs(60);

/// Configures an engine; see [`Engine::builder`].
///
/// What cannot be done because of a limit waits for its turn, in order of arrival. The timeouts and deadlines of the
/// callers include the waiting.
#[derive(Clone)]
#[must_use = "nothing is opened before `Engine::app`"]
pub struct EngineBuilder {
    session: SessionBuilder,
    settings: Settings,
}

impl EngineBuilder {
    pub(super) fn new(session: SessionBuilder) -> Self {
        let settings = Settings {
            limits: Limits::default(),
            connecting: CONNECTING,
            calls: None,
            linger: LINGER,
            actions: Vec::new(),
        };
        Self { session, settings }
    }

    /// Sets the maximum number of connections, at least one. Defaults to no limit.
    ///
    /// If a session is needed and the limit is reached, the one that has been unused for the longest time is closed.
    pub fn max_connections(mut self, limit: usize) -> Self {
        self.settings.limits.all = Some(limit);
        self
    }

    /// Sets the maximum number of connections to one app, at least one. Defaults to no limit.
    pub fn max_connections_per_app(mut self, limit: usize) -> Self {
        self.settings.limits.per_app = Some(limit);
        self
    }

    /// Sets the maximum number of connections of one user, at least one. Defaults to no limit. See
    /// [`Engine::user`].
    ///
    /// Connections of a user share a login, so they count as one session of the proxy of Qlik Sense Enterprise on
    /// Windows, which allows five for each user.
    pub fn max_connections_per_user(mut self, limit: usize) -> Self {
        self.settings.limits.per_user = Some(limit);
        self
    }

    /// Sets how many apps are opened at once, at least one. Defaults to 8.
    pub fn max_connecting(mut self, limit: usize) -> Self {
        self.settings.connecting = limit.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// Sets the maximum number of pending calls in all sessions, at least one. Defaults to no limit. It applies in
    /// addition to the limit of each session ([`SessionBuilder::max_calls_in_flight`]).
    pub fn max_calls_in_flight(mut self, limit: usize) -> Self {
        self.settings.calls = Some(limit.clamp(1, Semaphore::MAX_PERMITS));
        self
    }

    /// Sets how long a session is kept after its last user has left. Defaults to 60 seconds. A user who comes back in
    /// the meantime gets it as it was, with its selections.
    pub fn linger(mut self, time: Duration) -> Self {
        self.settings.linger = time;
        self
    }

    /// Adds an action for each session that the engine creates: it is called with the app before the first user gets
    /// it, and again whenever a session is replaced by a new one. If it fails, so does opening the app.
    ///
    /// It is not called if the engine already has a session for this user and app, because a previous connection has
    /// prepared it. What an action selects is also restored if a session reconnects into a new one
    /// ([`SessionBuilder::reconnect`]).
    ///
    /// ```
    /// use qix_client::{Engine, Error, prelude::*};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Error> {
    /// # let test = qix_test_engine::TestEngine::start().await.expect("a port is free");
    /// let engine = Engine::builder(Session::builder().url(test.url()))
    ///     .on_new_session(|doc| async move { doc.select("Year", [2022]).await })
    ///     .build();
    /// assert_eq!(engine.app("sales").await?.evaluate("Sum(Sales)").await?, "550");
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_new_session<F, T>(mut self, action: F) -> Self
    where
        F: Fn(Doc) -> T + Send + Sync + 'static,
        T: Future<Output = Result<(), Error>> + Send + 'static,
    {
        self.settings.actions.push(Arc::new(move |doc| action(doc).boxed()));
        self
    }

    /// Creates the engine. It connects when the first app is opened.
    pub fn build(self) -> Engine {
        Engine::new(Shared::new(self.session, self.settings))
    }
}

impl fmt::Debug for EngineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineBuilder").field("session", &self.session).finish_non_exhaustive()
    }
}
