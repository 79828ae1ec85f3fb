//! Opening an app.

use std::path::Path;

use qix_schema::rpc::CallOptions;
use qix_schema::{Class, Doc, Error, GlobalApi, error_codes, global};

use super::pending::sealed::Run;
use super::pending::{LongOperation, Pending};
use crate::protocol::notification::SessionState;
use crate::session::Session;

/// Opens an app; see [`Session::open_doc`].
#[derive(Clone, Debug)]
pub struct OpenDoc {
    session: Session,
    request: global::OpenDoc,
}

impl Session {
    /// Opens an app, or returns it if it is already open.
    ///
    /// In an [attached](SessionState::Attached) session, and on the second call, the client asks the engine for the
    /// active
    /// app first, because opening it again would fail with error 1002. In Qlik Sense Desktop, the ID is the path of
    /// the file.
    ///
    /// Opening a large app can take a while; [`progress`](Pending::progress) reports the progress. An app that is
    /// already
    /// open has no progress.
    ///
    /// See [`OpenDoc`](https://qlik.dev/apis/json-rpc/qix/global/#opendoc).
    pub fn open_doc(&self, id: impl Into<String>) -> Pending<OpenDoc> {
        Pending::new(OpenDoc { session: self.clone(), request: global::OpenDoc::new(id) })
    }
}

/// # Opening an app
impl Pending<OpenDoc> {
    /// Sets whether to open the app without its data: definitions can be read and changed, but nothing can be
    /// calculated.
    ///
    /// Has no effect if the app is already open in the session.
    pub fn no_data(mut self, no_data: bool) -> Self {
        self.operation.request.no_data = Some(no_data);
        self
    }
}

impl LongOperation for OpenDoc {}

impl Run for OpenDoc {
    type Output = Doc;

    async fn run(self, options: CallOptions) -> Result<Doc, Error> {
        let id = self.request.doc_name.clone();
        let may_be_open = self.session.state() == SessionState::Attached || self.session.has_opened_doc();
        if may_be_open && let Some(doc) = self.active(&id, &options).await? {
            return Ok(doc);
        }
        match self.session.global().call(self.request.clone()).with_options(options.clone()).await {
            // Another connection of the session opened it first.
            Err(error) if has_code(&error, error_codes::APP_ALREADY_OPEN) => {
                self.active(&id, &options).await?.ok_or(error)
            }
            opened => opened,
        }
    }
}

impl OpenDoc {
    /// The open app of the session, if it is the requested one.
    async fn active(&self, id: &str, options: &CallOptions) -> Result<Option<Doc>, Error> {
        match self.session.get_active_doc().with_options(options.clone()).await {
            Ok(doc) => Ok(is_app(&doc, id).then_some(doc)),
            // If this fails for any reason, opening the app returns a better error.
            Err(error) if error.is_not_found() || error.engine().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn has_code(error: &Error, code: qix_schema::ErrorCode) -> bool {
    error.engine().is_some_and(|engine| engine.code == code)
}

/// Whether an app is the requested one. Desktop returns the path for a name, with or without its extension.
fn is_app(doc: &Doc, id: &str) -> bool {
    let Some(open) = doc.handle().id.as_deref() else { return true };
    let path = Path::new(open.rsplit('\\').next().unwrap_or(open));
    open.eq_ignore_ascii_case(id)
        || path.file_name().is_some_and(|name| name == id)
        || path.extension().is_some_and(|extension| extension == "qvf")
            && path.file_stem().is_some_and(|stem| stem == id)
}
