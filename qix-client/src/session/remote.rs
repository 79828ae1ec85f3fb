//! Objects of a session as targets of calls.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use qix_schema::rpc::{Class, ObjectHandle, RawAnswer, RawCall, Remote};
use qix_schema::{Doc, Error};

use super::call::Making;
use super::core::{Object, Origin, Place, Shared};
use crate::config::{Engine, Next};

#[async_trait]
impl Remote for Object {
    /// Hand-written, because the macro would put the future into another one.
    fn invoke<'s, 'f>(&'s self, call: RawCall) -> Pin<Box<dyn Future<Output = Result<RawAnswer, Error>> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        let middleware = &self.session().settings.middleware;
        if middleware.is_empty() {
            return Box::pin(Making::new(self, call));
        }
        Box::pin(Next::new(middleware, self).run(call))
    }

    fn notify(&self, call: RawCall) {
        let Place::At { generation, handle } = self.place() else { return };
        if self.handle().class == Doc::NAME {
            self.session().notify_app(generation, handle, call.method, call.params);
            return;
        }
        // Even if it cannot be sent: state that ends here is not restored in another session.
        self.session().journal().ordered(call.method, &call.params);
        if self.session().generation() == generation {
            self.session().notify_raw(handle, call.method, &call.params);
        }
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Self::bind(self.session(), self.session().generation(), object, None)
    }

    fn handle(&self) -> &ObjectHandle {
        self.handle()
    }

    fn invalidations(&self) -> u64 {
        self.signal().borrow().invalidations
    }

    async fn invalidated(&self, seen: u64) -> Option<u64> {
        let mut signal = self.signal().subscribe();
        let news = signal.wait_for(|signal| signal.closed || signal.invalidations > seen).await;
        // The sender is part of this object, which lives as long as this call.
        let news = *news.ok()?;
        (!news.closed).then_some(news.invalidations)
    }
}

#[async_trait]
impl Engine for Object {
    async fn make(&self, call: RawCall) -> Result<RawAnswer, Error> {
        Making::new(self, call).await
    }

    fn object(&self) -> &ObjectHandle {
        self.handle()
    }
}

/// Binds the objects of one response: it knows the connection and the call of the response.
pub(crate) struct Binder {
    pub(crate) shared: Arc<Shared>,
    pub(crate) caller: ObjectHandle,
    pub(crate) generation: u32,
    pub(crate) origin: Origin,
}

/// Omits the session: code that prints its parts would make programs larger.
impl fmt::Debug for Binder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Binder").field("caller", &self.caller).finish_non_exhaustive()
    }
}

#[async_trait]
impl Remote for Binder {
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
        Object::bind(&self.shared, self.generation, self.caller.clone(), None).invoke(call).await
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Object::bind(&self.shared, self.generation, object, Some(self.origin.clone()))
    }

    fn handle(&self) -> &ObjectHandle {
        &self.caller
    }
}
