//! Objects of a session that several users share.

use std::fmt;
use std::sync::Arc;

use crate::platform::{Instant, timeout};
use async_trait::async_trait;
use qix_schema::rpc::{ObjectHandle, RawAnswer, RawCall, Remote};
use qix_schema::{AsRemote, Class, Doc, Error, ErrorKind};

use super::shared::{Lease, Opened};

/// An object of one user. The session stays open as long as one of these exists.
struct Leased {
    // Dropped before the lease, so that its last requests are sent.
    object: Target,
    lease: Arc<Lease>,
}

enum Target {
    App(Doc),
    Object(Arc<dyn Remote>),
}

impl Target {
    fn remote(&self) -> &dyn Remote {
        match self {
            Self::App(doc) => doc.as_remote(),
            Self::Object(object) => &**object,
        }
    }
}

/// The app of a session, for one user.
pub(super) fn doc(opened: &Opened, lease: Lease) -> Doc {
    Doc::from_remote(Arc::new(Leased { object: Target::App(opened.doc.clone()), lease: Arc::new(lease) }))
}

#[async_trait]
impl Remote for Leased {
    async fn invoke(&self, mut call: RawCall) -> Result<RawAnswer, Error> {
        self.lease.slot.touch();
        let limit = self.lease.slot.cell.get().and_then(|opened| opened.session.time_of(&call));
        let asked = Instant::now();
        let _permit = match (&self.lease.shared.calls, limit) {
            (None, _) => None,
            (Some(calls), None) => Some(calls.acquire().await),
            (Some(calls), Some(limit)) => {
                let permit = timeout(limit, calls.acquire()).await;
                // The time in the queue counts.
                call.options.timeout = Some(limit.saturating_sub(asked.elapsed()));
                Some(permit.map_err(|_| ErrorKind::TimedOut(limit))?)
            }
        };
        let outcome = self.object.remote().invoke(call).await;
        let answer = outcome.map_err(|error| match (error.kind(), limit) {
            (ErrorKind::TimedOut(left), Some(limit)) if *left < limit => ErrorKind::TimedOut(limit).into(),
            _ => error,
        })?;
        self.lease.slot.touch();
        Ok(answer.map_remote(|object| self.beside(object)))
    }

    fn notify(&self, call: RawCall) {
        self.object.remote().notify(call);
    }

    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
        self.beside(self.object.remote().bind(object))
    }

    fn handle(&self) -> &ObjectHandle {
        self.object.remote().handle()
    }

    fn invalidations(&self) -> u64 {
        self.object.remote().invalidations()
    }

    async fn invalidated(&self, seen: u64) -> Option<u64> {
        self.object.remote().invalidated(seen).await
    }
}

impl Leased {
    /// Another object of the same user.
    fn beside(&self, object: Arc<dyn Remote>) -> Arc<dyn Remote> {
        Arc::new(Self { object: Target::Object(object), lease: Arc::clone(&self.lease) })
    }
}

impl fmt::Debug for Leased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.object.remote().fmt(f)
    }
}
