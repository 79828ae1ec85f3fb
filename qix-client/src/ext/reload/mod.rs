//! Checks, runs, and optionally saves a script in one call, with errors that contain the line.

mod check;
mod error;
pub(super) mod place;
mod previous;

use qix_schema::rpc::{CallOptions, ObjectHandle};
use qix_schema::types::{DoReloadExParams, ErrorData, ErrorDataCode};
use qix_schema::{AsRemote, Class, Doc, DocApi, Error, Global, GlobalApi};

use super::pending::sealed::Run;
use super::pending::{LongOperation, Pending};
use super::progress::CallExt;
use crate::session::ProgressListener;

pub use check::CheckScript;
pub use error::{ScriptError, ScriptFault};
use place::Script;
pub use place::ScriptPlace;
use previous::PreviousScript;

/// Reloads an app; see [`DocExt::reload`](crate::DocExt::reload).
#[derive(Clone, Debug)]
pub struct Reload {
    doc: Doc,
    script: Option<String>,
    check: bool,
    params: DoReloadExParams,
    save: bool,
    rollback: bool,
}

/// The result of a script that ran to its end.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Reloaded {
    /// Messages of the engine while the script ran, line by line.
    pub log: String,
    /// Warnings, and errors if the reload was configured to continue after them.
    pub faults: Vec<ScriptFault>,
    /// Path of the script log on the engine host.
    pub log_file: String,
    /// Number of rows that the script read. 0 for engines older than 12.2886.
    pub loaded_rows: i64,
    /// Number of rows that the script stored. 0 for engines older than 12.2886.
    pub stored_rows: i64,
}

impl Reload {
    pub(super) fn new(doc: &Doc) -> Pending<Self> {
        let params = DoReloadExParams::default();
        Pending::new(Self { doc: doc.clone(), script: None, check: true, params, save: false, rollback: false })
    }
}

/// # Reloads
impl Pending<Reload> {
    /// Replaces the script first. If the reload fails, the app keeps the new script, unless you set
    /// [`with_rollback`](Self::with_rollback).
    pub fn with_script(mut self, script: impl Into<String>) -> Self {
        self.operation.script = Some(script.into());
        self
    }

    /// Sets whether to restore the previous script if the reload fails. Defaults to `false`.
    ///
    /// If the reload is dropped before the engine runs the script, the previous one is restored as well. Afterward the
    /// engine may refuse to change it: await the reload, and cancel it with
    /// [`GlobalApi::cancel_reload`](crate::GlobalApi::cancel_reload).
    pub fn with_rollback(mut self, rollback: bool) -> Self {
        self.operation.rollback = rollback;
        self
    }

    /// Sets whether to check the syntax before running the script. Defaults to `true`. Disable it for scripts that are
    /// valid only after `$(…)` expansion.
    pub fn with_check(mut self, check: bool) -> Self {
        self.operation.check = check;
        self
    }

    /// Sets reload options: a partial reload, a row limit, skipping `STORE`, or continuing after errors (mode 2).
    pub fn with_params(mut self, params: DoReloadExParams) -> Self {
        self.operation.params = params;
        self
    }

    /// Sets whether to save the app after the script has run to its end. Defaults to `false`.
    pub fn with_save(mut self, save: bool) -> Self {
        self.operation.save = save;
        self
    }
}

impl LongOperation for Reload {}

impl Run for Reload {
    type Output = Reloaded;

    async fn run(self, options: CallOptions) -> Result<Reloaded, Error> {
        let doc = self.doc.clone();
        match &self.script {
            Some(script) if self.rollback => {
                let previous = PreviousScript::replace(&doc, script, &options).await?;
                match self.reload(options.clone()).await {
                    Ok(reloaded) => {
                        previous.forget();
                        Ok(reloaded)
                    }
                    Err(failure) => Err(previous.restore_after(failure, &options).await),
                }
            }
            Some(script) => {
                doc.set_script(script).with_options(options.clone()).await?;
                self.reload(options).await
            }
            None => self.reload(options).await,
        }
    }
}

impl Reload {
    /// Runs the script of the app.
    async fn reload(self, options: CallOptions) -> Result<Reloaded, Error> {
        let Self { doc, script, check, params, save, .. } = self;
        if check {
            check::syntax(&doc, script.as_deref(), &options).await?;
        }
        let goes_on = params.mode == GO_ON;
        global(&doc).configure_reload(!goes_on, true, false).with_options(options.clone()).await?;
        let (mut log, mut data) = (String::new(), Vec::<ErrorData>::new());
        let call = doc.do_reload_ex().params(params).with_options(options.clone());
        let result = call.progress().finish(|update| {
            log.push_str(&update.persistent_progress);
            data.extend_from_slice(&update.error_data);
            if let Some(ProgressListener { updates, .. }) = options.extension() {
                // If the receiver is gone, this future is about to be dropped too.
                updates.send(update).ok();
            }
        });
        let result = result.await?;
        let mut faults = Vec::new();
        if !data.is_empty() || !result.failure_data.errors.is_empty() {
            let text = text_of(&doc, script.as_deref(), &options).await?;
            let script = Script::new(&text);
            faults = data.iter().map(|error| ScriptFault::of_data(error, &script)).collect();
            let failures = result.failure_data.errors.iter().map(|error| ScriptFault::of_failure(error, &script));
            if data.iter().any(|error| error.error_data_code == ErrorDataCode::Error) {
                // Both contain the same errors, but only the failure contains the line.
                failures.for_each(|failure| faults.iter_mut().for_each(|fault| fault.place_like(&failure)));
            } else {
                faults.extend(failures);
            }
        }
        let log_file = result.script_log_file;
        if !result.success {
            let out_of_memory = result.ended_with_memory_constraint;
            return Err(ScriptError::Failed { faults, log, log_file, out_of_memory }.into());
        }
        if save {
            doc.do_save().with_options(options).await?;
        }
        let (loaded_rows, stored_rows) = (result.nbr_of_loaded_rows, result.nbr_of_stored_rows);
        Ok(Reloaded { log, faults, log_file, loaded_rows, stored_rows })
    }
}

/// The reload mode that continues after errors.
const GO_ON: i32 = 2;

/// The script of the app, for locating errors.
async fn text_of(doc: &Doc, known: Option<&str>, options: &CallOptions) -> Result<String, Error> {
    match known {
        Some(script) => Ok(script.to_owned()),
        None => doc.get_script().with_options(options.clone()).await,
    }
}

/// The global object of the app's session.
fn global(doc: &Doc) -> Global {
    Global::from_remote(doc.as_remote().bind(ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL)))
}
