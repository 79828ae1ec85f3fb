//! The methods, one file per class or part of a class, and their dispatch.

mod bookmark;
mod bookmark_values;
mod connections;
mod doc_apps;
mod doc_items;
mod doc_model;
mod doc_script;
mod doc_search;
mod doc_selections;
mod doc_settings;
mod field;
mod files;
mod global;
mod object;
mod object_data;
mod object_selections;
mod profile;
mod variable;

pub(crate) use bookmark::remember_selections;
pub(crate) use connections::without_password;
pub(crate) use doc_apps::open_session_app_of_address;

use crate::error::{EngineError, Result, code};
use crate::objects::contents::{Entity, Kind};
use crate::objects::document::Document;
use crate::objects::frame::Frame;
use crate::protocol::check;
use crate::protocol::envelope::Request;
use crate::protocol::failure::{APP_INVALID, MODAL, failure};
use crate::protocol::schema::snapshot;
use crate::server::Shared;
use crate::session::Session;
use crate::session::connection::{Connection, Target};
use crate::session::events::Event;
use crate::session::jobs::{Abort, Work};
use crate::session::world::World;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// The named values of a result.
pub(crate) type Results = Map<String, Value>;

/// The implementation of a method.
pub(crate) type Method = fn(&mut Call<'_>) -> Result<Answer>;

/// The methods of a file, by full name.
pub(crate) type Methods = &'static [(&'static str, Method)];

/// A response, or a job that produces one.
pub(crate) enum Answer {
    Now(Results),
    Later(Work, Job),
}

/// Work that runs without a lock.
pub(crate) type Job = Box<dyn FnOnce(&Tools) -> Result<Done> + Send>;

/// The outcome of a job.
pub(crate) enum Done {
    Result(Results),
    /// A last step that changes state.
    Then(LastStep),
}

/// A step that runs with the world locked again.
pub(crate) type LastStep = Box<dyn FnOnce(&mut Call<'_>) -> Result<Results> + Send>;

/// What a job can use while it runs.
pub(crate) struct Tools {
    pub(crate) shared: Arc<Shared>,
    pub(crate) session: u64,
    pub(crate) abort: Abort,
}

static METHODS: LazyLock<HashMap<&'static str, Method>> = LazyLock::new(|| {
    let files = [
        bookmark::METHODS,
        bookmark_values::METHODS,
        connections::METHODS,
        doc_apps::METHODS,
        doc_items::METHODS,
        doc_model::METHODS,
        doc_script::METHODS,
        doc_search::METHODS,
        doc_selections::METHODS,
        doc_settings::METHODS,
        field::METHODS,
        files::METHODS,
        global::METHODS,
        object::METHODS,
        object_data::METHODS,
        object_selections::METHODS,
        profile::METHODS,
        variable::METHODS,
    ];
    files.into_iter().flatten().copied().collect()
});

/// After these methods, the next change of the object is announced again.
const FETCHES: [&str; 10] = [
    "GetLayout",
    "GetProperties",
    "GetEffectiveProperties",
    "GetFullPropertyTree",
    "GetAppLayout",
    "GetAppProperties",
    "GetHyperCubeData",
    "GetHyperCubePivotData",
    "GetHyperCubeStackData",
    "GetListObjectData",
];

/// The schema's methods by full name, and whether the engine implements them.
pub fn coverage() -> Vec<(String, bool)> {
    snapshot().methods.keys().map(|name| (name.clone(), METHODS.contains_key(name.as_str()))).collect()
}

/// Finds the method of a request, checks the request against the schema, and starts it.
pub(crate) fn dispatch(world: &mut World, connection: u64, request: &Request) -> Result<Answer> {
    let not_found = || failure(code::METHOD_NOT_FOUND, request.method.clone());
    let Some((session, target)) =
        world.connections.get(&connection).map(|socket| (socket.session, socket.target(request.handle)))
    else {
        return Err(EngineError::aborted());
    };
    let schema = snapshot();
    let Some(target) = target else {
        let known = schema.classes_with(&request.method).next().is_some();
        let handle = || failure(code::INVALID_PARAMETER, "Invalid handle");
        return Err(if known { handle() } else { not_found() });
    };
    let name = format!("{}.{}", target.class(), request.method);
    let signature = schema.methods.get(&name).ok_or_else(not_found)?;
    let params = check::bind(schema, signature, request.params.clone())?;
    let method = *METHODS.get(name.as_str()).ok_or_else(|| EngineError::not_implemented(&name))?;
    let mut call = Call {
        world,
        connection,
        session,
        handle: request.handle,
        target,
        request: request.id.clone(),
        params: Params(params),
    };
    if FETCHES.contains(&request.method.as_str()) {
        call.socket()?.fetched(request.handle);
    }
    method(&mut call)
}

