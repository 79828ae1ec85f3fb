//! A client for Qlik engines (QIX): typed calls over a WebSocket.
//!
//! [`Session`] is a connection to an engine. Its objects ([`Doc`], [`Field`], [`GenericObject`], …) and their methods are
//! generated from the engine's published schema by `qix-schema`; this crate connects them to an engine, and adds what
//! most programs need.
//!
//! ```no_run
//! use futures_util::TryStreamExt;
//! use qix_client::{Error, prelude::*};
//!
//! # async fn f() -> Result<(), Error> {
//! let session = Session::connect("ws://localhost:4848/app/").await?;
//! let doc = session.open_doc("Sales.qvf").await?;
//! doc.select("Year", [2024]).await?;
//!
//! let cube = HyperCubeDef::default()
//!     .with_dimensions([NxDimension::field("Region")])
//!     .with_measures([NxMeasure::expression("Sum(Sales)")]);
//! let table = doc.create_session_object(cube.into()).await?;
//! let mut rows = table.rows::<(String, f64)>();
//! while let Some((region, sales)) = rows.try_next().await? {
//!     println!("{region}: {sales}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Overview
//!
//! | to | use |
//! |---|---|
//! | learn by task | [`guide`]: [connect](guide::connect), [select](guide::select), [read data](guide::read_data), [react to changes](guide::react), [find what an app contains](guide::content), [reload](guide::reload), [load rows](guide::load), [survive a lost connection](guide::survive), [make several calls at once](guide::concurrency), [serve many users](guide::services), [log](mod@guide::tracing), [run in a browser](guide::browser), [test your code](mod@guide::test), [facts about engines](guide::facts) |
//! | import common items | [`prelude`] |
//! | connect | [`Session::builder`], [`SessionBuilder`], [`ConnectError`], [`transport`] |
//! | read, calculate, select, reload, load | [`DocExt`], [`GenericObjectExt`]; their types are in [`rows`], [`lists`], [`select`], [`expression`], [`reload`], [`load`] |
//! | follow changes and progress | [`ObjectExt`], [`watch`]; [`CallExt`], [`progress`] |
//! | set a timeout for an operation, or cancel it | [`Pending`], [`Call`] |
//! | find, create, and copy what an app stores | [`DocExt`], [`OptionalExt`], [`stored`] |
//! | find all objects of an app, at any depth | [`DocExt::all_objects`], [`GenericObjectExt::descendants`], [`walk`] |
//! | call any method of the engine | [`DocApi`], [`FieldApi`], [`GenericObjectApi`], [`GlobalApi`], …; [`types`] |
//! | handle errors | [`Error`], [`ErrorKind`], [`Error::retry`], [`Error::downcast_ref`] |
//! | open many apps, for many users | [`Engine`], [`EngineBuilder`] |
//! | keep a session alive | [`SessionBuilder::reconnect`], [`Backoff`], [`KeepAlive`], [`resumption`], [`Event`], [`notification`] |
//! | observe, change, or repeat calls | [`Middleware`] |
//! | record and replay | [`record`] |
//!
//! Parameters have the names of the schema; options of a call or an operation start with `with_`. Nothing is sent
//! before a call is awaited or polled. Streams do not have to be pinned.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `tls` | yes | `wss://` with rustls and the certificates of the operating system |
//! | `proxy` | no | HTTP proxies named by the environment (`HTTPS_PROXY`, `NO_PROXY`) |
//! | `oauth` | no | OAuth client credentials for Qlik Cloud: [`SessionBuilder`]`::oauth` |
//! | `pfx` | no | client certificates from PFX files: [`SessionBuilder`]`::client_certificate_pfx` |
//! | `download` | no | downloading what the engine exports: `DownloadExt` in the module `download` |
//! | `arrow` | no | hypercubes as Arrow record batches: `record_batches` of [`GenericObjectExt`] |
//!
//! In a [browser](guide::browser), only `arrow` has an effect: the browser opens connections and has TLS and proxies of its
//! own.

#![cfg_attr(docsrs, feature(doc_cfg))]
// The two clocks of other platforms are one type in a browser.
#![cfg_attr(target_family = "wasm", allow(clippy::useless_conversion))]

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
mod platform;
mod pool;
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

pub use config::{
    Backoff, Event, EventStream, KeepAlive, Middleware, Next, WhenModal, WhenReloading, WhenStateLost, WorkloadType,
};
#[cfg(target_family = "wasm")]
pub use connect::browser::close_on_panic;
#[cfg(all(feature = "tls", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use connect::native::certificates::KeyMaterial;
pub use connect::{ConnectError, transport};
#[cfg(feature = "arrow")]
#[cfg_attr(docsrs, doc(cfg(feature = "arrow")))]
pub use ext::arrow;
pub use ext::doc_ext::DocExt;
#[cfg(all(feature = "download", not(target_family = "wasm")))]
#[cfg_attr(docsrs, doc(cfg(feature = "download")))]
pub use ext::download;
pub use ext::generic_object_ext::GenericObjectExt;
pub use ext::open_doc::{OpenDoc, OpenError};
pub use ext::optional::OptionalExt;
pub use ext::pending::{LongOperation, Operation, Pending};
pub use ext::progress::{CallExt, Progress};
pub use ext::watch::ObjectExt;
pub use ext::{expression, lists, load, progress, reload, rows, select, stored, walk, watch};
pub use pool::{AppEvent, AppEventStream, AppSession, Engine, EngineBuilder, OpenApp};
pub use protocol::notification;
pub use session::{Session, SessionBuilder};
