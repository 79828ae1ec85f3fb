//! The script that an app had before an operation replaced it.

use qix_schema::rpc::{self, CallOptions};
use qix_schema::{AsRemote, Doc, DocApi, Error, doc};

use super::ScriptError;

/// The previous script of an app. Dropping it restores the script.
pub(super) struct PreviousScript<'a> {
    doc: &'a Doc,
    script: Option<String>,
}

impl<'a> PreviousScript<'a> {
    /// Replaces the script of an app.
    pub(super) async fn replace(doc: &'a Doc, script: &str, options: &CallOptions) -> Result<Self, Error> {
        let previous = doc.get_script().with_options(options.clone()).await?;
        // If the future is dropped, the engine may have replaced the script anyway.
        let previous = Self { doc, script: Some(previous) };
        doc.set_script(script).with_options(options.clone()).await?;
        Ok(previous)
    }

    /// Keeps the new script.
    pub(super) fn forget(mut self) {
        self.script = None;
    }

    /// Restores the script, and waits until the app has it.
    pub(super) async fn restore(mut self, options: &CallOptions) -> Result<(), Error> {
        if let Some(script) = &self.script {
            self.doc.set_script(script).with_options(options.clone()).await?;
        }
        self.script = None;
        Ok(())
    }

    /// Restores the script after a failure.
    pub(super) async fn restore_after(self, failure: Error, options: &CallOptions) -> Error {
        match self.restore(options).await {
            Ok(()) => failure,
            Err(error) => ScriptError::NotRestored { failure: failure.to_string(), reason: error.to_string() }.into(),
        }
    }
}

impl Drop for PreviousScript<'_> {
    fn drop(&mut self) {
        if let Some(script) = self.script.take() {
            rpc::notify(self.doc.as_remote(), &doc::SetScript::new(script));
        }
    }
}
