//! Opening an app, or finding it open.

use std::fmt;
use std::future::IntoFuture;
use std::path::Path;
use std::pin::Pin;

use qix_schema::{Class, Doc, DocApi, EngineError, Error, ErrorKind, GlobalApi, error_codes, global};

use futures_util::Stream;
use tokio::sync::mpsc;

use crate::config::ProgressListener;
use crate::ext::progress::{Progress, WithProgress, followed};
use crate::protocol::notification::SessionState;
use crate::session::Session;

impl Session {
    /// Opens an app; the app that is open already if that is the one.
    ///
    /// In an [attached](SessionState::Attached) session, and for the second call, the engine is asked for the active
    /// app first: opening it again would be refused with 1002. On Desktop the identifier is the path of the file.
    ///
    /// # Errors
    ///
    /// [`OpenError::AnotherApp`] if the session has another app open; [`OpenError::WithoutData`] if another connection of
    /// the session has opened the app without its data.
    ///
    /// A large app takes its time: [`with_progress`](crate::WithProgress::with_progress) tells how far it is.
    ///
    /// See [`OpenDoc`](https://qlik.dev/apis/json-rpc/qix/global/#opendoc) for what the engine does.
    pub fn open_doc(&self, id: impl Into<String>) -> OpenDoc<'_> {
        OpenDoc::new(self, id.into())
    }
}

/// An app that is about to be opened; awaiting it opens it.
#[must_use = "an app is opened only when this is awaited"]
pub struct OpenDoc<'a> {
    session: &'a Session,
    request: global::OpenDoc,
}

impl<'a> OpenDoc<'a> {
    fn new(session: &'a Session, id: String) -> Self {
        Self { session, request: global::OpenDoc::new(id) }
    }

    /// Opens the app without its data: definitions can be read and changed, nothing can be calculated.
    ///
    /// If the session has the app open already, this accepts it with or without its data.
    pub fn without_data(mut self) -> Self {
        self.request.no_data = Some(true);
        self
    }

    async fn open(self, listener: Option<ProgressListener>) -> Result<Doc, Error> {
        let is_shared = self.session.state() == SessionState::Attached && !self.session.has_opened_doc();
        let mut other = None;
        if is_shared || self.session.has_opened_doc() {
            match self.active().await? {
                Some(doc) if is_app(&doc, &self.request.doc_name) => return self.found(doc, is_shared).await,
                open => other = open,
            }
        }
        let global = self.session.global();
        let mut call = global.call(self.request.clone());
        if let Some(listener) = listener {
            call = call.with_extension(listener);
        }
        let error = match call.await {
            Err(error) if has_code(&error, error_codes::APP_ALREADY_OPEN) => error,
            opened => return opened,
        };
        let open = match other {
            Some(other) => Some(other),
            None => self.active().await?,
        };
        match open {
            // Another connection of the session was faster.
            Some(doc) if is_app(&doc, &self.request.doc_name) => self.found(doc, true).await,
            Some(doc) => {
                let open = doc.handle().id.clone().unwrap_or_default();
                let engine = error.engine().cloned();
                Err(OpenError::AnotherApp { open, wanted: self.request.doc_name, engine }.into())
            }
            None => Err(error),
        }
    }

    /// The app that the session has open.
    async fn active(&self) -> Result<Option<Doc>, Error> {
        match self.session.get_active_doc().await {
            Ok(doc) => Ok(Some(doc)),
            // Whatever the engine has against it, opening the app tells more.
            Err(error) if error.is_not_found() || error.engine().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An app that is open; it may be without its data if somebody else has opened it.
    async fn found(&self, doc: Doc, by_others: bool) -> Result<Doc, Error> {
        if by_others && self.request.no_data != Some(true) && doc.get_app_layout().await?.is_opened_without_data {
            return Err(OpenError::WithoutData { app: self.request.doc_name.clone() }.into());
        }
        Ok(doc)
    }
}

/// Why an app that is asked for is not the one that the session has open.
///
/// It comes inside an [`Error`]; [`OpenError::of`] finds it there.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The session has another app open. A session has one app.
    #[error("the session has the app `{open}` open; use `.app(\"{wanted}\")` or `.identity(…)` when connecting")]
    #[non_exhaustive]
    AnotherApp {
        /// The identifier of the app that is open.
        open: String,
        /// The app that was asked for.
        wanted: String,
        /// The engine's error.
        #[source]
        engine: Option<EngineError>,
    },
    /// The app is open without its data: every calculation would be of nothing.
    #[error(
        "the session has the app `{app}` open without its data; use `without_data()` if that is meant, or `.identity(…)` \
         when connecting for a session of its own"
    )]
    #[non_exhaustive]
    WithoutData {
        /// The app.
        app: String,
    },
}

impl OpenError {
    /// The error that a call ended with, if it is one of opening an app.
    pub fn of(error: &Error) -> Option<&Self> {
        if let ErrorKind::Unusable(error) = error.kind() { error.downcast_ref() } else { None }
    }
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

fn has_code(error: &Error, code: qix_schema::ErrorCode) -> bool {
    error.engine().is_some_and(|engine| engine.code == code)
}

/// Whether an app is the one that is meant. Desktop answers with the path for a name, with or without its extension.
fn is_app(doc: &Doc, id: &str) -> bool {
    let Some(open) = doc.handle().id.as_deref() else { return true };
    let path = Path::new(open.rsplit('\\').next().unwrap_or(open));
    open.eq_ignore_ascii_case(id)
        || path.file_name().is_some_and(|name| name == id)
        || path.extension().is_some_and(|extension| extension == "qvf")
            && path.file_stem().is_some_and(|stem| stem == id)
}

impl<'a> IntoFuture for OpenDoc<'a> {
    type Output = Result<Doc, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open(None))
    }
}

impl<'a> WithProgress<'a> for OpenDoc<'a> {
    type Output = Doc;

    fn with_progress(self) -> impl Stream<Item = Result<Progress<Doc>, Error>> + Send + use<'a> {
        let (listener, updates) = mpsc::unbounded_channel();
        followed(Box::pin(self.open(Some(ProgressListener(listener)))), updates)
    }
}

impl fmt::Debug for OpenDoc<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenDoc").field("id", &self.request.doc_name).finish_non_exhaustive()
    }
}
