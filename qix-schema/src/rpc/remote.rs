//! The one seam between typed calls and whatever answers them.

use std::any::Any;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;

use super::{Method, ObjectHandle};
use crate::Error;

/// An object of an engine, or a stand-in for one: all that a runtime supplies.
///
/// A test double answers calls by hand:
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
    /// Sends one call to the object and waits for its answer.
    async fn invoke(&self, call: RawCall) -> Result<RawAnswer, Error>;

    /// Sends a call whose answer nobody needs, and does not wait: for what is to be undone when a value is dropped.
    /// Without a connection it is sent when there is one again, if that makes sense, or not at all.
    ///
    /// A stand-in where nothing is left behind need not implement this.
    fn order(&self, call: RawCall) {
        let _ = call;
    }

    /// Binds an object that an answer of this one names.
    fn bind(&self, object: ObjectHandle) -> Arc<dyn Remote>;

    /// What the engine calls this object.
    fn handle(&self) -> &ObjectHandle;

    /// How often the engine has said that the object's data is stale.
    fn invalidations(&self) -> u64 {
        0
    }

    /// Waits until the engine has invalidated the object more than `seen` times, and says how often by then; `None`
    /// once the object or its connection is gone.
    ///
    /// A stand-in that never invalidates anything need not implement this.
    async fn invalidated(&self, seen: u64) -> Option<u64> {
        let _ = seen;
        std::future::pending().await
    }
}

/// A call, encoded.
#[derive(Clone, Debug)]
pub struct RawCall {
    /// The method.
    pub method: Method,
    /// The parameters: the text of a JSON object.
    pub params: String,
    /// How to make the call.
    pub options: CallOptions,
}

/// How to make a call.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct CallOptions {
    /// How long to wait for the answer; the session's own limit if none.
    pub timeout: Option<Duration>,
    /// When to stop waiting for the answer, whatever the time-out.
    pub deadline: Option<Instant>,
    /// Whether the engine goes on with the call when nobody waits for its answer any more.
    pub detached: bool,
    /// Whether to ask for what has changed since the last answer only; as the method gains from it if none.
    pub delta: Option<bool>,
    extensions: Vec<Arc<dyn Any + Send + Sync>>,
}

impl CallOptions {
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

/// Finds the `result` in the text of a whole answer.
pub type Search = fn(&str) -> Option<Range<usize>>;

/// The `result` of an answer: JSON text, possibly in the middle of a longer one.
pub struct RawAnswer {
    text: Box<dyn AsRef<str> + Send + Sync>,
    range: Range<usize>,
    search: Option<Search>,
    remote: Option<Arc<dyn Remote>>,
}

impl RawAnswer {
    /// An answer from the text of its `result`.
    pub fn new(result: impl AsRef<str> + Send + Sync + 'static) -> Self {
        let range = 0..result.as_ref().len();
        Self { text: Box::new(result), range, search: None, remote: None }
    }

    /// An answer whose `result` stands at a place of a longer text, which is not copied.
    ///
    /// A place that is not within the text, at character boundaries, is an empty result.
    pub fn within(text: impl AsRef<str> + Send + Sync + 'static, range: Range<usize>) -> Self {
        Self { text: Box::new(text), range, search: None, remote: None }
    }

    /// Says how to find the place again, with more care, should what stands there turn out to be no single value.
    #[must_use]
    pub fn or_search(mut self, search: Search) -> Self {
        self.search = Some(search);
        self
    }

    /// Says what binds the objects that the answer names, if that is not the object that was called.
    #[must_use]
    pub fn bound_by(mut self, remote: Arc<dyn Remote>) -> Self {
        self.remote = Some(remote);
        self
    }

    /// What binds the objects that the answer names.
    pub(super) fn remote(&self) -> Option<&dyn Remote> {
        self.remote.as_deref()
    }

    /// Finds the place again; whether it is another one.
    pub(super) fn search(&mut self) -> bool {
        let found = self.search.take().and_then(|search| search((*self.text).as_ref()));
        found.is_some_and(|range| std::mem::replace(&mut self.range, range.clone()) != range)
    }

    /// The JSON text of the `result`.
    pub fn as_str(&self) -> &str {
        (*self.text).as_ref().get(self.range.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for RawAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawAnswer({} bytes)", self.range.len())
    }
}
