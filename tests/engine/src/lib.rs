//! An engine to test clients of the Qlik engine against: in memory, inside the test, on a real socket.
//!
//! It speaks the engine's protocol: sessions shared by sockets, handles, invalidation, deltas, aborted
//! calculations, progress of reloads. It loads data with a large part of the load script, selects, and
//! calculates hypercubes and lists. It is a test double: it saves nothing when it stops, and returns an
//! error that names what it does not support.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! use qix_test_engine::{App, Fault, TestEngine};
//! use std::time::Duration;
//!
//! let engine = TestEngine::builder()
//!     .with_app(App::new("planets").script("Planets: LOAD * INLINE [Planet, Moons\nEarth, 1\nMars, 2];"))
//!     .fault(Fault::delay(Duration::from_millis(20)).on("GetLayout").times(1))
//!     .start()
//!     .await?;
//!
//! // … connect the client under test to engine.url(), open "planets" or "sales", …
//!
//! engine.fault(Fault::close(4003, "")); // the next response is a close frame
//! for request in engine.requests() {
//!     println!("{} for handle {}", request.method, request.handle);
//! }
//! # Ok(()) }
//! ```
//!
//! The same engine is a program, for clients in other languages and for manual tests:
//!
//! ```text
//! cargo install qix-test-engine --features cli
//! qix-test-engine --port 9076 --app planets.qvs --folder data
//! ```
//!
//! There, an address can add faults for its own socket: `ws://127.0.0.1:9076/app/sales?fault=delay%3D200`; see
//! [`Fault`] for the syntax.
//!
//! Addresses have the same meaning as for a real engine: `/app/<id>`, then `/identity/<x>` for a separate session
//! and `/ttl/<seconds>` for one that outlives its sockets; `/app/SessionApp_<x>?from=<app>` for an app that ends
//! with its session. Sockets of the same user (header `X-Qlik-User`) and the same address share a session. `DoSave`
//! saves apps, in memory only: unsaved changes are lost when the last session leaves the app.

// Compiles the code in the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod calculate;
pub mod data;
pub mod error;
pub mod expression;
pub mod script;
pub mod selection;
pub mod value;

mod app;
mod engine;
mod faults;
mod methods;
mod objects;
mod protocol;
mod proxy;
mod received;
mod server;
mod session;

pub use app::{App, AppError};
pub use engine::{Builder, TestEngine};
pub use error::EngineError;
pub use faults::Fault;
pub use methods::coverage;
pub use proxy::{Login, Proxy, VirtualProxy};
pub use received::{Received, Upgrade};
pub use script::SqlResult;
pub use session::world::OnOpen;
