//! Restores in a new session the state that the program had set in the old one.

use std::collections::HashMap;
use std::sync::Arc;

use qix_schema::Class;
use qix_schema::GenericObject;
use qix_schema::Global;
use qix_schema::rpc::{Method, ObjectHandle};

use super::identity::Identity;
use super::restore::{Failure, Restorer};
use crate::config::{LostState, WhenStateLost};
use crate::connect::ConnectError;
use crate::session::books::{Entry, is_refusal};
use crate::session::core::{Object, Place, Shared};

/// State that is missing.
pub(super) struct Missing {
    /// The call that had set it.
    call: Option<i64>,
    pub(super) state: LostState,
    /// The patched object, if it is a patch.
    pub(super) patched: Option<String>,
}

impl Missing {
    fn new(call: i64, entry: &Entry, reason: impl Into<String>) -> Self {
        Self { call: Some(call), state: entry.lost(reason), patched: entry.patches().map(str::to_owned) }
    }

    /// The soft patches of a session object that was created again.
    pub(super) fn of_object(object: &ObjectHandle, reason: String) -> Self {
        let what = format!("the soft patches of {object}");
        Self { call: None, state: LostState { what, reason }, patched: None }
    }
}

impl Restorer<'_> {
    /// Restores the state, unless the session is the old one. Returns the missing state.
    pub(super) async fn state(
        &self,
        doc: &Result<i64, String>,
        identity: &Identity,
        objects: &[Arc<Object>],
    ) -> Result<Vec<Missing>, ConnectError> {
        let is_kept = matches!(identity, Identity::Same);
        let other = match identity {
            Identity::Other { reason } => Some(&**reason),
            _ => None,
        };
        let was_interrupted = self.shared.journal().resumed(is_kept);
        let Ok(app) = *doc else {
            // In a session without an app there is no state.
            let mut journal = self.shared.journal();
            let was_inherited = is_kept && journal.is_inherited();
            journal.clear();
            if was_inherited {
                journal.inherit();
            }
            return Ok(Vec::new());
        };
        if is_kept && !was_interrupted {
            return Ok(Vec::new());
        }
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        let (is_inherited, is_pending) = {
            let journal = self.shared.journal();
            (journal.is_inherited(), journal.is_mark_pending())
        };
        // If the engine has received nothing since the app was opened, the program only attaches a second time.
        if is_inherited && !(is_pending && other.is_some()) {
            let what = "what had been set before this program connected".to_owned();
            let reason = "it is not known".to_owned();
            missing.push(Missing { call: None, state: LostState { what, reason }, patched: None });
        }
        if let Identity::New = identity {
            self.shared.mark_again(self.generation);
        }
        let entries = self.shared.journal().entries();
        for (id, entry) in entries {
            let obstacle = match self.shared.settings.when_state_lost {
                WhenStateLost::Fail => Some("`WhenStateLost::Fail` restores nothing"),
                _ if was_interrupted => Some("the connection was lost while it was restored"),
                // On top of the selections of another program, the same calls would mean something else.
                WhenStateLost::Restore if other.is_some() => other,
                _ => entry.obstacle(),
            };
            let reason = match obstacle {
                Some(obstacle) => obstacle.to_owned(),
                None => match self.set(&entry, app, objects, &mut found).await {
                    Ok(()) => continue,
                    Err(Failure::Missing(reason) | Failure::Answer(reason)) => reason,
                    Err(Failure::Connection(error)) => return Err(error),
                },
            };
            missing.push(Missing::new(id, &entry, reason));
        }
        Ok(missing)
    }

    /// Repeats a call.
    async fn set(
        &self,
        entry: &Entry,
        app: i64,
        objects: &[Arc<Object>],
        found: &mut HashMap<(&'static str, String), i64>,
    ) -> Result<(), Failure> {
        let handle = match &entry.target.found_by {
            None if entry.method.class == Global::NAME => ObjectHandle::GLOBAL,
            None if entry.target.name.is_empty() => app,
            found_by => match self.made_again(entry, app, objects).await? {
                Some(handle) => handle,
                None => self.find_target(found_by.as_ref(), app, found).await?,
            },
        };
        let result = match self.call(handle, entry.method, &entry.again()).await {
            Err(Failure::Answer(_)) if entry.makes_state() => return Ok(()),
            result => result?,
        };
        if is_refusal(&result) {
            return Err(Failure::Answer("the engine returned `false`".to_owned()));
        }
        Ok(())
    }

    /// The handle of a session object of the program, which is created again first.
    async fn made_again(&self, entry: &Entry, app: i64, objects: &[Arc<Object>]) -> Result<Option<i64>, Failure> {
        let is_meant = |object: &&Arc<Object>| {
            let handle = object.handle();
            handle.class == GenericObject::NAME && handle.id.as_deref() == Some(&entry.target.name)
        };
        let Some(object) = objects.iter().find(is_meant) else { return Ok(None) };
        self.object(object, &Ok(app)).await.map_err(Failure::Connection)?;
        match object.place() {
            Place::At { handle, .. } => Ok(Some(handle)),
            Place::Lost(reason) => Err(Failure::Missing(reason.to_string())),
        }
    }

    async fn find_target(
        &self,
        found_by: Option<&(Method, String)>,
        app: i64,
        found: &mut HashMap<(&'static str, String), i64>,
    ) -> Result<i64, Failure> {
        let Some((method, params)) = found_by else {
            return Err(Failure::Missing("there is no known way to find its object".to_owned()));
        };
        let key = (method.name, params.clone());
        if let Some(handle) = found.get(&key) {
            return Ok(*handle);
        }
        let handle = self.ask(app, *method, params, false).await?;
        found.insert(key, handle);
        Ok(handle)
    }
}

/// Records missing state, so that no call is answered without it.
pub(super) fn settle(shared: &Shared, missing: &[Missing]) {
    shared.journal().settle(missing.iter().filter_map(|missing| missing.call));
    if !missing.is_empty() && shared.settings.when_state_lost != WhenStateLost::GoOn {
        shared.add_lost_state(missing.iter().map(|missing| missing.state.clone()).collect());
    }
}
