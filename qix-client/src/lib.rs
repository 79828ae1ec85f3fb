//! A client of Qlik's engine (QIX): typed calls over a WebSocket.
//!
//! [`Session`] is a connection to an engine. Its objects, [`Doc`], [`Field`], [`GenericObject`], … come from
//! `qix-schema`, which holds the engine's whole API; this crate brings them to life.
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
//! [`guide`] has a page per task: [connect](guide::connect), [select](guide::select), [read data](guide::read_data),
//! [react to changes](guide::react), [reload](guide::reload), [load rows](guide::load), [survive a lost connection](guide::survive),
//! [test your code](guide::test).
//!
//! # From call to answer
//!
//! A call is encoded in the caller's task, queued, and written by one task that sends all that is queued before it
//! flushes. One task reads: it finds the id, the handles that became stale or are gone, and the place of the result,
//! and hands the text to the caller's task, which decodes it. A slow caller holds up nobody.
//!
//! # What happened
//!
//! Who listens to [`tracing`] at its level `DEBUG` gets a span for each call, `qix.call`, with `class`, `method`, `handle`
//! and `id`, `request_bytes` and `answer_bytes`, and three times in microseconds: `waiting_us` for a turn, a connection
//! or a repetition, `engine_us` from the request's being queued to the answer, `decoding_us` to the typed value.
//! Events in it are `called`, `answered`, `failed` and `given up`. No payload is told, unless
//! [`trace_payloads`](SessionBuilder::trace_payloads) asks for it.

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
    //! What became of a session that went on over another connection.

    pub use crate::config::{Restoration, RestorationOutcome, Resumption};
}
mod session;

#[cfg(feature = "arrow")]
pub use arrow_array;
#[cfg(feature = "arrow")]
pub use arrow_schema;
pub use async_trait::async_trait;

#[doc(no_inline)]
pub use qix_schema::*;

pub use config::{Backoff, Event, EventStream, KeepAlive, Middleware, Next, WhenModal, WhenReloading};
#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use connect::certificates::KeyMaterial;
pub use connect::{ConnectError, transport};
#[cfg(feature = "arrow")]
#[cfg_attr(docsrs, doc(cfg(feature = "arrow")))]
pub use ext::arrow;
pub use ext::doc_ext::DocExt;
pub use ext::generic_object_ext::GenericObjectExt;
pub use ext::open_doc::OpenDoc;
pub use ext::pending::{LongOperation, Operation, Pending};
pub use ext::progress::{CallExt, Progress};
pub use ext::watch::ObjectExt;
pub use ext::{lists, load, progress, reload, rows, select, watch};
pub use protocol::notification;
pub use session::{Session, SessionBuilder};
