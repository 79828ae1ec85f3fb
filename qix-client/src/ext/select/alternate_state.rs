//! Alternate states that go with whoever made them.

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use qix_schema::{AsRemote, Doc, DocApi, Error, doc, rpc};

use super::SelectError;

/// An alternate state that is about to be made; awaiting it makes it. See [`Select::alternate_state`](super::Select::alternate_state).
#[must_use = "the state is made only when this is awaited"]
pub struct NewState<'a> {
    doc: &'a Doc,
    name: String,
    source: Option<String>,
}

impl<'a> NewState<'a> {
    pub(super) fn new(doc: &'a Doc, name: &str) -> Self {
        Self { doc, name: name.to_owned(), source: None }
    }

    /// Begins with the selections of another state; of the default one for `$`.
    pub fn source_state_name(mut self, name: impl Into<String>) -> Self {
        self.source = Some(name.into());
        self
    }

    async fn make(self) -> Result<AlternateState, Error> {
        let mut call = self.doc.add_session_alternate_state(&self.name);
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

impl<'a> IntoFuture for NewState<'a> {
    type Output = Result<AlternateState, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.make())
    }
}

impl fmt::Debug for NewState<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewState").field("name", &self.name).finish_non_exhaustive()
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
            rpc::order(self.doc.remote(), &doc::RemoveSessionAlternateState::new(&self.name));
        }
    }
}
