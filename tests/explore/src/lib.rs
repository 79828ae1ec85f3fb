//! A local page to try every method of an engine by hand.
//!
//! [`Explorer`] serves the page on the loopback interface, under an address with a random token. The page shows the
//! open objects of one session, the methods of their classes with forms for the parameters, and the traffic.
//!
//! ```no_run
//! use qix_explore::{Explorer, Target};
//!
//! # async fn f() -> Result<(), Box<dyn std::error::Error>> {
//! let explorer = Explorer::start(Target::in_memory().await?, 0).await?;
//! println!("open {}", explorer.url());
//! explorer.run().await;
//! # Ok(())
//! # }
//! ```

mod code;
mod desk;
mod files;
mod guard;
mod message;
mod replay;
mod schema;
mod server;
mod tap;
mod target;

pub use server::Explorer;
pub use target::Target;
