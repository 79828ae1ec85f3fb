//! Restores objects over a new connection.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use futures_util::future::join_all;
use qix_schema::rpc::{Effect, Method, ObjectHandle, Request as _};
use qix_schema::{Class, Doc, Error, Global, generic_object, global};

use super::identity::Identity;
use super::plan;
use super::state::{self, Missing};
use crate::config::{Restoration, RestorationOutcome, Resumption};
use crate::connect::ConnectError;
use crate::platform;
use crate::protocol::answer::{engine_error, named_object};
use crate::protocol::notification::SessionState;
use crate::session::books::Reply;
use crate::session::core::Object;
use crate::session::core::{Outbound, Shared};
use crate::session::retry::Attempts;

/// Why a session app does not open again.
const ENDED: &str = "it was a session app, and its session has ended";

/// Why a call of a resumption failed.
pub(super) enum Failure {
    /// The object does not exist.
    Missing(String),
    /// The engine returned another error.
    Answer(String),
    /// The new connection is lost as well, or unusable.
    Connection(ConnectError),
}

/// Restores all objects, and in a new session the state that the program had set.
pub(super) async fn all(
    shared: &Arc<Shared>,
    state: SessionState,
    objects: &[Weak<Object>],
) -> Result<Resumption, ConnectError> {
    let objects = distinct(objects);
    let restorer = Restorer { shared, generation: shared.generation(), done: Mutex::default() };
    let app = restorer.app(&state).await?;
    let identity = match &app {
        Ok(App { was_open: true, doc }) => restorer.recognize(*doc).await?,
        Err(_) if state == SessionState::Attached => Identity::Same,
        _ => Identity::New,
    };
    let doc = match app {
        Ok(_) if matches!(identity, Identity::Other { .. }) && shared.journal().has_session_app() => {
            Err(ENDED.to_owned())
        }
        app => app.map(|app| app.doc),
    };
    let mut missing = restorer.state(&doc, &identity, &objects).await?;
    join_all(objects.iter().map(|object| restorer.object(object, &doc)))
        .await
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    let done = restorer.done.into_inner().unwrap_or_else(PoisonError::into_inner);
    let outcome = |object: &Arc<Object>| done.get(&Arc::as_ptr(object).addr()).cloned();
    for object in &objects {
        if let Some(RestorationOutcome::Incomplete(reason)) = outcome(object) {
            missing.push(Missing::of_object(object.handle(), reason));
        }
    }
    state::settle(shared, &missing);
    if matches!(identity, Identity::Other { .. }) && doc.is_ok() {
        // What the other program has set is not known.
        shared.journal().inherit();
        shared.mark_again(restorer.generation);
    }
    let mut restored = Vec::with_capacity(objects.len());
    for object in objects.iter().filter(|object| object.handle().class != Global::NAME) {
        let mut outcome = outcome(object).expect("each object has had its turn");
        if outcome == RestorationOutcome::Restored
            && let Some(lost) = missing.iter().find(|lost| lost.patched.is_some() && lost.patched == object.handle().id)
        {
            outcome = RestorationOutcome::Incomplete(lost.state.to_string());
        }
        restored.push(Restoration { object: object.handle().clone(), outcome });
    }
    let deferred = shared.take_deferred();
    // In the session of another program, they could only concern what that program has made.
    if let (Ok(doc), Identity::Same | Identity::New) = (doc, identity) {
        for (method, params) in deferred {
            shared.notify_app(restorer.generation, doc, method, params);
        }
    }
    Ok(Resumption { state, lost_state: missing.into_iter().map(|lost| lost.state).collect(), objects: restored })
}

/// The objects that are still in use; an earlier attempt may have listed some twice.
fn distinct(objects: &[Weak<Object>]) -> Vec<Arc<Object>> {
    let mut seen = HashSet::new();
    objects.iter().filter_map(Weak::upgrade).filter(|object| seen.insert(Arc::as_ptr(object))).collect()
}

pub(super) struct Restorer<'a> {
    pub(super) shared: &'a Arc<Shared>,
    pub(super) generation: u32,
    /// The outcomes of objects so far, by their addresses.
    done: Mutex<HashMap<usize, RestorationOutcome>>,
}

/// The reopened app.
struct App {
    doc: i64,
    /// Whether the session had it open already.
    was_open: bool,
}

