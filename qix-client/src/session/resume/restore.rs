//! Brings objects back over a new connection.

use std::collections::HashSet;
use std::sync::{Arc, Weak};

use futures_util::future::join_all;
use qix_schema::rpc::{Effect, Method, ObjectHandle, Request as _};
use qix_schema::{Class, Doc, Error, Global, generic_object, global};

use super::plan;
use crate::config::{Restoration, RestorationOutcome};
use crate::connect::ConnectError;
use crate::protocol::answer::{engine_error, named_object};
use crate::protocol::notification::SessionState;
use crate::session::books::Reply;
use crate::session::core::Object;
use crate::session::core::{Request, Shared};
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
    shared: &Arc<Shared>,
    state: &SessionState,
    objects: &[Weak<Object>],
) -> Result<Vec<Restoration>, ConnectError> {
    let restorer = Restorer { shared, generation: shared.generation() };
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
        for (method, params) in shared.take_deferred() {
            shared.notify_app(restorer.generation, doc, method, params);
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
    shared: &'a Arc<Shared>,
    generation: u32,
}

impl Restorer<'_> {
    /// Opens the app again, if one was open; its handle, or why there is none.
    async fn doc(&self, state: &SessionState) -> Result<Result<i64, String>, ConnectError> {
        let Some(doc) = self.shared.doc().clone() else { return Ok(Err("no app was open".to_owned())) };
        let mut failure = "it was an app of the session, which is gone".to_owned();
        // An engine that does not say whether it has kept the session may have it, with the app open.
        let active = (*state != SessionState::Created).then_some((global::GetActiveDoc::METHOD, "{}"));
        let open = doc.open.as_deref().map(|params| (global::OpenDoc::METHOD, params));
        for (method, params) in active.into_iter().chain(open) {
            match self.ask(ObjectHandle::GLOBAL, method, params, false).await {
                Ok(handle) => {
                    if let Some(doc) = &mut *self.shared.doc() {
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
            let recipe = object.recipe();
            let steps = plan::steps(object.handle(), object.origin(), recipe.as_ref());
            (steps, recipe.as_ref().and_then(|recipe| recipe.soft_patches()))
        };
        let mut failure = "nothing is known that brings it back".to_owned();
        for step in steps {
            match self.ask(doc, step.method, &step.params, step.creates).await {
                Ok(handle) if step.creates => {
                    if let Some(patches) = &soft_patches {
                        self.shared.notify_raw(handle, generic_object::ApplyPatches::METHOD, patches);
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
    async fn ask(&self, handle: i64, method: Method, params: &str, creates: bool) -> Result<i64, Failure> {
        // Sent for the resumption only, which knows what it does when the connection is lost.
        let effect = if creates { Effect::Write } else { Effect::Read };
        let method = Method::new(method.class, method.name, effect, method.results);
        let request = Request { handle, method, params, delta: false, owned: creates };
        let mut attempts = Attempts::default();
        loop {
            let asked = self.shared.ask(self.generation, request);
            // Those who wait for the session give up after this time; the next attempt may do better.
            let reply = match self.shared.settings.timeout {
                Some(limit) => {
                    let late = |_| Failure::Connection(ConnectError::TimedOut(limit));
                    tokio::time::timeout(limit, asked).await.map_err(late)?
                }
                None => asked.await,
            };
            return match reply.ok_or_else(|| Failure::Connection(ConnectError::Closed(self.shared.last_closed())))? {
                Reply::Result(text, range) => named_object(&text.as_ref()[range])
                    .and_then(|object| object.handle)
                    .ok_or_else(|| Failure::Missing("the engine has no such object".to_owned())),
                Reply::Error(text, range) => {
                    let error = engine_error(&text.as_ref()[range]);
                    if attempts.again(self.shared, method, &error).await {
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
