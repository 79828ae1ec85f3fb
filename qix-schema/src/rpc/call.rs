//! A call that is about to be made.

use std::any::Any;
use std::fmt;
use std::future::{Future, IntoFuture, ready};
use std::pin::Pin;
use std::time::{Duration, Instant};

use qix_schema::Error;
use qix_schema::rpc::{CallOptions, Remote, Request, send};

/// A call: parameters that are optional and options of the call can still be set; awaiting sends it.
///
/// Parameters keep the schema's names; options of the call start with `with_`, so that the two never collide.
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
    /// A call of a method of an object.
    pub fn new(remote: &'a dyn Remote, request: R) -> Self {
        Self { state: State::Pending(remote, request), options: CallOptions::default() }
    }

    /// A call that is answered already: for test doubles that override a method.
    pub fn ready(outcome: Result<R::Response, Error>) -> Self {
        Self { state: State::Ready(Box::new(outcome)), options: CallOptions::default() }
    }

    /// Changes the request.
    pub fn map(mut self, change: impl FnOnce(R) -> R) -> Self {
        if let State::Pending(remote, request) = self.state {
            self.state = State::Pending(remote, change(request));
        }
        self
    }

    /// Gives up after a time; the engine is told to cancel what it has begun.
    ///
    /// The call then ends with [`ErrorKind::TimedOut`](qix_schema::ErrorKind::TimedOut).
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }

    /// Gives up at a point in time, whatever the time-out; the engine is told to cancel what it has begun.
    ///
    /// The call then ends with [`ErrorKind::TimedOut`](qix_schema::ErrorKind::TimedOut).
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Lets the engine go on with the call when nobody waits for its answer any more: when the future is dropped or
    /// its time is up. Without this the engine is told to cancel it.
    pub fn with_detached(mut self) -> Self {
        self.options.detached = true;
        self
    }

    /// Asks for what has changed since the last answer only, or for all of it. What comes back is the same either
    /// way; layouts are asked for in this way without it.
    ///
    /// Only a method that reads, and has exactly one result, can be asked so.
    pub fn with_delta(mut self, delta: bool) -> Self {
        self.options.delta = Some(delta);
        self
    }

    /// Attaches a value for the runtime or a middleware: see [`CallOptions::with_extension`].
    pub fn with_extension<T: Any + Send + Sync>(mut self, value: T) -> Self {
        self.options = self.options.with_extension(value);
        self
    }

    /// Sets all options of the call.
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
            State::Pending(remote, request) => Box::pin(send(remote, request, self.options)),
        }
    }
}