/// The parameters of a request, by name. They have been checked: existing ones have the right type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Map<String, Value>);

impl Params {
    pub(crate) fn value(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    pub(crate) fn text(&self, name: &str) -> &str {
        self.value(name).as_str().unwrap_or_default()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or(false)
    }

    pub(crate) fn integer(&self, name: &str) -> i64 {
        let value = self.value(name);
        value.as_i64().or_else(|| value.as_f64().map(|n| n as i64)).unwrap_or(0)
    }

    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.value(name).as_array().map_or(&[], Vec::as_slice)
    }

    pub(crate) fn integers(&self, name: &str) -> Vec<i64> {
        self.list(name).iter().filter_map(|n| n.as_i64().or_else(|| n.as_f64().map(|n| n as i64))).collect()
    }
}

/// A request while a method handles it.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) connection: u64,
    pub(crate) session: u64,
    pub(crate) handle: i64,
    pub(crate) target: Target,
    pub(crate) request: Value,
    pub(crate) params: Params,
}

impl Call<'_> {
    pub(crate) fn socket(&mut self) -> Result<&mut Connection> {
        self.world.connections.get_mut(&self.connection).ok_or_else(EngineError::aborted)
    }

    pub(crate) fn session(&mut self) -> Result<&mut Session> {
        self.world.sessions.get_mut(&self.session).ok_or_else(EngineError::aborted)
    }

    /// The ID of the app that the session has open.
    pub(crate) fn app_id(&self) -> Result<String> {
        let session = self.world.sessions.get(&self.session);
        session.and_then(|session| session.app.clone()).ok_or_else(no_active_document)
    }

    pub(crate) fn doc(&mut self) -> Result<&mut Document> {
        let id = self.app_id()?;
        self.world.apps.get_mut(&id).ok_or_else(no_active_document)
    }

    pub(crate) fn session_and_doc(&mut self) -> Result<(&mut Session, &mut Document)> {
        let id = self.app_id()?;
        let session = self.world.sessions.get_mut(&self.session).ok_or_else(EngineError::aborted)?;
        Ok((session, self.world.apps.get_mut(&id).ok_or_else(no_active_document)?))
    }

    /// The current state of the session.
    pub(crate) fn frame(&mut self) -> Result<Arc<Frame>> {
        let (session, document) = self.session_and_doc()?;
        Ok(session.frame(document))
    }

    /// The ID of the item behind the handle.
    pub(crate) fn target_id(&self) -> Result<String> {
        match &self.target {
            Target::Entity { id, .. } => Ok(id.clone()),
            _ => Err(failure(code::INVALID_OBJECT, "")),
        }
    }

    /// The item behind the handle.
    pub(crate) fn entity(&mut self) -> Result<Arc<Entity>> {
        let id = self.target_id()?;
        let (session, document) = self.session_and_doc()?;
        let found = session.own.get(&id).or_else(|| document.contents.get(&id));
        found.cloned().ok_or_else(|| EngineError::not_found(id))
    }

    /// Whether the item belongs to the session rather than to the app.
    pub(crate) fn is_own(&mut self, id: &str) -> Result<bool> {
        Ok(self.session()?.own.get(id).is_some())
    }

    /// Changes an item of the session or the app, and announces the change to all sockets.
    pub(crate) fn change_entity(&mut self, id: &str, change: impl FnOnce(&mut Entity) -> Result<()>) -> Result<()> {
        let (session, document) = self.session_and_doc()?;
        let mut entity = match session.own.get(id).or_else(|| document.contents.get(id)) {
            Some(entity) => (**entity).clone(),
            None => return Err(EngineError::not_found(id)),
        };
        change(&mut entity)?;
        let kind = entity.kind;
        // The current frame shares the contents; without it, they are changed in place.
        session.stale();
        if session.own.get(id).is_some() {
            Arc::make_mut(&mut session.own).insert(entity);
        } else {
            document.change().insert(entity);
        }
        self.announce(&Event::Entities(kind, vec![id.to_owned()]))?;
        if kind == Kind::Variable {
            self.announce(&Event::Data)?;
        }
        Ok(())
    }

    pub(crate) fn announce(&mut self, event: &Event) -> Result<()> {
        let app = self.app_id()?;
        self.world.announce(&app, event);
        Ok(())
    }

    /// `ObjectInterface` of an item, with its handle on this socket.
    pub(crate) fn interface(&mut self, kind: Kind, id: &str) -> Result<Value> {
        let (session, document) = self.session_and_doc()?;
        let found = session.own.get(id).or_else(|| document.contents.get(id)).filter(|e| e.kind == kind);
        let Some(entity) = found else { return Ok(nothing()) };
        let generic_type = entity.info_type().to_owned();
        let handle = self.socket()?.handle(Target::Entity { kind, id: id.to_owned() });
        let mut interface = json!({ "qType": kind.class(), "qHandle": handle, "qGenericId": id });
        if !generic_type.is_empty() {
            interface["qGenericType"] = json!(generic_type);
        }
        Ok(interface)
    }

    /// Prepares a selection. Returns an error while another object is in selection mode, and aborts calculations that
    /// use the earlier selections.
    pub(crate) fn start_selecting(&mut self) -> Result<()> {
        let own = self.target_id().ok();
        if let Some(modal) = &self.session()?.modal
            && Some(&modal.id) != own.as_ref()
        {
            let id = modal.id.clone();
            return Err(failure(MODAL, id));
        }
        self.world.abort_calculations(self.session);
        Ok(())
    }

    /// A new ID that is not used in the app or the session.
    pub(crate) fn new_id(&mut self) -> Result<String> {
        loop {
            let id = unique_id();
            let (session, document) = self.session_and_doc()?;
            if session.own.get(&id).is_none() && document.contents.get(&id).is_none() {
                return Ok(id);
            }
        }
    }
}

