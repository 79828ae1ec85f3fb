//! Sessions with an engine.

use std::fmt;
use std::sync::Arc;

use qix_schema::rpc::{CloseCode, Closed, ClosedBy, Remote};
use qix_schema::{AsRemote, Class, Global, GlobalApi};

use crate::config::Resumption;
use crate::config::event::{self, EventStream};
use crate::connect::ConnectError;
use crate::connect::Transport;
use crate::protocol::notification::SessionState;
use crate::session::core::Object;
use crate::session::core::{Phase, Queued, Shared};

pub(crate) mod books;
mod builder;
mod call;
mod connection;
pub(crate) mod core;
mod credentials;
mod deadline;
mod deployments;
mod follow;
mod keep_alive;
mod remote;
mod resume;
mod retry;
mod trace;

pub use builder::SessionBuilder;
pub use follow::LongRunning;

/// A session with an engine, over one connection; cheap to clone.
///
/// All methods of the class [`Global`] are methods of a session as well ([`GlobalApi`]). Calls need no turn: any number
/// of them can be under way, and their answers come in any order.
///
/// The connection ends with [`close`](Self::close), or when nobody holds the session or an object of it any more.
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
    /// Connects to an engine and waits until the session is ready.
    ///
    /// # Errors
    ///
    /// See [`SessionBuilder::connect`].
    pub async fn connect(url: impl Into<String>) -> Result<Self, ConnectError> {
        Self::builder().url(url).connect().await
    }

    /// A session that is still to be set up.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        let global = Object::global(&shared);
        Self { shared, global }
    }

    /// How the engine took the connection: whether the session is a new one.
    pub fn state(&self) -> SessionState {
        self.shared.state().borrow().clone()
    }

    /// The engine itself, for code that wants a [`Global`] object.
    pub fn global(&self) -> Global {
        self.global_as()
    }

    /// The engine itself, as a class that was generated from another schema.
    pub fn global_as<C: Class>(&self) -> C {
        C::from_remote(Arc::clone(&self.global))
    }

    /// What happens to the session from now on. Who is slow to listen misses the oldest events; the stream ends when the
    /// session is over. [`SessionBuilder::events`] tells of what comes before as well.
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

    /// How many calls wait for their answers, in the whole session.
    pub fn calls_in_flight(&self) -> usize {
        self.shared.pending()
    }

    /// How many objects of the engine the program holds; one that only grows shows a leak.
    pub fn open_handles(&self) -> usize {
        self.shared.handles().len()
    }

    /// Whether an app was opened over the session.
    pub(crate) fn has_opened_doc(&self) -> bool {
        self.shared.doc().is_some()
    }

    /// Waits until the session is over, and says why.
    pub async fn closed(&self) -> Closed {
        self.shared.ended().await
    }

    /// Closes the connection in order to go on later. The engine keeps the session for the time to live that it was
    /// given, or about five seconds.
    ///
    /// Calls under way that only read, and all new ones, wait for [`resume`](Self::resume); a write under way ends with
    /// [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed), as it may have happened.
    pub async fn suspend(&self) {
        if *self.shared.phase().borrow() == Phase::Open {
            let closed = Closed::new(ClosedBy::Client, CloseCode::SUSPENDED, "");
            self.shared.suspend(&closed, Some(Queued::Close(CloseCode::SUSPENDED, String::new())));
        }
        self.shared.over().await;
    }

    /// Connects again, with fresh credentials, and brings back the app and all objects that the program holds.
    ///
    /// Objects are looked up by their identifiers; fields as they were first; session objects that the engine has lost
    /// are made again from their last properties. One that does not come back is lost alone, and the report says why.
    /// Selections are there if the engine had kept the session, which the report says as well.
    ///
    /// Who calls this in a session that has a connection waits for nothing and gets a report without objects.
    ///
    /// # Errors
    ///
    /// What [`SessionBuilder::connect`] says; the session is still suspended then. [`ConnectError::NoEndpoint`] for a
    /// session over a transport of its own, see [`resume_over`](Self::resume_over); [`ConnectError::Closed`] if it is
    /// over.
    pub async fn resume(&self) -> Result<Arc<Resumption>, ConnectError> {
        resume::again(&self.shared).await
    }

    /// Goes on over another transport, as [`resume`](Self::resume) does over another connection.
    ///
    /// # Errors
    ///
    /// What [`resume`](Self::resume) says.
    pub async fn resume_over(&self, transport: Transport) -> Result<Arc<Resumption>, ConnectError> {
        resume::over(&self.shared, transport).await
    }

    /// Closes the connection when the calls under way are answered, and waits until it is closed.
    ///
    /// Calls that are not answered within five seconds, or as
    /// [`close_timeout`](SessionBuilder::close_timeout) says, end with
    /// [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed); so do, at once, calls that begin meanwhile. A suspended
    /// session waits for nothing. The other side may then take five seconds to say goodbye. Who gives up waiting for the
    /// answers, by dropping the future, leaves the session open.
    pub async fn close(&self) {
        self.shared.close(Queued::Close(CloseCode::NORMAL, String::new())).await;
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
