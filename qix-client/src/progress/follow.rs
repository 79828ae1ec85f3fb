//! Asks the engine how far a request is, until its answer is there.

use std::pin::pin;
use std::time::Duration;

use qix_schema::rpc::{Effect, Method, ObjectHandle};
use qix_schema::types::ProgressData;
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::hub::{Hub, Request};
use crate::protocol::Body;
use crate::state::Reply;

const GET_PROGRESS: Method =
    Method { class: "Global", name: "GetProgress", effect: Effect::Read, results: &["qProgressData"] };

/// How long the engine may take to say how far a request is that it has answered already.
const PATIENCE: Duration = Duration::from_secs(5);

/// Waits for the answer to a request, and tells a listener meanwhile how far it is.
pub(crate) async fn follow<T>(
    hub: &Hub,
    generation: u32,
    id: i64,
    answer: impl Future<Output = T>,
    listener: &mpsc::UnboundedSender<ProgressData>,
) -> T {
    let poll = Poll { hub, generation, id, listener };
    let mut answer = pin!(answer);
    let outcome = loop {
        tokio::select! {
            biased;
            outcome = &mut answer => break outcome,
            () = sleep(hub.settings.progress_interval) => {}
        }
        let mut question = pin!(poll.once());
        let outcome = tokio::select! {
            biased;
            outcome = &mut answer => Some(outcome),
            () = &mut question => None,
        };
        if let Some(outcome) = outcome {
            // The engine tells each message once, so that the answer under way is needed as well.
            timeout(PATIENCE, question).await.ok();
            break outcome;
        }
    };
    // What is not fetched now would be told about the next request.
    timeout(PATIENCE, poll.once()).await.ok();
    outcome
}

struct Poll<'a> {
    hub: &'a Hub,
    generation: u32,
    id: i64,
    listener: &'a mpsc::UnboundedSender<ProgressData>,
}

impl Poll<'_> {
    async fn once(&self) {
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
        let (_, answer) = self.hub.send(self.generation, request).ok()?;
        match answer.await.ok()?.ok()? {
            Reply::Message(text, Body::Result(range)) => {
                let answer = serde_json::from_str::<Answer>(&text.as_ref()[range]);
                let answer = answer.inspect_err(|error| tracing::debug!(%error, "progress of an unknown form"));
                answer.ok().map(|answer| answer.progress)
            }
            _ => None,
        }
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
