//! What a session is set up with.

mod backoff;
pub(crate) mod event;
mod keep_alive;
mod middleware;
mod resumption;
mod retry;
mod settings;

pub use backoff::Backoff;
pub use event::Event;
pub use keep_alive::KeepAlive;
pub use middleware::{Middleware, Next};
pub use resumption::{Restoration, RestorationOutcome, Resumption};
pub use retry::{WhenModal, WhenReloading};
pub(crate) use settings::Settings;
