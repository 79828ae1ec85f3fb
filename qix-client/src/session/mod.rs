//! Sessions.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use qix_schema::rpc::{CloseCode, Closed, ClosedBy, RawCall, Remote};
use qix_schema::{AsRemote, Class, Global, GlobalApi};

use crate::config::event::{self, EventStream};
use crate::config::{Resumption, StateLost};
use crate::connect::ConnectError;
use crate::connect::Transport;
use crate::protocol::notification::SessionState;
use crate::session::core::Object;
use crate::session::core::{Phase, Shared};

pub(crate) mod books;
#[cfg(target_family = "wasm")]
mod browser;
mod builder;
mod call;
mod connection;
pub(crate) mod core;
mod credentials;
mod deadline;
mod deployments;
#[cfg(all(feature = "download", not(target_family = "wasm")))]
pub(crate) mod download;
mod follow;
mod journal;
mod keep_alive;
#[cfg(not(target_family = "wasm"))]
mod native;
mod remote;
mod resume;
mod retry;
mod trace;

pub use builder::SessionBuilder;
pub use follow::LongRunning;
pub(crate) use follow::ProgressListener;

/// A session with an engine, over one connection. Cheap to clone.
///
/// A session also has all methods of the class [`Global`] ([`GlobalApi`]). Any number of calls can be pending, and
/// their responses can arrive in any order.
///
/// The connection is closed by [`close`](Self::close), or when the session and all of its objects have been dropped.
///
/// ```no_run
/// use qix_client::{Error, prelude::*};
///
/// # async fn f() -> Result<(), Error> {
/// let session = Session::connect("ws://localhost:4848/app/").await?;
/// let doc = session.open_doc("Sales.qvf").await?;
/// let year = doc.get_field("Year").await?;
/// println!("{} years", year.get_cardinal().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Session {
    shared: Arc<Shared>,
    global: Arc<dyn Remote>,
}

impl Session {
    /// Connects to an engine, and waits until the session is ready.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`SessionBuilder::connect`].
    pub async fn connect(url: impl Into<String>) -> Result<Self, ConnectError> {
        Self::builder().url(url).connect().await
    }

