//! Many apps and many users: an engine with a pool of sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::ext::pending::Pending;
use crate::session::SessionBuilder;
use shared::{Shared, User};

mod books;
mod builder;
mod connections;
mod event;
mod failure;
mod leased;
mod open_app;
mod shared;

pub use builder::EngineBuilder;
pub use event::{AppEvent, AppEventStream};
pub use open_app::OpenApp;

/// An engine, whose apps are opened in sessions that it pools. Cheap to clone.
///
/// Users of the same app share a session, with its selections, unless they request their own. A session is opened for
/// its first user, reused for the following ones, replaced if it is broken, and closed when it has been unused
/// for a while.
///
/// ```
/// use qix_client::{Engine, Error, prelude::*};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// # let test = qix_test_engine::TestEngine::start().await.expect("a port is free");
/// let engine = Engine::builder(Session::builder().url(test.url())).max_connections(100).build();
/// let doc = engine.app("sales").await?;
/// assert_eq!(doc.evaluate("Sum(Sales)").await?, "1675");
///
/// // No other user sees these selections.
/// let own = engine.app("sales").own_session(true).await?;
/// own.select("Year", [2022]).await?;
/// assert_eq!(own.evaluate("Sum(Sales)").await?, "550");
/// assert_eq!(doc.evaluate("Sum(Sales)").await?, "1675");
/// engine.close().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    user: Option<Arc<User>>,
}

impl Engine {
    /// Configures an engine: its sessions have these settings and credentials. The app and the identity are set for each
    /// session.
    ///
    /// To receive events, use [`events`](Self::events) instead of [`SessionBuilder::events`].
    pub fn builder(session: SessionBuilder) -> EngineBuilder {
        EngineBuilder::new(session)
    }

    fn new(shared: Arc<Shared>) -> Self {
        Self { shared, user: None }
    }

    /// The same engine for a user with credentials of their own, for services that act for many users. The name
    /// identifies the user in this program.
    ///
    /// The function gets the session builder of the engine, and sets the user or the token. Sessions and cookies are
    /// never shared by users with different names. If a user of that name exists, new connections use the new
    /// credentials, and keep the login.
    ///
    /// ```
    /// use qix_client::{Engine, Session};
    ///
    /// let engine = Engine::builder(Session::builder().host("sense.corp").virtual_proxy("jwt")).build();
    /// let token = "eyJ…"; // of the request that the service answers
    /// let engine_of_alice = engine.user("alice", |session| session.bearer(token));
    /// ```
    pub fn user(&self, name: impl Into<String>, credentials: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Self {
        let user = self.shared.user(name.into(), credentials);
        Self { shared: Arc::clone(&self.shared), user: Some(user) }
    }

    /// Opens an app, in a session that is shared with others unless you set
    /// [`own_session`](Pending::own_session) or [`identity`](Pending::identity).
    ///
    /// The session stays open as long as the app or an object that it returned is in use. Limits of the engine are
    /// waited for; [`with_timeout`](Pending::with_timeout) and [`with_deadline`](Pending::with_deadline) include that.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`SessionBuilder::connect`] and [`Session::open_doc`](crate::Session::open_doc), and
    /// [`ErrorKind::Closed`](crate::ErrorKind::Closed) after [`close`](Self::close). If the connection of a session is
    /// lost for good, its users get errors, and have to open the app again. Callers that wait for the same session get the
    /// same failure.
    pub fn app(&self, id: impl Into<String>) -> Pending<OpenApp> {
        OpenApp::new(&self.shared, self.user.as_ref(), id.into())
    }

    /// Lists the sessions that are open, in the order in which they were opened.
    pub fn apps(&self) -> Vec<AppSession> {
        let books = self.shared.books();
        let open: Vec<_> = books.open().map(|entry| (Arc::clone(&entry.session), entry.users)).collect();
        drop(books);
        let described = open.into_iter().map(|(slot, users)| AppSession {
            app: slot.key.app.clone(),
            user: slot.key.user.clone(),
            identity: slot.key.identity.clone(),
            users,
            // Without the global object, which the pool holds.
            handles: slot.cell.get().map_or(0, |opened| opened.session.open_handles().saturating_sub(1)),
            age: slot.age(),
            unused: slot.unused(),
        });
        described.collect()
    }

    /// Returns the events of all sessions from now on, with the app of each. A slow receiver misses the oldest events.
    /// The stream ends when the engine is no longer in use.
    pub fn events(&self) -> AppEventStream {
        AppEventStream::new(self.shared.events.subscribe())
    }

    /// Closes all sessions when their pending calls are answered, like
    /// [`Session::close`](crate::Session::close), and waits until they are closed. Apps that are being opened fail, and
    /// so do new ones.
    ///
    /// It applies to all clones, and to all users.
    pub async fn close(&self) {
        self.shared.close().await;
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("apps", &self.apps()).finish_non_exhaustive()
    }
}

/// An open session of an [`Engine`]; see [`Engine::apps`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppSession {
    /// The app.
    pub app: String,
    /// The user, if it is not that of the engine's builder.
    pub user: Option<String>,
    /// The identity, if the session has one.
    pub identity: Option<String>,
    /// How many callers of [`Engine::app`] use it. Zero if it is kept for the next one.
    pub users: usize,
    /// The number of engine objects that they hold, including the app.
    pub handles: usize,
    /// The time since it was requested.
    pub age: Duration,
    /// The time since it was last used: since the last call, or since its last user left.
    pub unused: Duration,
}
