//! Sessions with an engine.

use std::fmt;
use std::sync::Arc;

use futures_util::Stream;
use futures_util::stream;
use qix_schema::rpc::{CloseCode, Closed, ObjectHandle, Remote};
use qix_schema::{AsRemote, Class, Global, GlobalApi};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::error::ConnectError;
use crate::hub::{Hub, Queued};
use crate::object::Object;
use crate::protocol::notification::{Notification, SessionState};

mod builder;
mod credentials;
mod deployments;
mod open_doc;

pub use builder::SessionBuilder;
pub use open_doc::OpenDoc;

/// A session with an engine, over one connection; cheap to clone.
///
/// All methods of the class [`Global`] are methods of a session as well ([`GlobalApi`]). Calls need no turn: any number
/// of them can be under way, and their answers come in any order.
///
/// The connection ends with [`close`](Self::close), or when nobody holds the session or an object of it any more.
///
/// ```no_run
/// use qix_client::prelude::*;
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
    hub: Arc<Hub>,
    global: Arc<dyn Remote>,
    over: watch::Receiver<()>,
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

    pub(crate) fn new(hub: Arc<Hub>, over: watch::Receiver<()>) -> Self {
        let global = Object::bind(&hub, ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL));
        Self { hub, global, over }
    }

    /// How the engine took the connection: whether the session is a new one.
    pub fn state(&self) -> SessionState {
        self.hub.state().borrow().clone()
    }

    /// The engine itself, for code that wants a [`Global`] object.
    pub fn global(&self) -> Global {
        self.global_as()
    }

    /// The engine itself, as a class that was generated from another schema.
    pub fn global_as<C: Class>(&self) -> C {
        C::from_remote(Arc::clone(&self.global))
    }

    /// Opens an app; the app that is open already if that is the one.
    ///
    /// In an [attached](SessionState::Attached) session, and for the second call, the engine is asked for the active
    /// app first: opening it again would be refused with 1002. On Desktop the identifier is the path of the file.
    ///
    /// See [`OpenDoc`](https://qlik.dev/apis/json-rpc/qix/global/#opendoc) for what the engine does.
    pub fn open_doc(&self, id: impl Into<String>) -> OpenDoc<'_> {
        OpenDoc::new(self, id.into())
    }

    /// What the engine says of itself from now on: about the session, licenses and services. Who is slow to listen
    /// misses the oldest.
    pub fn notifications(&self) -> impl Stream<Item = Notification> + Send + Unpin + use<> {
        let listener = self.hub.notifications();
        Box::pin(stream::unfold(listener, async |mut listener| {
            loop {
                match listener.recv().await {
                    Ok(notification) => return Some((notification, listener)),
                    Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "notifications were missed"),
                    Err(RecvError::Closed) => return None,
                }
            }
        }))
    }

    /// How many calls wait for their answers, in the whole session.
    pub fn calls_in_flight(&self) -> usize {
        self.hub.pending()
    }

    /// How many objects of the engine the program holds; one that only grows shows a leak.
    pub fn open_handles(&self) -> usize {
        self.hub.handles().len()
    }

    /// Waits until the connection has ended, and says how.
    pub async fn closed(&self) -> Closed {
        let mut closed = self.hub.closed();
        let closed = closed.wait_for(Option::is_some).await;
        closed.ok().and_then(|closed| closed.clone()).unwrap_or_else(Closed::by_client)
    }

    /// Closes the connection and waits until it is closed, five seconds at most.
    ///
    /// Calls that wait for their answers end with [`ErrorKind::Closed`](qix_schema::ErrorKind::Closed).
    pub async fn close(&self) {
        let farewell = Queued::Close(CloseCode::NORMAL, String::new());
        self.hub.end(Closed::by_client(), Some(farewell));
        let mut over = self.over.clone();
        // The only news is that nobody is left to send any.
        over.changed().await.ok();
    }
}

impl AsRemote for Session {
    fn remote(&self) -> &dyn Remote {
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
