//! Opening an app.

use qix_schema::doc::GetAppLayout;
use qix_schema::rpc::{CallOptions, read_raw, send_raw};
use qix_schema::{AsRemote, Class, Doc, EngineError, Error, ErrorKind, GlobalApi, Json, error_codes, global};

use super::pending::sealed::Run;
use super::pending::{LongOperation, Pending};
use crate::platform::lower_case;
use crate::protocol::notification::SessionState;
use crate::protocol::parts::Parts;
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
    /// active app first, because opening it again would fail with error 1002. In Qlik Sense Desktop, the ID is the path
    /// of the file.
    ///
    /// Opening a large app can take a while; [`progress`](Pending::progress) reports the progress. An app that is
    /// already open has no progress.
    ///
    /// # Errors
    ///
    /// Returns [`OpenError::AnotherApp`] if the session has another app open, and [`OpenError::WithoutData`] if another
    /// connection of the session has opened the app without its data.
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
    /// If the session has the app open already, this accepts it with or without its data.
    pub fn no_data(mut self, no_data: bool) -> Self {
        self.operation.request.no_data = Some(no_data);
        self
    }
}

impl LongOperation for OpenDoc {}

impl Run for OpenDoc {
    type Output = Doc;

    async fn run(self, options: CallOptions) -> Result<Doc, Error> {
        let mut other = None;
        if self.session.state() == SessionState::Attached || self.session.has_opened_doc() {
            match self.active(&options).await? {
                Some(doc) if is_app(&doc, &self.request.doc_name) => return self.found(doc, options).await,
                open => other = open,
            }
        }
        let error = match self.session.global().call(self.request.clone()).with_options(options.clone()).await {
            Err(error) if has_code(&error, error_codes::APP_ALREADY_OPEN) => error,
            opened => return opened,
        };
        let open = match other {
            Some(other) => Some(other),
            None => self.active(&options).await?,
        };
        match open {
            // Another connection of the session was faster.
            Some(doc) if is_app(&doc, &self.request.doc_name) => self.found(doc, options).await,
            Some(doc) => {
                let open = doc.handle().id.clone().unwrap_or_default();
                let engine = error.engine().cloned();
                Err(OpenError::AnotherApp { open, wanted: self.request.doc_name, engine }.into())
            }
            None => Err(error),
        }
    }
}

impl OpenDoc {
    /// The app that the session has open.
    async fn active(&self, options: &CallOptions) -> Result<Option<Doc>, Error> {
        match self.session.get_active_doc().with_options(options.clone()).await {
            Ok(doc) => Ok(Some(doc)),
            // Ignore errors of the engine here: opening the app returns a better one.
            Err(error) if error.is_not_found() || error.engine().is_some() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An open app, which another connection may have opened without its data.
    async fn found(&self, doc: Doc, options: CallOptions) -> Result<Doc, Error> {
        if !self.session.has_opened_doc_itself()
            && self.request.no_data != Some(true)
            && is_opened_without_data(&doc, options).await?
        {
            return Err(OpenError::WithoutData { app: self.request.doc_name.clone() }.into());
        }
        Ok(doc)
    }
}

/// The rest of the layout is not decoded: its types would be in every program.
async fn is_opened_without_data(doc: &Doc, options: CallOptions) -> Result<bool, Error> {
    let remote = doc.as_remote();
    let mut answer = send_raw(remote, GetAppLayout::new(), options).await?;
    read_raw::<GetAppLayout, _>(remote, &mut answer, |answer| {
        let layout: Json = answer.value("qLayout")?;
        Ok(Parts::of(layout.as_str()).unwrap_or_default().is_true("qIsOpenedWithoutData"))
    })
}

/// Why the requested app cannot be opened: the session has an app open already.
///
/// Part of an [`Error`]: `error.downcast_ref::<OpenError>()` returns it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The session has another app open. A session has one app.
    #[error("the session has the app `{open}` open; use `.app(\"{wanted}\")` or `.identity(…)` when connecting")]
    AnotherApp {
        /// ID of the open app.
        open: String,
        /// The requested app.
        wanted: String,
        /// The engine's error, which only says that an app is open.
        engine: Option<EngineError>,
    },
    /// The app is open without its data, so calculations have no data.
    #[error(
        "the session has the app `{app}` open without its data; use `no_data(true)` to accept that, or `.identity(…)` \
         when connecting for a session of its own"
    )]
    WithoutData {
        /// The app.
        app: String,
    },
}

impl From<OpenError> for Error {
    fn from(error: OpenError) -> Self {
        ErrorKind::Unusable(Box::new(error)).into()
    }
}

fn has_code(error: &Error, code: qix_schema::ErrorCode) -> bool {
    error.engine().is_some_and(|engine| engine.code == code)
}

/// Whether an app is the requested one. Desktop returns the path for a name, with or without its extension, and does not
/// distinguish case.
fn is_app(doc: &Doc, id: &str) -> bool {
    doc.handle().id.as_deref().is_none_or(|open| is_same_app(open, id))
}

fn is_same_app(open: &str, wanted: &str) -> bool {
    let [open, wanted] = [open, wanted].map(|name| lower_case(&name.replace('\\', "/")));
    let name = open.rsplit('/').next().unwrap_or(&open);
    open == wanted || name == wanted || name.strip_suffix(".qvf").is_some_and(|stem| stem == wanted)
}

#[cfg(test)]
mod tests {
    use super::is_same_app;

    #[test]
    fn names_and_paths_of_an_app_are_recognized() {
        let open = "C:\\Users\\ann\\Documents\\Qlik\\Sense\\Apps\\My Sales.qvf";
        let path = "C:/Users/ann/Documents/Qlik/Sense/Apps/my sales.qvf";
        for wanted in [open, path, "My Sales", "my sales", "My Sales.qvf", "MY SALES.QVF"] {
            assert!(is_same_app(open, wanted), "{wanted}");
        }
        for wanted in ["Sales", "Sales.qvf", "Apps", "C:/My Sales.qvf", ""] {
            assert!(!is_same_app(open, wanted), "{wanted}");
        }
        assert!(is_same_app("1A-2B", "1a-2b"));
        assert!(!is_same_app("1A-2B", "1a"));
    }
}
