//! A client for the Qlik engine (QIX): typed calls over a WebSocket.
//!
//! [`Session`] is a connection to an engine. The classes [`Doc`], [`Field`], [`GenericObject`], … are defined by
//! `qix-schema`, which contains the engine's complete API.
//!
//! ```no_run
//! use qix_client::{Error, prelude::*};
//!
//! # async fn f() -> Result<(), Error> {
//! let session = Session::connect("ws://localhost:4848/app/").await?;
//! let doc = session.open_doc("Sales.qvf").await?;
//! let cube = doc.create_session_object(GenericObjectProperties::default()).await?;
//! println!("{:?}", cube.get_layout().await?);
//! # Ok(())
//! # }
//! ```
//!
//! The [`guide`] has one page per task: [connect](guide::connect), [select](guide::select), [read
//! data](guide::read_data),
//! [react to changes](guide::react), [reload](guide::reload), [load rows](guide::load), [survive a lost
//! connection](guide::survive),
//! and [test your code](guide::test).
//!
//! # How calls work
//!
//! A call is encoded in the caller's task, queued, and written by a writer task that sends everything that is queued
//! before
//! it flushes. A reader task finds the ID, the stale and closed handles, and the position of the result, and passes
//! the text
//! to the caller's task, which decodes it. A slow caller does not delay others.
//!
//! # Tracing
//!
//! With [`tracing`] at level `DEBUG`, each call has a span `qix.call` with `class`, `method`, `handle` and `id`,
//! `request_bytes` and `answer_bytes`, and three durations in microseconds: `waiting_us` for a slot, a connection, or
//! a
//! retry; `engine_us` from queuing the request to the response; and `decoding_us` for decoding the value. Its events
//! are
//! `called`, `answered`, `failed`, and `given up`. Payloads are logged only with
//! [`trace_payloads`](SessionBuilder::trace_payloads).

#![cfg_attr(docsrs, feature(doc_cfg))]

// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod config;
mod connect;
mod ext;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
pub mod guide;
pub mod prelude;
mod protocol;
pub mod record;
pub mod resumption {
    //! The result of resuming a session over another connection.

    pub use crate::config::{LostState, Restoration, RestorationOutcome, Resumption, StateLost};
}
mod session;

#[cfg(feature = "arrow")]
pub use arrow_array;
#[cfg(feature = "arrow")]
pub use arrow_schema;
pub use async_trait::async_trait;

#[doc(no_inline)]
pub use qix_schema::*;

pub use config::{Backoff, Event, EventStream, KeepAlive, Middleware, Next, WhenModal, WhenReloading, WhenStateLost};
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use connect::certificates::KeyMaterial;
pub use connect::{ConnectError, transport};
#[cfg(feature = "arrow")]
#[cfg_attr(docsrs, doc(cfg(feature = "arrow")))]
pub use ext::arrow;
pub use ext::doc_ext::DocExt;
pub use ext::generic_object_ext::GenericObjectExt;
pub use ext::open_doc::{OpenDoc, OpenError};
pub use ext::pending::{LongOperation, Operation, Pending};
pub use ext::progress::{CallExt, Progress};
pub use ext::watch::ObjectExt;
pub use ext::{lists, load, progress, reload, rows, select, watch};
pub use protocol::notification;
pub use session::{Session, SessionBuilder};
