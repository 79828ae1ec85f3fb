//! The interface between typed calls and runtimes.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::{Instant, Method, ObjectHandle};
use crate::Error;

/// An engine object, or a test double. This is all that a runtime implements.
///
/// A test double returns fixed responses:
///
/// ```
/// use std::sync::Arc;
/// use qix_schema::rpc::{ObjectHandle, RawAnswer, RawCall, Remote};
/// use qix_schema::{Class, Error, FieldApi, Field};
///
/// #[derive(Debug)]
/// struct Double(ObjectHandle);
///
/// #[async_trait::async_trait]
/// impl Remote for Double {
///     async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error> {
///         assert_eq!(call.method.name, "GetCardinal");
///         Ok(RawAnswer::new(r#"{"qReturn": 12}"#))
///     }
///     fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote> {
///         Arc::new(Double(object))
///     }
///     fn handle(&self) -> &ObjectHandle {
///         &self.0
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Error> {
/// let field = Field::from_remote(Arc::new(Double(ObjectHandle::new("Field", 1))));
/// assert_eq!(field.get_cardinal().await?, 12);
/// # Ok(())
/// # }
/// ```
#[async_trait]
pub trait Remote: fmt::Debug + Send + Sync {
    /// Sends a call to the object and waits for the response.
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error>;

    /// Sends a call without waiting for its response, for cleanup when a value is dropped. Without a connection, the
    /// call is sent after reconnecting if that makes sense; otherwise, it is discarded.
    ///
    /// Optional for test doubles without cleanup.
    fn notify(&self, call: RawCall) {
        let _ = call;
    }

    /// Binds an object contained in a response of this one.
    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote>;

    /// The handle of this object.
    fn handle(&self) -> &ObjectHandle;

    /// How many times the engine has reported the object as stale.
    fn invalidations(&self) -> u64 {
        0
    }

    /// Waits until the engine has reported the object as stale more than `seen` times and returns the new number;
    /// returns `None` if the object or its connection is gone.
    ///
    /// Optional for test doubles that never become stale.
    async fn invalidated(&self, seen: u64) -> Option<u64> {
        let _ = seen;
        std::future::pending().await
    }
}

/// An encoded call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RawCall {
    /// The method.
    pub method: Method,
    /// The parameters: JSON text of an object.
    pub params: String,
    /// The call options.
    pub options: CallOptions,
}

impl RawCall {
    /// Creates a call of a method with parameters: JSON text of an object.
    pub fn new(method: Method, params: impl Into<String>) -> Self {
        Self { method, params: params.into(), options: CallOptions::default() }
    }

    /// Sets the call options.
    #[must_use]
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }
}

/// Call options.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// Timeout. Defaults to the timeout of the session.
    pub timeout: Option<Duration>,
    /// Deadline, in addition to the timeout.
    pub deadline: Option<Instant>,
    /// Whether the engine continues without a caller.
    pub detached: bool,
    /// Whether to request a delta. Defaults to what is best for the method.
    pub delta: Option<bool>,
    extensions: Vec<Arc<dyn Any + Send + Sync>>,
}

impl CallOptions {
    /// Sets the timeout, in place of the session's.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets the deadline, in addition to the timeout.
    #[must_use]
    pub fn with_deadline(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets whether the engine continues without a caller.
    #[must_use]
    pub fn with_detached(mut self, detached: bool) -> Self {
        self.detached = detached;
        self
    }

    /// Sets whether to request a delta.
    #[must_use]
    pub fn with_delta(mut self, delta: bool) -> Self {
        self.delta = Some(delta);
        self
    }

    /// Attaches a value for the runtime or a middleware, which finds it by its type. A later value of the same type
    /// replaces it.
    ///
    /// ```
    /// use qix_schema::rpc::CallOptions;
    ///
    /// #[derive(Debug, PartialEq)]
    /// struct RequestId(u64);
    ///
    /// let options = CallOptions::default().with_extension(RequestId(7));
    /// assert_eq!(options.extension(), Some(&RequestId(7)));
    /// ```
    #[must_use]
    pub fn with_extension<T: Any + Send + Sync>(mut self, value: T) -> Self {
        self.extensions.retain(|known| !known.is::<T>());
        self.extensions.push(Arc::new(value));
        self
    }

    /// The attached value of a type.
    pub fn extension<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.extensions.iter().find_map(|value| value.downcast_ref())
    }
}

/// Finds the `result` in the text of a whole response.
pub type FindResult = fn(&str) -> Option<Range<usize>>;

/// The `result` of a response: JSON text, possibly part of a longer text.
pub struct RawAnswer {
    text: Text,
    range: Range<usize>,
    search: Option<FindResult>,
    remote: Option<Arc<dyn Remote>>,
}

/// A text of any kind; a string is not boxed.
enum Text {
    String(String),
    Other(Box<dyn AsRef<str> + Send + Sync>),
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::String(text) => text,
            Self::Other(text) => (**text).as_ref(),
        }
    }
}

impl RawAnswer {
    /// Creates a response from the text of its `result`.
    pub fn new(result: impl AsRef<str> + Send + Sync + 'static) -> Self {
        let range = 0..result.as_ref().len();
        Self { text: Text::Other(Box::new(result)), range, search: None, remote: None }
    }

    /// The JSON text of the `result`.
    pub fn as_str(&self) -> &str {
        self.text.as_str().get(self.range.clone()).unwrap_or_default()
    }
}

/// For the WebSocket session: it does not copy the `result` out of the message, and looks for it at its usual place first.
#[doc(hidden)]
impl RawAnswer {
    /// Creates a response whose `result` is part of a longer text, without copying it.
    ///
    /// If the range is not within the text or not on character boundaries, the result is empty.
    pub fn within(text: impl AsRef<str> + Send + Sync + 'static, range: Range<usize>) -> Self {
        Self { text: Text::Other(Box::new(text)), range, search: None, remote: None }
    }

    /// Like [`within`](Self::within), for a string, which is not boxed.
    pub fn within_string(text: String, range: Range<usize>) -> Self {
        Self { text: Text::String(text), range, search: None, remote: None }
    }

    /// Sets a slower search for the result, used if the text at the given range is not a single value.
    #[must_use]
    pub fn or_search(mut self, search: FindResult) -> Self {
        self.search = Some(search);
        self
    }

    /// Sets the remote that binds objects in the response. Defaults to the object that was called.
    #[must_use]
    pub fn bound_by(mut self, remote: Arc<dyn Remote>) -> Self {
        self.remote = Some(remote);
        self
    }

    /// Replaces the remote that binds objects in the response, if one is set.
    #[must_use]
    pub fn map_remote(mut self, change: impl FnOnce(Arc<dyn Remote>) -> Arc<dyn Remote>) -> Self {
        self.remote = self.remote.map(change);
        self
    }

    /// The remote that binds objects in the response.
    pub(super) fn remote(&self) -> Option<&dyn Remote> {
        self.remote.as_deref()
    }

    /// Repeats the search; returns whether the range changed.
    pub(super) fn search(&mut self) -> bool {
        let found = self.search.take().and_then(|search| search(self.text.as_str()));
        found.is_some_and(|range| std::mem::replace(&mut self.range, range.clone()) != range)
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawAnswer({} bytes)", self.range.len())
    }
}
