//! What a session is set up with.

mod backoff;
mod call_extensions;
pub(crate) mod event;
mod keep_alive;
mod middleware;
mod resumption;
mod retry;
mod settings;

pub use backoff::Backoff;
pub(crate) use call_extensions::{ProgressListener, Temporary};
pub use event::{Event, EventStream};
pub use keep_alive::KeepAlive;
pub(crate) use middleware::Engine;
pub use middleware::{Middleware, Next};
pub use resumption::{Restoration, RestorationOutcome, Resumption};
pub use retry::{WhenModal, WhenReloading};
pub(crate) use settings::Settings;
