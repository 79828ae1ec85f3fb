//! An engine to test clients of Qlik's engine against: in memory, inside the test, on a real socket.
//!
//! It speaks the protocol as an engine does: sessions that sockets share, handles, invalidation, deltas, aborted
//! calculations, progress of reloads. It loads data with a useful part of the load script, selects, and
//! calculates hypercubes and lists. It is a test double: nothing is kept beyond the process, and what it cannot
//! do it says.
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
//! engine.fault(Fault::close(4003, "")); // the next answer is a close frame
//! for request in engine.requests() {
//!     println!("{} for handle {}", request.method, request.handle);
//! }
//! # Ok(()) }
//! ```

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
mod received;
mod server;
mod session;

pub use app::App;
pub use engine::{Builder, TestEngine};
pub use error::EngineError;
pub use faults::Fault;
pub use methods::coverage;
pub use received::{Received, Upgrade};