    /// Configures a session.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let global = Object::global(&shared);
        Self { shared, global }
    }

    /// The state of the session after connecting, such as whether it is new.
    pub fn state(&self) -> SessionState {
        self.shared.state().borrow().clone()
    }

    /// The global object of the session, for code that needs a [`Global`] value.
    pub fn global(&self) -> Global {
        self.global_as()
    }

    /// The global object of the session, as a class generated from another schema.
    pub fn global_as<C: Class>(&self) -> C {
        C::from_remote(Arc::clone(&self.global))
    }

    /// Returns the events of the session from now on. A slow receiver misses the oldest events. The stream ends with
    /// the session. To get earlier events too, use [`SessionBuilder::events`].
    ///
    /// ```no_run
    /// use futures_util::StreamExt;
    /// use qix_client::{Event, Session};
    ///
    /// # async fn f(session: Session) {
    /// let mut events = session.events();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         Event::Suspended(closed) => println!("lost: {closed}"),
    ///         Event::Resumed(resumption) => println!("back; {} objects lost", resumption.lost().count()),
    ///         Event::Notification(notification) => println!("{}: {:?}", notification.name, notification.kind),
    ///         other => println!("{other:?}"),
    ///     }
    /// }
    /// # }
    /// ```
    pub fn events(&self) -> EventStream {
        let over = self.shared.phase().borrow().is_over();
        let listener = (!over).then(|| self.shared.events());
        event::stream(listener)
    }

    /// The number of pending calls in the whole session.
    pub fn calls_in_flight(&self) -> usize {
        self.shared.pending()
    }

    /// The number of engine objects that the program holds. Steady growth indicates a leak. Zero if the session is
    /// closed.
    pub fn open_handles(&self) -> usize {
        match self.shared.phase().borrow().closed() {
            Some(_) => 0,
            None => self.shared.handles().len(),
        }
    }

    /// Whether an app has been opened in the session.
    pub(crate) fn has_opened_doc(&self) -> bool {
        self.shared.doc().is_some()
    }

    /// Whether this program has opened the app, and not another connection of the session.
    pub(crate) fn has_opened_doc_itself(&self) -> bool {
        self.shared.doc().as_ref().is_some_and(|doc| doc.by_program)
    }

    /// Whether calls fail because the session has no connection and waits for none. A session that is suspended or
    /// reconnecting is not closed. To find out why, or to wait for it, use [`closed`](Self::closed).
    pub fn is_closed(&self) -> bool {
        self.shared.phase().borrow().closed().is_some()
    }

    /// Whether calls to the app can succeed: there is a connection or there will be one, and no state is missing.
    pub(crate) fn is_usable(&self) -> bool {
        let is_reachable = match &*self.shared.phase().borrow() {
            Phase::Open | Phase::Suspended(_) => true,
            Phase::Disconnected(_) => self.shared.hooks.resume.is_some(),
            Phase::Ended(_) => false,
        };
        is_reachable && !self.shared.has_lost_state()
    }

    /// The remaining time of a call, if it is limited.
    pub(crate) fn time_of(&self, call: &RawCall) -> Option<Duration> {
        self.shared.settings.time_of(call.method, &call.options)
    }

    /// Waits until the session is closed, and returns the reason: how the connection ended, or why reconnecting failed.
    ///
    /// Unless the program has closed the session, [`resume`](Self::resume) can restore it.
    pub async fn closed(&self) -> Closed {
        self.shared.closed().await
    }

    /// Closes the connection without ending the session. The engine keeps the session for its time to live, or for
    /// about five seconds by default.
    ///
    /// Pending calls that only read, and all new calls, wait for [`resume`](Self::resume). Pending writes fail with
    /// [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed), because the engine may have executed them.
    pub async fn suspend(&self) {
        if *self.shared.phase().borrow() == Phase::Open {
            let closed = Closed::new(ClosedBy::Client, CloseCode::SUSPENDED, "");
            self.shared.suspend(&closed, Some(CloseCode::SUSPENDED));
        }
        self.shared.over().await;
    }

    /// Reconnects with fresh credentials, and restores the app and all objects that the program holds.
    ///
    /// Objects are opened by ID, fields as before, and session objects that the engine no longer has are created again
    /// from their last properties. If an object cannot be restored, the others are not affected, and the report
    /// contains the reason. If the engine has not kept the session, the client repeats selections and the like; see
    /// [`when_state_lost`](SessionBuilder::when_state_lost).
    ///
    /// Use this for a suspended session, or for a session whose connection the server has closed, for example because
    /// it was idle.
    ///
    /// If the session is connected, this method returns immediately, with an empty report.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`SessionBuilder::connect`]; the session can be resumed later in this case. Returns
    /// [`ConnectError::NoEndpoint`] if the session uses a custom transport (see [`resume_over`](Self::resume_over)), and
    /// [`ConnectError::Closed`] if the program has closed it.
    pub async fn resume(&self) -> Result<Arc<Resumption>, ConnectError> {
        resume::again(&self.shared).await
    }

    /// Like [`resume`](Self::resume), over a custom transport.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`resume`](Self::resume).
    pub async fn resume_over(&self, transport: Transport) -> Result<Arc<Resumption>, ConnectError> {
        resume::over(&self.shared, transport).await
    }

    /// Accepts a new session without the state that the program had set in the old one: calls to the app no longer fail
    /// with
    /// [`StateLost`]. Returns the missing state, if any, so that the program can restore it.
    ///
    /// ```no_run
    /// use qix_client::{Error, prelude::*, resumption::StateLost};
    ///
    /// # async fn f(session: Session, doc: Doc) -> Result<(), Error> {
    /// match doc.evaluate("Sum(Sales)").await {
    ///     Err(error) if error.downcast_ref::<StateLost>().is_some() => {
    ///         session.accept_lost_state();
    ///         doc.select("Year", [2021]).await?;
    ///     }
    ///     sum => println!("{}", sum?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn accept_lost_state(&self) -> Option<StateLost> {
        self.shared.accept_lost_state().map(Arc::unwrap_or_clone)
    }

    /// Closes the connection when all pending calls are answered, and waits until it is closed.
    ///
    /// Calls that are not answered within five seconds (or [`close_timeout`](SessionBuilder::close_timeout)) fail
    /// with
    /// [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed), and so do new calls. A suspended session does not wait.
    /// The engine may take another five seconds to close the connection. If you drop the future while it waits for
    /// pending calls, the session stays open.
    pub async fn close(&self) {
        self.shared.close(CloseCode::NORMAL).await;
        self.shared.over().await;
    }
}

impl AsRemote for Session {
    fn as_remote(&self) -> &dyn Remote {
        &*self.global
    }
}

impl GlobalApi for Session {}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("state", &self.state())
            .field("calls_in_flight", &self.calls_in_flight())
            .field("open_handles", &self.open_handles())
            .finish()
    }
}