impl Restorer<'_> {
    /// Opens the app again, if one was open. The inner error is the reason why there is none.
    async fn app(&self, state: &SessionState) -> Result<Result<App, String>, ConnectError> {
        let Some(doc) = self.shared.doc().clone() else { return Ok(Err("no app was open".to_owned())) };
        let mut failure = ENDED.to_owned();
        let mut other = None;
        // An engine that does not report whether it has kept the session may have it, with the app open.
        let active = (*state != SessionState::Created).then_some((global::GetActiveDoc::METHOD, "{}", true));
        let open = doc.open.as_deref().map(|params| (global::OpenDoc::METHOD, params, false));
        for (method, params, was_open) in active.into_iter().chain(open) {
            match self.find(ObjectHandle::GLOBAL, method, params, false).await {
                // Another program of the user has opened another app in a session of the same address.
                Ok((_, Some(id))) if was_open && doc.is_another(&id) => {
                    other = Some(format!("the session has the app `{id}` open"));
                }
                Ok((handle, _)) => {
                    if let Some(doc) = &mut *self.shared.doc() {
                        doc.handle = handle;
                    }
                    return Ok(Ok(App { doc: handle, was_open }));
                }
                Err(Failure::Missing(reason) | Failure::Answer(reason)) => failure = reason,
                Err(Failure::Connection(error)) => return Err(error),
            }
        }
        Ok(Err(other.unwrap_or(failure)))
    }

    /// Restores one object, once. An error is returned only if the connection is lost.
    pub(super) async fn object(&self, object: &Arc<Object>, doc: &Result<i64, String>) -> Result<(), ConnectError> {
        let address = Arc::as_ptr(object).addr();
        let done = || self.done.lock().unwrap_or_else(PoisonError::into_inner);
        if !done().contains_key(&address) {
            let outcome = self.bring_back(object, doc).await?;
            done().insert(address, outcome);
        }
        Ok(())
    }

    async fn bring_back(
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
        let mut failure = "there is no known way to restore it".to_owned();
        for step in steps {
            match self.ask(doc, step.method, &step.params, step.creates).await {
                Ok(handle) if step.creates => {
                    let patched = match &soft_patches {
                        Some(patches) => self.call(handle, generic_object::ApplyPatches::METHOD, patches).await,
                        None => Ok(String::new()),
                    };
                    object.restore(self.generation, handle);
                    return match patched {
                        Ok(_) => Ok(RestorationOutcome::Recreated),
                        Err(Failure::Connection(error)) => Err(error),
                        Err(Failure::Missing(reason) | Failure::Answer(reason)) => {
                            Ok(RestorationOutcome::Incomplete(reason))
                        }
                    };
                }
                Ok(handle) => {
                    object.restore(self.generation, handle);
                    return Ok(RestorationOutcome::Restored);
                }
                Err(Failure::Missing(reason)) => failure = reason,
                // An object that may exist is not created a second time.
                Err(Failure::Answer(reason)) => return lose(&reason),
                Err(Failure::Connection(error)) => return Err(error),
            }
        }
        lose(&failure)
    }

    /// Requests an object. Returns its handle.
    pub(super) async fn ask(&self, handle: i64, method: Method, params: &str, creates: bool) -> Result<i64, Failure> {
        self.find(handle, method, params, creates).await.map(|(handle, _)| handle)
    }

    /// Requests an object. Returns its handle and its ID.
    async fn find(
        &self,
        handle: i64,
        method: Method,
        params: &str,
        creates: bool,
    ) -> Result<(i64, Option<String>), Failure> {
        let effect = if creates { Effect::Write } else { Effect::Read };
        let method = Method::new(method.class, method.name, effect, method.results);
        let result = self.request(handle, method, params, creates).await?;
        let object = named_object(&result).and_then(|object| Some((object.handle?, object.id)));
        object.ok_or_else(|| Failure::Missing("the engine has no such object".to_owned()))
    }

    /// Makes a call. Returns its result.
    pub(super) async fn call(&self, handle: i64, method: Method, params: &str) -> Result<String, Failure> {
        self.request(handle, method, params, false).await
    }

    async fn request(&self, handle: i64, method: Method, params: &str, owned: bool) -> Result<String, Failure> {
        // Sent for the resumption only, which handles a lost connection.
        let request = Outbound { handle, method, params, delta: false, owned };
        let mut attempts = Attempts::default();
        loop {
            let asked = self.shared.ask(self.generation, request);
            // Callers that wait for the session time out after this time; the next attempt may succeed.
            let reply = match self.shared.settings.timeout {
                Some(limit) => {
                    let late = |_| Failure::Connection(ConnectError::TimedOut(limit));
                    platform::timeout(limit, asked).await.map_err(late)?
                }
                None => asked.await,
            };
            return match reply.ok_or_else(|| Failure::Connection(ConnectError::Closed(self.shared.last_closed())))? {
                Reply::Result(text, range) => Ok(text.as_ref()[range].to_owned()),
                Reply::Error(text, range) => {
                    let error = engine_error(&text.as_ref()[range]);
                    if attempts.again(self.shared, method, &error).await {
                        continue;
                    }
                    let reason = error.to_string();
                    Err(if Error::from(error).is_not_found() { Failure::Missing } else { Failure::Answer }(reason))
                }
                _ => Ok("{}".to_owned()),
            };
        }
    }
}
