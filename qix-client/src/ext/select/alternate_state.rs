//! Alternate states with a guard.

use std::fmt;

use qix_schema::rpc::CallOptions;
use qix_schema::{AsRemote, Doc, DocApi, Error, doc, rpc};

use super::SelectError;
use crate::ext::pending::Pending;
use crate::ext::pending::sealed::Run;
use crate::platform::random;

/// Adds an alternate state; see [`DocExt::alternate_state`](crate::DocExt::alternate_state). The result is its guard.
#[derive(Clone, Debug)]
pub struct AddState {
    doc: Doc,
    name: String,
    source: Option<String>,
}

/// A name that no other program uses, and that expressions can contain without quotes.
pub(in crate::ext) fn unique_name() -> String {
    format!("State_{:016x}", random())
}

impl AddState {
    pub(crate) fn new(doc: &Doc, name: String) -> Pending<Self> {
        Pending::new(Self { doc: doc.clone(), name, source: None })
    }
}

/// # Alternate states
impl Pending<AddState> {
    /// Copies the selections of another state; `$` is the default state.
    pub fn source_state_name(mut self, name: impl Into<String>) -> Self {
        self.operation.source = Some(name.into());
        self
    }
}

impl Run for AddState {
    type Output = AlternateState;

    async fn run(self, options: CallOptions) -> Result<AlternateState, Error> {
        let mut call = self.doc.add_session_alternate_state(&self.name).with_options(options);
        if let Some(source) = &self.source {
            call = call.source_state_name(source);
        }
        // If the future is dropped, the engine may have added the state anyway.
        let mut state = AlternateState { doc: self.doc.clone(), name: self.name.clone(), over: false };
        match call.await {
            Ok(_) => Ok(state),
            Err(error) => {
                // An error means that the state was not added; without a response, that is unknown.
                state.over = error.engine().is_some();
                Err(error)
            }
        }
    }
}

/// An alternate state of this session. Dropping it removes the state. A reference to it is accepted wherever a state
/// name is expected.
#[derive(Debug)]
#[must_use = "the state is removed when this is dropped"]
pub struct AlternateState {
    doc: Doc,
    name: String,
    over: bool,
}

impl AlternateState {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Removes the state, and waits until it has been removed. Dropping the guard also removes it, a little later.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call, and [`SelectError::NoState`] if the state has already been removed.
    pub async fn end(mut self) -> Result<(), Error> {
        let removed = self.doc.remove_session_alternate_state(&self.name).await?;
        self.over = true;
        if removed { Ok(()) } else { Err(SelectError::NoState { state: std::mem::take(&mut self.name) }.into()) }
    }
}

impl From<&AlternateState> for String {
    fn from(state: &AlternateState) -> Self {
        state.name.clone()
    }
}

impl fmt::Display for AlternateState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Drop for AlternateState {
    fn drop(&mut self) {
        if !self.over {
            rpc::notify(self.doc.as_remote(), &doc::RemoveSessionAlternateState::new(&self.name));
        }
    }
}
