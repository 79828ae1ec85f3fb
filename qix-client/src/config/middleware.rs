//! Middleware: observes, modifies, delays, rejects, or repeats calls.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use qix_schema::Error;
use qix_schema::rpc::{ObjectHandle, RawAnswer, RawCall};

/// A layer that every call of a session passes on its way out, and every response on its way back.
///
/// The call has been encoded but not sent, and the response has been received but not decoded. Timeouts, retries, and
/// resumptions happen below: one call here may be several requests to the engine. Dropping the future of
/// [`Next::run`]
/// cancels the call.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU64, Ordering};
/// use qix_client::{Error, Middleware, Next, Session};
/// use qix_client::rpc::{RawAnswer, RawCall};
///
/// /// Counts calls, and those that failed.
/// #[derive(Default)]
/// struct Counter {
///     calls: AtomicU64,
///     failures: AtomicU64,
/// }
///
/// #[async_trait::async_trait]
/// impl Middleware for Counter {
///     async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error> {
///         self.calls.fetch_add(1, Ordering::Relaxed);
///         let answer = next.run(call).await;
///         if answer.is_err() {
///             self.failures.fetch_add(1, Ordering::Relaxed);
///         }
///         answer
///     }
/// }
///
/// let counter = Arc::new(Counter::default());
/// let builder = Session::builder().url("ws://localhost:4848/app/").middleware(Arc::clone(&counter));
/// ```
#[async_trait]
pub trait Middleware: Send + Sync {
    /// Handles a call, usually by passing it to `next`.
    async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error>;
}

/// Makes a call after all middleware has passed it on.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    /// Makes the call.
    async fn make(&self, call: RawCall) -> Result<RawAnswer, Error>;

    /// The object that is called.
    fn object(&self) -> &ObjectHandle;
}

/// The rest of the chain: further middleware, then the engine.
#[derive(Clone, Copy)]
pub struct Next<'a> {
    rest: &'a [Arc<dyn Middleware>],
    engine: &'a dyn Engine,
}

impl<'a> Next<'a> {
    pub(crate) fn new(rest: &'a [Arc<dyn Middleware>], engine: &'a dyn Engine) -> Self {
        Self { rest, engine }
    }

    /// The object that is called.
    pub fn object(&self) -> &'a ObjectHandle {
        self.engine.object()
    }

    /// Makes a call. It can be made several times; the [`effect`](qix_schema::rpc::Method::effect) of its method
    /// indicates whether that is safe.
    ///
    /// # Errors
    ///
    /// Returns the errors of the call.
    pub fn run(&self, call: RawCall) -> impl Future<Output = Result<RawAnswer, Error>> + Send + use<'a> {
        let this = *self;
        async move {
            match this.rest {
                [] => this.engine.make(call).await,
                [first, rest @ ..] => first.call(call, Next { rest, ..this }).await,
            }
        }
    }
}

#[async_trait]
impl<M: Middleware + ?Sized> Middleware for Arc<M> {
    async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error> {
        (**self).call(call, next).await
    }
}

impl fmt::Debug for Next<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").field("object", self.object()).field("rest", &self.rest.len()).finish()
    }
}
