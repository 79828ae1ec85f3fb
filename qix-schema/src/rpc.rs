//! Calls: requests, the interface of a runtime, and the code between the two.
//!
//! A generated trait method builds a [`Call`] around a [`Request`]. Awaiting it encodes the request, passes it to the
//! [`Remote`], and decodes the [`Answer`]. Runtimes, recordings, and test doubles implement [`Remote`].

mod answer;
mod call;
mod clock;
mod closed;
mod object;
mod remote;
mod request;
mod send;

pub use answer::Answer;
pub use call::Call;
pub use clock::Instant;
pub use closed::{CloseCode, Closed, ClosedBy, Retry};
pub use object::{AsRemote, Class, ObjectHandle};
#[doc(hidden)]
pub use remote::FindResult;
pub use remote::{CallOptions, RawAnswer, RawCall, Remote};
pub use request::{Effect, Method, Request};
#[doc(hidden)]
pub use send::boxed;
pub use send::{notify, send, send_with};
#[doc(hidden)]
pub use send::{read_raw, send_raw};
