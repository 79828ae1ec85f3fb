//! Operations that have not started yet.

use std::any::Any;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use qix_schema::rpc::{CallOptions, Instant};
use qix_schema::{Error, ErrorKind};
use tokio::sync::mpsc;

use super::progress::{ProgressStream, followed};
use crate::platform;
use crate::session::ProgressListener;

/// An operation that starts when it is awaited, such as opening an app, a selection, or a reload.
///
/// An operation consists of one or more calls. Its settings are methods of `Pending` for that operation, listed below.
/// Call options start with `with_` and apply to the operation as a whole. Dropping the future cancels the current call.
///
/// It owns its data, so you can store it, move it to another task, or collect it:
///
/// ```
/// use std::future::IntoFuture;
/// use std::time::Duration;
/// use futures_util::future::try_join_all;
/// use qix_client::{Error, prelude::*};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let engine = qix_test_engine::TestEngine::start().await?;
/// # let session = Session::connect(engine.url()).await?;
/// let doc = session.open_doc("sales").with_timeout(Duration::from_secs(60)).await?;
/// let lists = [doc.dimensions(), doc.dimensions()];
/// let lists = try_join_all(lists.map(IntoFuture::into_future)).await?;
/// assert_eq!(lists[0].len(), lists[1].len());
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing happens before this is awaited"]
#[derive(Clone)]
pub struct Pending<O> {
    pub(crate) operation: O,
    options: CallOptions,
}

/// The operation of a [`Pending`].
pub trait Operation: sealed::Run + Send + 'static {}

impl<O: sealed::Run + Send + 'static> Operation for O {}

/// Operations with progress updates.
pub trait LongOperation: Operation {}

pub(crate) mod sealed {
    use super::{CallOptions, Error};

    /// Runs an operation.
    pub trait Run {
        /// The result.
        type Output: Send;

        /// Makes the calls, with options for each.
        fn run(self, options: CallOptions) -> impl Future<Output = Result<Self::Output, Error>> + Send;
    }
}

/// The future of a call or an operation.
pub(super) type Running<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

impl<O> Pending<O> {
    pub(crate) fn new(operation: O) -> Self {
        Self { operation, options: CallOptions::default() }
    }

    pub(super) fn into_parts(self) -> (O, CallOptions) {
        (self.operation, self.options)
    }

    /// Sets a timeout, which replaces the session's timeout of each call. If it expires, the client asks the engine to
    /// cancel the current call.
    ///
    /// The operation then fails with [`ErrorKind::TimedOut`].
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets a deadline. If it expires, the client asks the engine to cancel the current call.
    ///
    /// The operation then fails with [`ErrorKind::TimedOut`].
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sets whether the engine continues if the operation is dropped. Defaults to `false`: the client asks the engine
    /// to cancel the call.
    pub fn with_detached(mut self, detached: bool) -> Self {
        self.options.detached = detached;
        self
    }

    /// Attaches a value for middleware to all calls; see [`CallOptions::with_extension`].
    pub fn with_extension<T: Any + Send + Sync>(mut self, value: T) -> Self {
        self.options = self.options.with_extension(value);
        self
    }

    /// Replaces all options of the calls.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}

impl<O: LongOperation> Pending<O> {
    /// Returns the progress of the operation, with its result as the last item; see
    /// [`CallExt::progress`](crate::CallExt::progress).
    pub fn progress(mut self) -> ProgressStream<'static, O::Output> {
        let (listener, updates) = mpsc::unbounded_channel();
        self.options = self.options.with_extension(ProgressListener::new(listener));
        followed(self.into_future(), updates)
    }
}

impl<O: Operation> IntoFuture for Pending<O> {
    type Output = Result<O::Output, Error>;
    type IntoFuture = Running<'static, O::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { operation, mut options } = self;
        Box::pin(async move {
            let timeout = options.timeout;
            // The clock of the call timeouts.
            let now = platform::Instant::now();
            let end = timeout.and_then(|timeout| now.checked_add(timeout)).map(Instant::from);
            options.deadline = end.into_iter().chain(options.deadline).min();
            let outcome = operation.run(options).await;
            outcome.map_err(|error| match timeout {
                // The call had less time than the whole operation.
                Some(timeout) if matches!(error.kind(), ErrorKind::TimedOut(left) if *left < timeout) => {
                    let whole = Error::from(ErrorKind::TimedOut(timeout));
                    match (error.method(), error.object()) {
                        (Some(method), Some(object)) => whole.of_call(method, object),
                        _ => whole,
                    }
                }
                _ => error,
            })
        })
    }
}

impl<O: fmt::Debug> fmt::Debug for Pending<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").field("operation", &self.operation).field("options", &self.options).finish()
    }
}
