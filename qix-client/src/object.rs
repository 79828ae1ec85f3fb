//! Objects of the engine, as handles of a session.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use qix_schema::Error;
use qix_schema::rpc::{ObjectHandle, RawAnswer, RawCall, Remote};
use tokio::sync::watch;

use crate::call;
use crate::hub::Hub;
use crate::state::Signal;

/// An object that calls can go to.
pub(crate) struct Object {
    hub: Arc<Hub>,
    handle: ObjectHandle,
    signal: watch::Receiver<Signal>,
}

impl Object {
    /// The object that a handle stands for, the same for all who hold it.
    pub(crate) fn bind(hub: &Arc<Hub>, handle: ObjectHandle) -> Arc<Self> {
        let number = handle.handle;
        hub.handles().bind(number, |signal| Arc::new(Self { hub: Arc::clone(hub), handle, signal }))
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        self.hub.release(self.handle.handle);
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
        call::make(&self.hub, self.handle.handle, &call).await
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        Self::bind(&self.hub, object)
    }

    fn handle(&self) -> &ObjectHandle {
        &self.handle
    }

    fn invalidations(&self) -> u64 {
        self.signal.borrow().invalidations
    }

    async fn invalidated(&self, seen: u64) -> Option<u64> {
        let mut signal = self.signal.clone();
        let news = signal.wait_for(|signal| signal.closed || signal.invalidations > seen).await;
        // The sender goes with the last holder of the object, and that is not before this call ends.
        let news = *news.ok()?;
        (!news.closed).then_some(news.invalidations)
    }
}
