//! Announces changes to sockets.

use super::connection::Target;
use super::world::World;
use crate::objects::contents::{Entity, Kind};
use std::sync::Arc;

/// A change that makes layouts stale.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The selections of a session, in every state.
    Selections(u64),
    /// The selections of a session in one state: only layouts that use that state become stale.
    State(u64, String),
    /// The data or the variables of an app: all calculations become stale.
    Data,
    /// These items of an app, all of one kind.
    Entities(Kind, Vec<String>),
    /// One object, in one session: a soft patch, a search, an expanded node, the modal state.
    Object(u64, String),
    /// The app's own layout.
    App,
}

impl World {
    /// Marks what an event makes stale, on every socket that has the app open.
    pub(crate) fn announce(&mut self, app: &str, event: &Event) {
        let Self { sessions, connections, apps, .. } = self;
        let document = apps.get(app);
        for (session_id, session) in sessions.iter_mut() {
            if session.app.as_deref() != Some(app) {
                continue;
            }
            if let Event::Selections(of) | Event::State(of, _) | Event::Object(of, _) = event
                && of != session_id
            {
                continue;
            }
            session.stale();
            let own = &session.own;
            let find = |id: &str| own.get(id).or_else(|| document.and_then(|document| document.contents.get(id)));
            for connection in session.connections.iter() {
                let Some(connection) = connections.get_mut(connection) else { continue };
                let stale: Vec<i64> = connection
                    .fresh()
                    .filter(|(_, target)| match target {
                        Target::Doc => matches!(event, Event::App),
                        Target::Entity { id, .. } => find(id).is_some_and(|entity| touches(event, entity, &find)),
                        Target::Global | Target::Field { .. } => false,
                    })
                    .map(|(handle, _)| handle)
                    .collect();
                stale.into_iter().for_each(|handle| connection.announce(handle));
            }
        }
    }

    /// Closes the handles of removed items, on every socket that has the app open.
    pub(crate) fn close_entities(&mut self, app: &str, ids: &[String]) {
        for session in self.sessions.values_mut().filter(|session| session.app.as_deref() == Some(app)) {
            for id in ids {
                session.soft_patches.remove(id);
                session.searches.retain(|(of, _), _| of != id);
                session.expansions.retain(|(of, _), _| of != id);
                session.active_fields.retain(|(of, _), _| of != id);
                if session.modal.as_ref().is_some_and(|modal| &modal.id == id) {
                    session.modal = None;
                }
            }
            session.stale();
            for connection in session.connections.iter() {
                let Some(connection) = self.connections.get_mut(connection) else { continue };
                let gone: Vec<i64> = connection
                    .targets()
                    .filter(|(_, target)| matches!(target, Target::Entity { id, .. } if ids.contains(id)))
                    .map(|(handle, _)| handle)
                    .collect();
                gone.into_iter().for_each(|handle| connection.close(handle));
            }
        }
    }

    /// Closes all handles of a session's sockets because its app is gone.
    pub(crate) fn close_all_handles(&mut self, session: u64) {
        let Some(session) = self.sessions.get(&session) else { return };
        for connection in &session.connections {
            let Some(connection) = self.connections.get_mut(connection) else { continue };
            let all: Vec<i64> = connection.targets().map(|(handle, _)| handle).collect();
            all.into_iter().for_each(|handle| connection.close(handle));
        }
    }
}

/// Whether an event makes the layout of an item stale.
fn touches<'a>(event: &Event, entity: &Entity, find: &dyn Fn(&str) -> Option<&'a Arc<Entity>>) -> bool {
    let uses = &entity.uses;
    match event {
        Event::State(_, state) => {
            let of_items = |id: &String| find(id).is_some_and(|item| item.uses.mentions(state));
            (uses.calculates || uses.selections)
                && (uses.states.contains(state) || uses.mentions(state) || uses.library.iter().any(of_items))
                || uses.extends.as_ref().and_then(|id| find(id)).is_some_and(|linked| touches(event, linked, find))
        }
        Event::Selections(_) => uses.calculates || uses.selections,
        Event::Data => {
            uses.calculates
                || uses.selections
                || uses.fields
                || uses.lists.iter().any(|kind| !matches!(kind, Kind::Object | Kind::Bookmark))
                || matches!(entity.kind, Kind::Dimension | Kind::Variable)
        }
        Event::Entities(kind, ids) => {
            ids.contains(&entity.id)
                || uses.lists.contains(kind)
                || (uses.children && entity.children.iter().any(|child| ids.contains(child)))
                || uses.library.iter().any(|id| ids.contains(id))
                || uses.extends.as_ref().is_some_and(|id| ids.contains(id))
                || uses.undo
        }
        Event::Object(_, id) => &entity.id == id || uses.extends.as_ref() == Some(id),
        Event::App => uses.undo,
    }
}
