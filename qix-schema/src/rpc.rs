//! Calls: what a request is, what a runtime supplies, and what lies between the two.
//!
//! A generated trait method builds a [`Call`] around a [`Request`]; awaiting it encodes the request, hands it to the
//! [`Remote`] and decodes the [`Answer`]. A runtime, a recording or a test double implements [`Remote`], and nothing else.

mod answer;
mod call;
mod closed;
mod object;
mod remote;
mod request;
mod send;

pub use answer::Answer;
pub use call::Call;
pub use closed::{CloseCode, Closed, ClosedBy, Retry};
pub use object::{AsRemote, Class, ObjectHandle};
pub use remote::{CallOptions, RawAnswer, RawCall, Remote, Search};
pub use request::{Effect, Method, Request};
pub use send::{notify, send, send_with};
