//! The seam that every call of a session passes: to see it, change it, delay it, refuse it, repeat it.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use qix_schema::Error;
use qix_schema::rpc::{ObjectHandle, RawAnswer, RawCall};

/// Something that every call of a session passes on its way out, and its answer on the way back.
///
/// The call is encoded and not sent yet; the answer has arrived and is not decoded yet. Time-outs, repeated reads and
/// resumptions are below: one call here may be several requests to the engine. Dropping what [`Next::run`] returns
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
    /// Makes a call, by way of what comes next.
    async fn call(&self, call: RawCall, next: Next<'_>) -> Result<RawAnswer, Error>;
}

/// What makes a call when all middleware has passed it on.
#[async_trait]
pub(crate) trait Engine: Send + Sync {
    /// Makes the call.
    async fn make(&self, call: &RawCall) -> Result<RawAnswer, Error>;

    /// The object that is called.
    fn object(&self) -> &ObjectHandle;
}

/// The rest of the way: further middleware, then the engine.
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

    /// Makes a call. It can be made several times; whether that is safe, the
    /// [`effect`](qix_schema::rpc::Method::effect) of its method says.
    ///
    /// # Errors
    ///
    /// Whatever the call ends with.
    pub fn run(&self, call: RawCall) -> impl Future<Output = Result<RawAnswer, Error>> + Send + use<'a> {
        let this = *self;
        async move {
            match this.rest {
                [] => this.engine.make(&call).await,
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
