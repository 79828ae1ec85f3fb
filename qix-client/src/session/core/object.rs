//! Objects of the engine, as handles of a session.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use qix_schema::rpc::{Class, ObjectHandle, RawAnswer, RawCall, Remote};
use qix_schema::{Doc, Error, Global};
use serde::Deserialize;
use tokio::sync::watch;

use crate::config::Next;
use crate::session::books::{Memory, OpenedDoc, Signal};
use crate::session::core::Hub;
use crate::session::temporary;

/// An object that calls can go to, over one connection after another.
pub(crate) struct Object {
    hub: Arc<Hub>,
    handle: ObjectHandle,
    origin: Origin,
    place: Mutex<Place>,
    memory: Mutex<Option<Memory>>,
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
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// The handle of the object that was called.
    pub(crate) parent: i64,
    pub(crate) method: &'static str,
    pub(crate) params: String,
}

impl Object {
    /// The engine itself, which is there from the start.
    pub(crate) fn global(hub: &Arc<Hub>) -> Arc<Self> {
        let handle = ObjectHandle::new(Global::NAME, ObjectHandle::GLOBAL);
        Self::bind(hub, hub.generation(), handle, Origin::default())
    }

    /// The object that a handle of a connection stands for, the same for all who hold it.
    pub(crate) fn bind(hub: &Arc<Hub>, generation: u32, handle: ObjectHandle, origin: Origin) -> Arc<Self> {
        let number = handle.handle;
        let owned = !hub.settings.keep_session_objects || temporary::is_for_a_moment();
        let memory = (origin.method == "CreateSessionObject" && owned)
            .then(|| Memory::made(&origin.params, handle.id.as_deref()));
        if handle.class == Doc::NAME {
            let opened = OpenedDoc::new(number, handle.id.as_deref(), origin.method, &origin.params);
            let mut doc = hub.doc();
            *doc = Some(match doc.take() {
                Some(known) => known.or_again(opened),
                None => opened,
            });
        }
        let make = |place, signal| {
            let (place, memory) = (Mutex::new(place), Mutex::new(memory));
            Arc::new(Self { hub: Arc::clone(hub), handle, origin, place, memory, signal })
        };
        let mut handles = hub.handles();
        if handles.generation() == generation {
            handles.bind(number, |signal| make(Place::At { generation, handle: number }, signal))
        } else {
            let reason = "it came over a connection that has ended";
            make(Place::Lost(reason.into()), Arc::new(watch::Sender::new(Signal { invalidations: 0, closed: true })))
        }
    }

    /// Where the object is reached now.
    pub(crate) fn place(&self) -> Place {
        lock(&self.place).clone()
    }

    /// The call that brought the object.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// What the object was made of, if it is a session object of this program.
    pub(crate) fn memory(&self) -> MutexGuard<'_, Option<Memory>> {
        lock(&self.memory)
    }

    /// The object is on another connection now.
    pub(crate) fn restore(self: &Arc<Self>, generation: u32, handle: i64) {
        let mut handles = self.hub.handles();
        if handles.generation() == generation {
            *lock(&self.place) = Place::At { generation, handle };
            handles.restore(handle, self, &self.signal);
        }
    }

    /// The object is nowhere any more.
    pub(crate) fn lose(&self, reason: &str) {
        *lock(&self.place) = Place::Lost(reason.into());
        self.signal.send_modify(|signal| signal.closed = true);
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        let Place::At { generation, handle } = self.place() else { return };
        if self.hub.generation() == generation {
            self.hub.release(handle);
        }
        let closed = self.signal.borrow().closed;
        if let (false, Some(_), Some(id)) = (closed, &*self.memory(), &self.handle.id) {
            let doc = self.hub.doc().as_ref().map_or(self.origin.parent, |doc| doc.handle);
            self.hub.destroy(generation, doc, id);
        }
    }
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}

#[async_trait]
impl Remote for Object {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        Next::new(&self.hub, self).run(call).await
    }

    fn order(&self, call: RawCall) {
        let Place::At { generation, handle } = self.place() else { return };
        if self.handle.class == Doc::NAME {
            self.hub.order_of_app(generation, handle, call.method.name, call.params);
        } else if self.hub.generation() == generation {
            self.hub.order(handle, call.method.name, &call.params);
        }
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Self::bind(&self.hub, self.hub.generation(), object, Origin::default())
    }

    fn handle(&self) -> &ObjectHandle {
        &self.handle
    }

    fn invalidations(&self) -> u64 {
        self.signal.borrow().invalidations
    }

    async fn invalidated(&self, seen: u64) -> Option<u64> {
        let mut signal = self.signal.subscribe();
        let news = signal.wait_for(|signal| signal.closed || signal.invalidations > seen).await;
        // The sender is a part of this object, which is there as long as this call.
        let news = *news.ok()?;
        (!news.closed).then_some(news.invalidations)
    }
}

/// Binds the objects of one answer: it knows the connection that the answer came over, and the call that it answers.
#[derive(Debug)]
pub(crate) struct Binder {
    pub(crate) hub: Arc<Hub>,
    pub(crate) caller: ObjectHandle,
    pub(crate) generation: u32,
    pub(crate) origin: Origin,
}

#[async_trait]
impl Remote for Binder {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        Object::bind(&self.hub, self.generation, self.caller.clone(), Origin::default()).invoke(call).await
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Object::bind(&self.hub, self.generation, object, self.origin.clone())
    }

    fn handle(&self) -> &ObjectHandle {
        &self.caller
    }
}

/// The identifier of the session object that an answer names.
pub(crate) fn made_session_object(result: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "qReturn")]
        object: Interface,
    }
    #[derive(Deserialize)]
    struct Interface {
        #[serde(rename = "qGenericId")]
        id: String,
    }
    Some(serde_json::from_str::<Answer>(result).ok()?.object.id)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
