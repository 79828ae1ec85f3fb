//! A reload in one call: the script checked, run, and saved if that is wanted, with errors that point to the line.

mod error;
mod place;

use std::fmt;
use std::future::IntoFuture;
use std::pin::{Pin, pin};

use futures_util::{Stream, TryStreamExt};
use qix_schema::types::{DoReloadExParams, ErrorData, ErrorDataCode, ProgressData};
use qix_schema::{AsRemote, Class, Doc, DocApi, Error, Global, GlobalApi, rpc::ObjectHandle};
use tokio::sync::mpsc;

use crate::ext::progress::{Progress, WithProgress, followed};

pub use error::{ScriptError, ScriptFault};
use place::Script;
pub use place::ScriptPlace;

/// Reloading an app.
pub trait Reload {
    /// Checks the script, runs it, and says what became of it.
    ///
    /// The syntax is checked first, so that a slip of the pen costs no time; then the engine is told to stop at an error
    /// and to say where it was, and the script runs. See [`DoReloadEx`](https://qlik.dev/apis/json-rpc/qix/doc/#doreloadex)
    /// for what the engine does. New data are in memory only, unless the call is [`with_save`](Reloading::with_save).
    ///
    /// [`with_progress`](WithProgress::with_progress) follows the script while it runs. Dropping the future, or the stream,
    /// cancels the reload.
    ///
    /// ```
    /// use qix_client::prelude::*;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let engine = qix_test_engine::TestEngine::start().await?;
    /// # let session = Session::connect(engine.url()).await?;
    /// # let doc = session.open_doc("sales").await?;
    /// let script = "///$tab Main\nNumbers:\nLOAD RecNo() AS N AUTOGENERATE 100;\n";
    /// doc.reload().with_script(script).with_save().await?;
    /// assert_eq!(doc.evaluate("Sum(N)").await?, "5050");
    ///
    /// let error = doc.reload().with_script(script.replace("RecNo() AS", "RecNo( AS")).await.unwrap_err();
    /// println!("{error}"); // … with the line and a mark below its fault
    /// let Some(ScriptError::Syntax { faults }) = ScriptError::of(&error) else { panic!() };
    /// let place = faults[0].place.as_ref().unwrap();
    /// assert_eq!((&*place.tab, place.line, &*place.text), ("Main", 2, "LOAD RecNo( AS N AUTOGENERATE 100;"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ScriptError::Syntax`] before anything runs, [`ScriptError::Failed`] if the script ends with an error: the data
    /// are those of before then. Otherwise what the calls say, such as 11000 if a reload is running already.
    fn reload(&self) -> Reloading<'_>;
}

impl Reload for Doc {
    fn reload(&self) -> Reloading<'_> {
        Reloading { doc: self, script: None, check: true, params: DoReloadExParams::default(), save: false }
    }
}

/// A reload that is about to be made; awaiting it makes it. See [`Reload::reload`].
#[must_use = "nothing is reloaded before this is awaited"]
pub struct Reloading<'a> {
    doc: &'a Doc,
    script: Option<String>,
    check: bool,
    params: DoReloadExParams,
    save: bool,
}

/// What a script that has run to its end left to say.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Reloaded {
    /// What the engine said while the script ran, line by line.
    pub log: String,
    /// Warnings; also errors, if the reload was told to go on after them.
    pub faults: Vec<ScriptFault>,
    /// The path of the script's log, as the engine's host sees it.
    pub log_file: String,
    /// How many rows the script has read; 0 from engines older than 12.2886, which do not tell.
    pub loaded_rows: i64,
    /// How many rows the script has stored; 0 from engines older than 12.2886, which do not tell.
    pub stored_rows: i64,
}

impl<'a> Reloading<'a> {
    /// Gives the app another script first. It stays the app's, whatever comes of it.
    pub fn with_script(mut self, script: impl Into<String>) -> Self {
        self.script = Some(script.into());
        self
    }

    /// Runs the script without checking its syntax: for scripts that only make sense when their `$(…)` are expanded.
    pub fn without_check(mut self) -> Self {
        self.check = false;
        self
    }

    /// How to run the script: partially, with a limit of rows, without `STORE`, or on after errors (mode 2).
    pub fn with_params(mut self, params: DoReloadExParams) -> Self {
        self.params = params;
        self
    }

    /// Saves the app when the script has run to its end.
    pub fn with_save(mut self) -> Self {
        self.save = true;
        self
    }

    async fn run(self, tell: mpsc::UnboundedSender<ProgressData>) -> Result<Reloaded, Error> {
        let Self { doc, script, check, params, save } = self;
        if let Some(script) = &script {
            doc.set_script(script).await?;
        }
        if check {
            let errors = doc.check_script_syntax().await?;
            if !errors.is_empty() {
                let text = text_of(doc, script).await?;
                let faults = errors.iter().filter(|error| !error.secondary_failure);
                let faults = faults.map(|error| ScriptFault::of_syntax(error, &Script::new(&text))).collect();
                return Err(ScriptError::Syntax { faults }.into());
            }
        }
        let goes_on = params.mode == GO_ON;
        global(doc).configure_reload(!goes_on, true, false).await?;
        let (mut log, mut data) = (String::new(), Vec::<ErrorData>::new());
        let result = {
            let mut steps = pin!(doc.do_reload_ex().params(params).with_progress());
            loop {
                match steps.try_next().await? {
                    Some(Progress::Update(update)) => {
                        log.push_str(&update.persistent_progress);
                        data.extend_from_slice(&update.error_data);
                        // Nobody need listen.
                        tell.send(*update).ok();
                    }
                    Some(Progress::Finished(result)) => break result,
                    // The stream ends after its result.
                    None => break Default::default(),
                }
            }
        };
        let mut faults = Vec::new();
        if !data.is_empty() || !result.failure_data.errors.is_empty() {
            let text = text_of(doc, script).await?;
            let script = Script::new(&text);
            faults = data.iter().map(|error| ScriptFault::of_data(error, &script)).collect();
            let failures = result.failure_data.errors.iter().map(|error| ScriptFault::of_failure(error, &script));
            if data.iter().any(|error| error.error_data_code == ErrorDataCode::Error) {
                // Both tell of the same errors, and only the failure has the line.
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
            doc.do_save().await?;
        }
        let (loaded_rows, stored_rows) = (result.nbr_of_loaded_rows, result.nbr_of_stored_rows);
        Ok(Reloaded { log, faults, log_file, loaded_rows, stored_rows })
    }
}

/// The mode of a reload that goes on after errors.
const GO_ON: i32 = 2;

/// The script that the app has, in order to point to places in it.
async fn text_of(doc: &Doc, known: Option<String>) -> Result<String, Error> {
    match known {
        Some(script) => Ok(script),
        None => doc.get_script().await,
    }
}

/// The engine that an app is open in.
fn global(doc: &Doc) -> Global {
    Global::from_remote(doc.remote().bind(ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL)))
}

impl<'a> IntoFuture for Reloading<'a> {
    type Output = Result<Reloaded, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        let (tell, _) = mpsc::unbounded_channel();
        Box::pin(self.run(tell))
    }
}

impl<'a> WithProgress<'a> for Reloading<'a> {
    type Output = Reloaded;

    fn with_progress(self) -> impl Stream<Item = Result<Progress<Reloaded>, Error>> + Send + use<'a> {
        let (tell, updates) = mpsc::unbounded_channel();
        followed(Box::pin(self.run(tell)), updates)
    }
}

impl fmt::Debug for Reloading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloading").field("params", &self.params).field("save", &self.save).finish_non_exhaustive()
    }
}
