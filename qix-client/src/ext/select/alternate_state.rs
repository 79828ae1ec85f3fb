//! Alternate states that go with whoever made them.

use std::fmt;

use qix_schema::rpc::CallOptions;
use qix_schema::{AsRemote, Doc, DocApi, Error, doc, rpc};

use super::SelectError;
use crate::ext::pending::Pending;
use crate::ext::pending::sealed::Run;

/// Adding an alternate state: see [`DocExt::alternate_state`](crate::DocExt::alternate_state). The result is its guard.
#[derive(Clone, Debug)]
pub struct AddState {
    doc: Doc,
    name: String,
    source: Option<String>,
}

impl AddState {
    pub(crate) fn new(doc: &Doc, name: &str) -> Pending<Self> {
        Pending::new(Self { doc: doc.clone(), name: name.to_owned(), source: None })
    }
}

/// # Alternate states
impl Pending<AddState> {
    /// Starts with the selections of another state; of the default one for `$`.
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
        // Who gives up meanwhile may be too late to stop the engine.
        let mut state = AlternateState { doc: self.doc.clone(), name: self.name.clone(), over: false };
        match call.await {
            Ok(_) => Ok(state),
            Err(error) => {
                // An answer that is an error has made nothing; without an answer nobody knows.
                state.over = error.engine().is_some();
                Err(error)
            }
        }
    }
}

/// An alternate state of this session; dropped, it is removed. A reference to it is good wherever the name of a state is
/// asked for.
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

    /// Removes the state, and waits until it is gone. Dropping the guard removes it too, a little later.
    ///
    /// # Errors
    ///
    /// What the call says; [`SelectError::NoState`] if somebody else has removed it.
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
