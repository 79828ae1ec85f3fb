//! Checking a script without running it.

use qix_schema::rpc::CallOptions;
use qix_schema::{Doc, DocApi, Error};

use super::place::Script;
use super::previous::PreviousScript;
use super::{ScriptError, ScriptFault, text_of};
use crate::ext::pending::Pending;
use crate::ext::pending::sealed::Run;

/// Checks a script; see [`DocExt::check_script`](crate::DocExt::check_script).
#[derive(Clone, Debug)]
pub struct CheckScript {
    doc: Doc,
    script: Option<String>,
}

impl CheckScript {
    pub(in crate::ext) fn new(doc: &Doc) -> Pending<Self> {
        Pending::new(Self { doc: doc.clone(), script: None })
    }
}

/// # Checks of scripts
impl Pending<CheckScript> {
    /// Checks this script instead of that of the app. An engine checks only the script of an app, so the app has this one
    /// during the check.
    pub fn with_script(mut self, script: impl Into<String>) -> Self {
        self.operation.script = Some(script.into());
        self
    }
}

impl Run for CheckScript {
    type Output = ();

    async fn run(self, options: CallOptions) -> Result<(), Error> {
        let Self { doc, script } = &self;
        let Some(script) = script else { return syntax(doc, None, &options).await };
        let previous = PreviousScript::replace(doc, script, &options).await?;
        match syntax(doc, Some(script), &options).await {
            Ok(()) => previous.restore(&options).await,
            Err(failure) => Err(previous.restore_after(failure, &options).await),
        }
    }
}

/// Checks the script of the app, whose text may be known.
pub(super) async fn syntax(doc: &Doc, script: Option<&str>, options: &CallOptions) -> Result<(), Error> {
    let errors = doc.check_script_syntax().with_options(options.clone()).await?;
    if errors.is_empty() {
        return Ok(());
    }
    let text = text_of(doc, script, options).await?;
    let faults = errors.iter().filter(|error| !error.secondary_failure);
    let faults = faults.map(|error| ScriptFault::of_syntax(error, &Script::new(&text))).collect();
    Err(ScriptError::Syntax { faults }.into())
}
