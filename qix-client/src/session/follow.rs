//! Polls the progress of a request until it is answered.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use qix_schema::rpc::{self, Method, ObjectHandle};
use qix_schema::types::{InteractDef, ProgressData};
use qix_schema::{decode, doc, global};
use tokio::sync::mpsc;

use super::books::{Outcome, Reply};
use super::core::{Outbound, Shared};
use crate::platform::{sleep, timeout};
use crate::protocol::parts::Parts;
use crate::protocol::request::{self, is};

/// Maximum time for the engine to return the progress of a request that is answered already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Requests whose progress the engine reports: `OpenDoc`, `DoReload`, `DoReloadEx` and `DoSave`.
pub trait LongRunning: rpc::Request + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

macro_rules! long_running {
    ($($request:ty),*) => {
        $(
            impl sealed::Sealed for $request {}
            impl LongRunning for $request {}
        )*

        /// Whether the engine reports the progress of a method.
        pub(crate) fn is_long_running(method: Method) -> bool {
            $(is::<$request>(method))||*
        }
    };
}

long_running!(global::OpenDoc, doc::DoReload, doc::DoReloadEx, doc::DoSave);

/// Fetches and drops messages of an earlier request: the engine would return them for the next one.
pub(crate) fn drop_rest(shared: &Shared) {
    if shared.unread.take_rest() {
        // The engine answers in order, and returns all messages for request ID 0.
        shared.notify(ObjectHandle::GLOBAL, &global::GetProgress::new(0));
    }
}

/// A pending request for progress.
type LastPoll = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Fetches the progress of a request that is answered.
pub(crate) type Rest = LastPoll;

/// Waits for the response to a request, and passes its progress to a listener.
type Follow = for<'a> fn(
    &'a Arc<Shared>,
    u32,
    i64,
    Answer<'a>,
    &'a ProgressListener,
) -> Pin<Box<dyn Future<Output = (Outcome, Rest)> + Send + 'a>>;

/// A pending response.
type Answer<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Receives progress updates of a long-running call. Its function is not part of a program that listens to none.
#[derive(Clone)]
pub(crate) struct ProgressListener {
    pub(crate) updates: mpsc::UnboundedSender<ProgressData>,
    pub(super) follow: Follow,
}

impl ProgressListener {
    pub(crate) fn new(updates: mpsc::UnboundedSender<ProgressData>) -> Self {
        let follow: Follow = |shared, generation, id, answer, listener| {
            Box::pin(follow(shared, generation, id, answer, listener.updates.clone()))
        };
        Self { updates, follow }
    }
}

async fn follow(
    shared: &Arc<Shared>,
    generation: u32,
    id: i64,
    mut answer: Answer<'_>,
    listener: mpsc::UnboundedSender<ProgressData>,
) -> (Outcome, Rest) {
    shared.unread.begin();
    let poll = Arc::new(Poll { shared: Arc::clone(shared), generation, id, listener });
    loop {
        tokio::select! {
            biased;
            outcome = &mut answer => return (outcome, Box::pin(poll.ask_rest(None))),
            () = sleep(shared.settings.progress_interval) => {}
        }
        let mut question: LastPoll = Box::pin(Arc::clone(&poll).once());
        tokio::select! {
            biased;
            outcome = &mut answer => return (outcome, Box::pin(poll.ask_rest(Some(question)))),
            () = &mut question => {}
        }
    }
}

struct Poll {
    shared: Arc<Shared>,
    generation: u32,
    id: i64,
    listener: mpsc::UnboundedSender<ProgressData>,
}

impl Poll {
    /// Fetches the latest messages.
    async fn ask_rest(self: Arc<Self>, question: Option<LastPoll>) {
        // The engine returns each message once, so the pending response is needed as well.
        if let Some(question) = question {
            timeout(PATIENCE, question).await.ok();
        }
        // Messages that are not fetched now would appear in the progress of the next request.
        if timeout(PATIENCE, Arc::clone(&self).once()).await.is_ok() {
            self.shared.unread.fetched();
        }
    }

    async fn once(self: Arc<Self>) {
        let Some(progress) = self.ask().await else { return };
        if is_bogus(&progress) {
            return;
        }
        if progress.user_interaction_wanted {
            let done = global::InteractDone::new(self.id, InteractDef::default());
            self.shared.notify(ObjectHandle::GLOBAL, &done);
        }
        // If the receiver is gone, the call has been dropped too.
        self.listener.send(progress).ok();
    }

    /// The progress reported by the engine. A failure must not fail the request itself.
    async fn ask(&self) -> Option<ProgressData> {
        let params = request::params(&global::GetProgress::new(self.id));
        let method = <global::GetProgress as rpc::Request>::METHOD;
        let request = Outbound { handle: ObjectHandle::GLOBAL, method, params: &params, delta: false, owned: false };
        match self.shared.ask(self.generation, request).await? {
            Reply::Result(text, range) => {
                let progress = Parts::of(&text.as_ref()[range]).unwrap_or_default().get("qProgressData").map(decode)?;
                progress.inspect_err(|error| tracing::debug!(%error, "progress of an unknown form")).ok()
            }
            _ => None,
        }
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        self.shared.unread.end();
    }
}

/// Whether this is the engine's response for an unknown request: finished, without anything else.
fn is_bogus(progress: &ProgressData) -> bool {
    let nothing_else = ProgressData::default().with_started(true).with_finished(true);
    *progress == nothing_else
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_about_an_unknown_request_is_recognized() {
        let read = |text: &str| serde_json::from_str::<ProgressData>(text).unwrap();
        assert!(is_bogus(&read(r#"{"qStarted":true,"qFinished":true,"qCompleted":0,"qErrorData":[]}"#)));
        assert!(!is_bogus(&read(r#"{"qStarted":true,"qFinished":true,"qPersistentProgress":"done"}"#)));
        assert!(!is_bogus(&read(r#"{"qStarted":true}"#)));
    }
}
