//! A page per task, from connecting to testing.
//!
//! Every example runs against the in-memory engine of `qix-test-engine`, which it starts first. For your engine, only the
//! address differs.
//!
//! 1. [`connect`]: to Desktop, Enterprise, Cloud
//! 2. [`select`]: in fields and lists, and in alternate states
//! 3. [`read_data`]: rows, layouts, single values; with the feature `arrow`, a separate page about `columns`, and with the
//!    feature `download`, one about `files`
//! 4. [`react`]: to selections and reloads
//! 5. [`content`]: what an app consists of
//! 6. [`reload`]: with progress, and errors with their lines
//! 7. [`load`]: rows from your program
//! 8. [`survive`]: lost connections
//! 9. [`concurrency`]: several calls at once
//! 10. [`services`]: many apps and many users
//! 11. [`tracing`](mod@tracing): logging what the client does
//! 12. [`browser`]: the client in a web page
//! 13. [`test`](mod@test): your code
//! 14. [`facts`]: what the client relies on, to check on your engine

#[doc = include_str!("connect.md")]
pub mod connect {}

#[doc = include_str!("select.md")]
pub mod select {}

#[doc = include_str!("read_data.md")]
pub mod read_data {}

#[cfg(feature = "arrow")]
#[doc = include_str!("columns.md")]
pub mod columns {}

#[doc = include_str!("react.md")]
pub mod react {}

#[doc = include_str!("content.md")]
pub mod content {}

#[cfg(all(feature = "download", not(target_family = "wasm")))]
#[doc = include_str!("files.md")]
pub mod files {}

#[doc = include_str!("reload.md")]
pub mod reload {}

#[doc = include_str!("load.md")]
pub mod load {}

#[doc = include_str!("survive.md")]
pub mod survive {}

#[doc = include_str!("concurrency.md")]
pub mod concurrency {}

#[doc = include_str!("services.md")]
pub mod services {}

#[doc = include_str!("tracing.md")]
pub mod tracing {}

#[doc = include_str!("browser.md")]
pub mod browser {}

#[doc = include_str!("test.md")]
pub mod test {}

#[doc = include_str!("facts.md")]
pub mod facts {}