fn no_active_document() -> EngineError {
    failure(APP_INVALID, "No active document")
}

/// The engine's response for an item that does not exist.
pub(crate) fn nothing() -> Value {
    json!({ "qType": null, "qHandle": null })
}

/// A random id in the form of a UUID.
pub(crate) fn unique_id() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let random = || RandomState::new().build_hasher().finish();
    let (a, b) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | ((b >> 48) & 0x3fff),
        b & 0xffff_ffff_ffff
    )
}

/// A response with one value.
pub(crate) fn one(name: &str, value: impl Into<Value>) -> Result<Answer> {
    Ok(Answer::Now(result(name, value)))
}

/// Results with one value.
pub(crate) fn result(name: &str, value: impl Into<Value>) -> Results {
    Map::from_iter([(name.to_owned(), value.into())])
}

/// A response without values.
pub(crate) fn done() -> Result<Answer> {
    Ok(Answer::Now(Map::new()))
}

/// A response with one value that is calculated from a frame.
pub(crate) fn calculate(
    call: &mut Call<'_>,
    name: &'static str,
    work: impl FnOnce(&Frame, &Tools) -> Result<Value> + Send + 'static,
) -> Result<Answer> {
    let frame = call.frame()?;
    let job: Job = Box::new(move |tools| Ok(Done::Result(result(name, work(&frame, tools)?))));
    Ok(Answer::Later(Work::Calculation, job))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_in_the_schema() {
        let unknown: Vec<_> = METHODS.keys().filter(|name| !snapshot().methods.contains_key(**name)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(coverage().iter().filter(|(_, there)| *there).count() == METHODS.len());
    }

    #[test]
    fn ids_look_like_uuids_and_differ() {
        let (one, other) = (unique_id(), unique_id());
        assert_ne!(one, other);
        assert_eq!(one.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    }
}
