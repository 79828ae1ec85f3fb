//! Opening an app, or finding it open.

use std::fmt;
use std::future::IntoFuture;
use std::path::Path;
use std::pin::Pin;

use qix_schema::{Class, Doc, Error, GlobalApi, error_codes, global};

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
    /// In a session that has the app open already, this has no effect.
    pub fn without_data(mut self) -> Self {
        self.request.no_data = Some(true);
        self
    }

    async fn open(self, listener: Option<ProgressListener>) -> Result<Doc, Error> {
        let id = self.request.doc_name.clone();
        let may_be_open = self.session.state() == SessionState::Attached || self.session.has_opened_doc();
        if may_be_open && let Some(doc) = self.active(&id).await? {
            return Ok(doc);
        }
        let global = self.session.global();
        let mut call = global.call(self.request.clone());
        if let Some(listener) = listener {
            call = call.with_extension(listener);
        }
        match call.await {
            // Another connection of the session was faster.
            Err(error) if has_code(&error, error_codes::APP_ALREADY_OPEN) => self.active(&id).await?.ok_or(error),
            opened => opened,
        }
    }

    /// The app that the session has open, if it is the one.
    async fn active(&self, id: &str) -> Result<Option<Doc>, Error> {
        match self.session.get_active_doc().await {
            Ok(doc) => Ok(is_app(&doc, id).then_some(doc)),
            // Whatever the engine has against it, opening the app tells more.
            Err(error) if error.is_not_found() || error.engine().is_some() => Ok(None),
            Err(error) => Err(error),
        }
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
