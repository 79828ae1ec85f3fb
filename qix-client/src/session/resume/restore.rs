//! Brings objects back over a new connection.

use std::collections::HashSet;
use std::sync::{Arc, Weak};

use futures_util::future::join_all;
use qix_schema::rpc::{Effect, Method, ObjectHandle, Remote};
use qix_schema::{Class, Doc, Error, Global};
use serde::Deserialize;

use super::plan;
use crate::config::{Restoration, RestorationOutcome};
use crate::connect::ConnectError;
use crate::protocol::notification::SessionState;
use crate::session::books::Reply;
use crate::session::call::engine_error;
use crate::session::core::Object;
use crate::session::core::{Hub, Request};
use crate::session::retry::Attempts;

/// Why a call of a resumption brought nothing.
enum Failure {
    /// There is no such object.
    Missing(String),
    /// The engine has another reason.
    Answer(String),
    /// The new connection is lost as well, or of no use.
    Connection(ConnectError),
}

/// Brings all objects back; what became of each.
pub(super) async fn all(
    hub: &Arc<Hub>,
    state: &SessionState,
    objects: &[Weak<Object>],
) -> Result<Vec<Restoration>, ConnectError> {
    let restorer = Restorer { hub, generation: hub.generation() };
    let doc = restorer.doc(state).await?;
    let objects = distinct(objects);
    let outcomes = join_all(objects.iter().map(|object| restorer.object(object, &doc))).await;
    let mut restored = Vec::with_capacity(objects.len());
    for (object, outcome) in objects.iter().zip(outcomes) {
        let outcome = outcome?;
        if object.handle().class != Global::NAME {
            restored.push(Restoration { object: object.handle().clone(), outcome });
        }
    }
    if let Ok(doc) = doc {
        for (method, params) in hub.take_put_off() {
            hub.order_of_app(restorer.generation, doc, method, params);
        }
    }
    Ok(restored)
}

/// The objects that are still held; an earlier attempt may have listed some twice.
fn distinct(objects: &[Weak<Object>]) -> Vec<Arc<Object>> {
    let mut seen = HashSet::new();
    objects.iter().filter_map(Weak::upgrade).filter(|object| seen.insert(Arc::as_ptr(object))).collect()
}

struct Restorer<'a> {
    hub: &'a Arc<Hub>,
    generation: u32,
}

impl Restorer<'_> {
    /// Opens the app again, if one was open; its handle, or why there is none.
    async fn doc(&self, state: &SessionState) -> Result<Result<i64, String>, ConnectError> {
        let Some(doc) = self.hub.doc().clone() else { return Ok(Err("no app was open".to_owned())) };
        let mut failure = "it was an app of the session, which is gone".to_owned();
        // An engine that does not say whether it has kept the session may have it, with the app open.
        let active = (*state != SessionState::Created).then_some(("GetActiveDoc", "{}"));
        let open = doc.open.as_deref().map(|params| ("OpenDoc", params));
        for (method, params) in active.into_iter().chain(open) {
            match self.ask(ObjectHandle::GLOBAL, method, params).await {
                Ok(handle) => {
                    if let Some(doc) = &mut *self.hub.doc() {
                        doc.handle = handle;
                    }
                    return Ok(Ok(handle));
                }
                Err(Failure::Missing(reason) | Failure::Answer(reason)) => failure = reason,
                Err(Failure::Connection(error)) => return Err(error),
            }
        }
        Ok(Err(failure))
    }

    /// Brings one object back. Its failure is its own, unless the connection is lost.
    async fn object(
        &self,
        object: &Arc<Object>,
        doc: &Result<i64, String>,
    ) -> Result<RestorationOutcome, ConnectError> {
        let lose = |reason: &str| {
            object.lose(reason);
            Ok(RestorationOutcome::Lost(reason.to_owned()))
        };
        let class = object.handle().class;
        if class == Global::NAME {
            object.restore(self.generation, ObjectHandle::GLOBAL);
            return Ok(RestorationOutcome::Restored);
        }
        let doc = match doc {
            Ok(doc) => *doc,
            Err(reason) => return lose(&format!("the app did not open: {reason}")),
        };
        if class == Doc::NAME {
            object.restore(self.generation, doc);
            return Ok(RestorationOutcome::Restored);
        }
        let (steps, soft_patches) = {
            let memory = object.memory();
            let steps = plan::steps(object.handle(), object.origin(), memory.as_ref());
            (steps, memory.as_ref().and_then(|memory| memory.soft_patches()))
        };
        let mut failure = "nothing is known that brings it back".to_owned();
        for step in steps {
            match self.ask(doc, step.method, &step.params).await {
                Ok(handle) if step.creates => {
                    if let Some(patches) = &soft_patches {
                        self.hub.order(handle, "ApplyPatches", patches);
                    }
                    object.restore(self.generation, handle);
                    return Ok(RestorationOutcome::Recreated);
                }
                Ok(handle) => {
                    object.restore(self.generation, handle);
                    return Ok(RestorationOutcome::Restored);
                }
                Err(Failure::Missing(reason)) => failure = reason,
                // What may be there is not made a second time.
                Err(Failure::Answer(reason)) => return lose(&reason),
                Err(Failure::Connection(error)) => return Err(error),
            }
        }
        lose(&failure)
    }

    /// Asks for an object; its handle.
    async fn ask(&self, handle: i64, method: &'static str, params: &str) -> Result<i64, Failure> {
        // Sent for the resumption only, which knows what it does when the connection is lost.
        let effect = if method == "CreateSessionObject" { Effect::Write } else { Effect::Read };
        let method = Method { class: "", name: method, effect, results: &["qReturn"] };
        let request = Request { handle, method, params, delta: false };
        let mut attempts = Attempts::default();
        loop {
            let asked = self.hub.ask(self.generation, request);
            // Those who wait for the session give up after this time; the next attempt may do better.
            let reply = match self.hub.settings.timeout {
                Some(limit) => {
                    let late = |_| Failure::Connection(ConnectError::TimedOut(limit));
                    tokio::time::timeout(limit, asked).await.map_err(late)?
                }
                None => asked.await,
            };
            return match reply.ok_or_else(|| Failure::Connection(ConnectError::Closed(self.hub.last_closed())))? {
                Reply::Result(text, range) => named(&text.as_ref()[range])
                    .ok_or_else(|| Failure::Missing("the engine has no such object".to_owned())),
                Reply::Error(text, range) => {
                    let error = engine_error(&text.as_ref()[range]);
                    if attempts.again(self.hub, method, &error).await {
                        continue;
                    }
                    let reason = error.to_string();
                    Err(if Error::from(error).is_not_found() { Failure::Missing } else { Failure::Answer }(reason))
                }
                _ => Err(Failure::Answer("the engine's answer names no object".to_owned())),
            };
        }
    }
}

/// The handle of the object that an answer names.
fn named(result: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "qReturn")]
        object: Interface,
    }
    #[derive(Deserialize)]
    struct Interface {
        #[serde(rename = "qHandle")]
        handle: Option<i64>,
    }
    serde_json::from_str::<Answer>(result).ok()?.object.handle
}
