//! Objects of the engine, as handles of a session.

use std::fmt;
use std::sync::Arc;

use qix_schema::rpc::{Class, Method, ObjectHandle};
use qix_schema::{Doc, Global};
use tokio::sync::watch;

use super::locks::{Guard, Lock, rank};
use super::shared::Shared;
use crate::session::books::{OpenedDoc, Recipe, Signal};

/// An object that calls can go to, over one connection after another.
pub(crate) struct Object {
    shared: Arc<Shared>,
    handle: ObjectHandle,
    origin: Option<Origin>,
    place: Lock<Place, { rank::PLACE }>,
    recipe: Lock<Option<Recipe>, { rank::RECIPE }>,
    signal: Arc<watch::Sender<Signal>>,
}

/// Where an object is reached.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// By a handle, on one connection only.
    At { generation: u32, handle: i64 },
    /// Nowhere any more.
    Lost(Arc<str>),
}

/// The call that brought an object.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The handle of the object that was called.
    pub(crate) parent: i64,
    pub(crate) method: Method,
    pub(crate) params: String,
    /// Whether the object is destroyed when nobody here holds it.
    pub(crate) owned: bool,
}

impl Object {
    /// The engine itself, which is there from the start.
    pub(crate) fn global(shared: &Arc<Shared>) -> Arc<Self> {
        let handle = ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL);
        Self::bind(shared, shared.generation(), handle, None)
    }

    /// The object that a handle of a connection stands for, the same for all who hold it.
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
            *doc = Some(match doc.take() {
                Some(known) => known.or_again(opened),
                None => opened,
            });
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

    /// The session that it is an object of.
    pub(crate) fn session(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// What the engine calls it.
    pub(crate) fn handle(&self) -> &ObjectHandle {
        &self.handle
    }

    /// What the engine says of it.
    pub(crate) fn signal(&self) -> &watch::Sender<Signal> {
        &self.signal
    }

    /// Where the object is reached now.
    pub(crate) fn place(&self) -> Place {
        self.place.lock().clone()
    }

    /// The call that brought the object.
    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }

    /// What the object was made of, if it is a session object of this program.
    pub(crate) fn recipe(&self) -> Guard<'_, Option<Recipe>, { rank::RECIPE }> {
        self.recipe.lock()
    }

    /// The object is on another connection now.
    pub(crate) fn restore(self: &Arc<Self>, generation: u32, handle: i64) {
        let mut handles = self.shared.handles();
        if handles.generation() == generation {
            *self.place.lock() = Place::At { generation, handle };
            handles.restore(handle, self, &self.signal);
        }
    }

    /// The object is nowhere any more.
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
        let closed = self.signal.borrow().closed;
        if let (false, Some(_), Some(id)) = (closed, &*self.recipe(), &self.handle.id) {
            let doc = self.shared.doc().as_ref().map(|doc| doc.handle);
            // What has a recipe has an origin.
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
