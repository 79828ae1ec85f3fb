//! Calls that have not been sent yet.

use std::any::Any;
use std::fmt;
use std::future::{Future, IntoFuture, ready};
use std::pin::Pin;
use std::time::Duration;

use qix_schema::Error;
use qix_schema::rpc::{CallOptions, Instant, Remote, Request, boxed};

/// A call that is sent when it is awaited. Until then, you can set optional parameters and call options.
///
/// Parameters have the names of the schema. Call options start with `with_`, so the two never collide.
#[must_use = "a call is sent only when it is awaited"]
pub struct Call<'a, R: Request> {
    state: State<'a, R>,
    options: CallOptions,
}

enum State<'a, R: Request> {
    Pending(&'a dyn Remote, R),
    Ready(Box<Result<R::Response, Error>>),
}

impl<'a, R: Request> Call<'a, R> {
    /// Creates a call of a method of an object.
    pub fn new(remote: &'a dyn Remote, request: R) -> Self {
        Self { state: State::Pending(remote, request), options: CallOptions::default() }
    }

    /// Creates a call with a fixed response, for test doubles that override a method.
    pub fn ready(outcome: Result<R::Response, Error>) -> Self {
        Self { state: State::Ready(Box::new(outcome)), options: CallOptions::default() }
    }

    /// Modifies the request.
    pub fn map(mut self, change: impl FnOnce(R) -> R) -> Self {
        if let State::Pending(remote, request) = self.state {
            self.state = State::Pending(remote, change(request));
        }
        self
    }

    /// Sets a timeout. If it expires, the client asks the engine to cancel the request.
    ///
    /// The call then fails with [`ErrorKind::TimedOut`](qix_schema::ErrorKind::TimedOut).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Sets a deadline, in addition to the timeout. If it expires, the client asks the engine to cancel the request.
    ///
    /// The call then fails with [`ErrorKind::TimedOut`](qix_schema::ErrorKind::TimedOut).
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sets whether the engine continues if the future is dropped or the timeout expires. Defaults to false: the client
    /// asks the engine to cancel the request.
    pub fn with_detached(mut self, detached: bool) -> Self {
        self.options.detached = detached;
        self
    }

    /// Sets whether to request a delta, which contains only the changes since the last response, instead of a
    /// complete response. The decoded result is the same. Deltas are the default for layouts.
    ///
    /// Applies only to methods that read and have exactly one result.
    pub fn with_delta(mut self, delta: bool) -> Self {
        self.options.delta = Some(delta);
        self
    }

    /// Attaches a value for the runtime or a middleware; see [`CallOptions::with_extension`].
    pub fn with_extension<T: Any + Send + Sync>(mut self, value: T) -> Self {
        self.options = self.options.with_extension(value);
        self
    }

    /// Replaces all call options.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}

impl<R: Request + fmt::Debug> fmt::Debug for Call<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            State::Pending(remote, request) => {
                f.debug_struct("Call").field("of", &remote.handle()).field("request", request).finish()
            }
            State::Ready(_) => f.debug_struct("Call").field("method", &R::METHOD).finish(),
        }
    }
}

impl<'a, R: Request + 'a> IntoFuture for Call<'a, R> {
    type Output = Result<R::Response, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        match self.state {
            State::Ready(outcome) => Box::pin(ready(*outcome)),
            State::Pending(remote, request) => boxed(remote, &request, self.options),
        }
    }
}
