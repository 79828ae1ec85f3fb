//! Analyzes recorded traffic with an engine: matches responses with requests, lists the calls on a handle, finds the
//! calls that made an object stale, measures calculations, and lists open objects.
//!
//! A log has one `{"dir": ">" or "<", "msg": {…}}` per line, with `>` for messages from the client to the engine. The
//! member `at`, in microseconds since the start, is optional; other members are ignored. [`format`](mod@format) converts the logs of
//! other programs.
//!
//! ```
//! use qix_traffic::{Log, Options};
//!
//! let text = r#"{"dir": ">", "at": 0, "msg": {"id": 1, "handle": -1, "method": "OpenDoc", "params": ["sales"]}}
//! {"dir": "<", "at": 1500, "msg": {"id": 1, "result": {"qReturn": {"qType": "Doc", "qHandle": 1}}, "change": [1]}}"#;
//! let log = Log::read(text.as_bytes(), &Options::default())?;
//! assert_eq!(log.calls[0].took(&log).map(|took| took.to_string()).as_deref(), Some("1.50 ms"));
//! assert_eq!(log.objects_of(1).next().map(|object| object.class()), Some("Doc"));
//! # Ok::<(), qix_traffic::ReadError>(())
//! ```

mod envelope;
mod fault;
pub mod format;
#[cfg(feature = "__fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod log;
mod object;
pub mod page;
mod query;
mod read;
#[path = "../../../qix-client/src/record/redact/text.rs"]
mod redact;
mod returned;
mod secret;
mod shorten;
pub mod terminal;
mod text;
mod time;
mod tokens;
mod track;

pub use fault::{Fault, Reason};
pub use log::{Call, Direction, EngineError, Kind, Log, Message, Outcome};
pub use object::{Object, State};
pub use query::{Entry, Filter};
pub use read::{Live, Options, ReadError};
pub use time::Micros;
