//! Objects of the engine, as handles of a session.

use std::fmt;
use std::sync::Arc;

use qix_schema::rpc::{Class, Method, ObjectHandle, Request as _};
use qix_schema::{Doc, Global, generic_object};
use tokio::sync::watch;

use super::locks::{Guard, Lock, rank};
use super::phase::Phase;
use super::shared::Shared;
use crate::session::books::{OpenedDoc, Recipe, Signal};

/// An object that can be called over several successive connections.
pub(crate) struct Object {
    shared: Arc<Shared>,
    handle: ObjectHandle,
    origin: Option<Origin>,
    place: Lock<Place, { rank::PLACE }>,
    recipe: Lock<Option<Recipe>, { rank::RECIPE }>,
    signal: Arc<watch::Sender<Signal>>,
}

/// The location of an object.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// A handle on one connection.
    At { generation: u32, handle: i64 },
    /// The object is lost.
    Lost(Arc<str>),
}

/// The call that returned an object.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The handle of the called object.
    pub(crate) parent: i64,
    pub(crate) method: Method,
    pub(crate) params: String,
    /// Whether the object is destroyed when its last handle is dropped.
    pub(crate) owned: bool,
}

impl Object {
    /// The engine itself, which always exists.
    pub(crate) fn global(shared: &Arc<Shared>) -> Arc<Self> {
        let handle = ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL);
        Self::bind(shared, shared.generation(), handle, None)
    }

    /// The object of a handle on a connection, shared by all its users.
    pub(crate) fn bind(
        shared: &Arc<Shared>,
        generation: u32,
        handle: ObjectHandle,
        origin: Option<Origin>,
    ) -> Arc<Self> {
        let number = handle.handle;
        let owned = origin.as_ref().filter(|origin| origin.owned);
        let recipe = owned.map(|origin| Recipe::made(&origin.params, handle.id.as_deref()));
        if handle.class == Doc::NAME {
            let origin = origin.as_ref().map(|origin| (origin.method, &*origin.params));
            let opened = OpenedDoc::new(number, handle.id.as_deref(), origin);
            let mut doc = shared.doc();
            let opened = match doc.take() {
                Some(known) => known.or_again(opened),
                None => opened,
            };
            shared.journal().set_session_app(opened.open.is_none());
            *doc = Some(opened);
            drop(doc);
            shared.mark(generation);
        }
        let make = |place, signal| {
            let (place, recipe) = (Lock::new(place), Lock::new(recipe));
            Arc::new(Self { shared: Arc::clone(shared), handle, origin, place, recipe, signal })
        };
        let mut handles = shared.handles();
        if handles.generation() == generation {
            handles.bind(number, |signal| make(Place::At { generation, handle: number }, signal))
        } else {
            let reason = "it came over a connection that has ended";
            make(Place::Lost(reason.into()), Arc::new(watch::Sender::new(Signal { invalidations: 0, closed: true })))
        }
    }

    /// The session of the object.
    pub(crate) fn session(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// The engine's name for it.
    pub(crate) fn handle(&self) -> &ObjectHandle {
        &self.handle
    }

    /// The invalidations by the engine.
    pub(crate) fn signal(&self) -> &watch::Sender<Signal> {
        &self.signal
    }

    /// The current location of the object.
    pub(crate) fn place(&self) -> Place {
        self.place.lock().clone()
    }

    /// The call that returned the object.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// The recipe of the object, if it is a session object of this program.
    pub(crate) fn recipe(&self) -> Guard<'_, Option<Recipe>, { rank::RECIPE }> {
        self.recipe.lock()
    }

    /// The engine has dropped all soft patches.
    pub(crate) fn forget_soft_patches(&self) {
        if let Some(recipe) = &mut *self.recipe() {
            recipe.note(generic_object::ClearSoftPatches::METHOD, "{}");
        }
    }

    /// The object is on another connection now.
    pub(crate) fn restore(self: &Arc<Self>, generation: u32, handle: i64) {
        let mut handles = self.shared.handles();
        if handles.generation() == generation {
            *self.place.lock() = Place::At { generation, handle };
            handles.restore(handle, self, &self.signal);
        }
    }

    /// The object is lost.
    pub(crate) fn lose(&self, reason: &str) {
        *self.place.lock() = Place::Lost(reason.into());
        self.signal.send_modify(|signal| signal.closed = true);
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let Place::At { generation, handle } = self.place() else { return };
        if self.shared.generation() == generation {
            self.shared.release(handle);
        }
        let can_come_back = matches!(*self.shared.phase().borrow(), Phase::Disconnected(_));
        let closed = self.signal.borrow().closed && !can_come_back;
        if let (false, Some(_), Some(id)) = (closed, &*self.recipe(), &self.handle.id) {
            let doc = self.shared.doc().as_ref().map(|doc| doc.handle);
            // An object with a recipe has an origin.
            if let Some(doc) = doc.or(self.origin.as_ref().map(|origin| origin.parent)) {
                self.shared.destroy(generation, doc, id);
            }
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}
