//! Opening an app, or finding it open.

use std::path::Path;

use qix_schema::rpc::CallOptions;
use qix_schema::{Class, Doc, Error, GlobalApi, error_codes, global};

use super::pending::sealed::Run;
use super::pending::{LongOperation, Pending};
use crate::protocol::notification::SessionState;
use crate::session::Session;

/// Opening an app: see [`Session::open_doc`].
#[derive(Clone, Debug)]
pub struct OpenDoc {
    session: Session,
    request: global::OpenDoc,
}

impl Session {
    /// Opens an app; the app that is open already if that is the one.
    ///
    /// In an [attached](SessionState::Attached) session, and for the second call, the engine is asked for the active
    /// app first: opening it again would be refused with 1002. On Desktop the identifier is the path of the file.
    ///
    /// A large app takes its time: [`progress`](Pending::progress) reports how far it is. An app that is open already has no
    /// progress.
    ///
    /// See [`OpenDoc`](https://qlik.dev/apis/json-rpc/qix/global/#opendoc) for what the engine does.
    pub fn open_doc(&self, id: impl Into<String>) -> Pending<OpenDoc> {
        Pending::new(OpenDoc { session: self.clone(), request: global::OpenDoc::new(id) })
    }
}

/// # Opening an app
impl Pending<OpenDoc> {
    /// Whether to open the app without its data: definitions can be read and changed, nothing can be calculated.
    ///
    /// In a session that has the app open already, this has no effect.
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
            // Another connection of the session was faster.
            Err(error) if has_code(&error, error_codes::APP_ALREADY_OPEN) => {
                self.active(&id, &options).await?.ok_or(error)
            }
            opened => opened,
        }
    }
}

impl OpenDoc {
    /// The app that the session has open, if it is the one.
    async fn active(&self, id: &str, options: &CallOptions) -> Result<Option<Doc>, Error> {
        match self.session.get_active_doc().with_options(options.clone()).await {
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
