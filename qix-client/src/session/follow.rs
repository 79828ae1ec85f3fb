//! Asks the engine how far a request is, until its answer is there.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use qix_schema::rpc::{Effect, Method, ObjectHandle};
use qix_schema::types::ProgressData;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::session::books::Reply;
use crate::session::core::{Hub, Request};

const GET_PROGRESS: Method =
    Method { class: "Global", name: "GetProgress", effect: Effect::Read, results: &["qProgressData"] };

/// How long the engine may take to say how far a request is that it has answered already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the engine has more to tell than anybody has asked for.
#[derive(Debug, Default)]
pub(crate) struct Unread {
    left: AtomicBool,
    followed: AtomicUsize,
}

impl Unread {
    /// A request with progress is on its way.
    pub(crate) fn leave(&self) {
        self.left.store(true, Ordering::Relaxed);
    }

    /// Drops what an earlier request has left: the engine would tell it about the next one.
    pub(crate) fn drop_rest(hub: &Hub) {
        let Self { left, followed } = &hub.unread;
        if followed.load(Ordering::Relaxed) == 0 && left.swap(false, Ordering::Relaxed) {
            // The engine works in order, and tells all there is about the number of no request.
            hub.order(ObjectHandle::GLOBAL, GET_PROGRESS.name, r#"{"qRequestId":0}"#);
        }
    }
}

/// A question under way.
type Question = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What is still to be asked about a request that is answered.
pub(crate) struct Rest {
    poll: Arc<Poll>,
    question: Option<Question>,
}

/// Waits for the answer to a request, and tells a listener meanwhile how far it is.
pub(crate) async fn follow<T>(
    hub: &Arc<Hub>,
    generation: u32,
    id: i64,
    answer: impl Future<Output = T>,
    listener: mpsc::UnboundedSender<ProgressData>,
) -> (T, Rest) {
    hub.unread.followed.fetch_add(1, Ordering::Relaxed);
    let poll = Arc::new(Poll { hub: Arc::clone(hub), generation, id, listener });
    let mut answer = pin!(answer);
    loop {
        tokio::select! {
            biased;
            outcome = &mut answer => return (outcome, Rest { poll, question: None }),
            () = sleep(hub.settings.progress_interval) => {}
        }
        let mut question: Question = Box::pin(Arc::clone(&poll).once());
        tokio::select! {
            biased;
            outcome = &mut answer => return (outcome, Rest { poll, question: Some(question) }),
            () = &mut question => {}
        }
    }
}

impl Rest {
    /// Asks for what is new since the last time.
    pub(crate) async fn ask(self) {
        // The engine tells each message once, so that the answer under way is needed as well.
        if let Some(question) = self.question {
            timeout(PATIENCE, question).await.ok();
        }
        // What is not fetched now would be told about the next request.
        if timeout(PATIENCE, Arc::clone(&self.poll).once()).await.is_ok() {
            self.poll.hub.unread.left.store(false, Ordering::Relaxed);
        }
    }
}

struct Poll {
    hub: Arc<Hub>,
    generation: u32,
    id: i64,
    listener: mpsc::UnboundedSender<ProgressData>,
}

impl Poll {
    async fn once(self: Arc<Self>) {
        let Some(progress) = self.ask().await else { return };
        if is_bogus(&progress) {
            return;
        }
        if progress.user_interaction_wanted {
            let params = format!(r#"{{"qRequestId":{},"qDef":{{}}}}"#, self.id);
            self.hub.order(ObjectHandle::GLOBAL, "InteractDone", &params);
        }
        // Who has stopped listening has dropped the call as well.
        self.listener.send(progress).ok();
    }

    /// What the engine says. That it says nothing is no reason to fail the request that it is about.
    async fn ask(&self) -> Option<ProgressData> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(rename = "qProgressData")]
            progress: ProgressData,
        }
        let params = format!(r#"{{"qRequestId":{}}}"#, self.id);
        let request = Request { handle: ObjectHandle::GLOBAL, method: GET_PROGRESS, params: &params, delta: false };
        match self.hub.ask(self.generation, request).await? {
            Reply::Result(text, range) => {
                let answer = serde_json::from_str::<Answer>(&text.as_ref()[range]);
                let answer = answer.inspect_err(|error| tracing::debug!(%error, "progress of an unknown form"));
                answer.ok().map(|answer| answer.progress)
            }
            _ => None,
        }
    }
}

impl Drop for Poll {
    fn drop(&mut self) {
        self.hub.unread.followed.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether this is what the engine says about a request that it does not know: finished, and nothing else.
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
