//! Settings of a session.

mod backoff;
mod call_extensions;
pub(crate) mod event;
mod keep_alive;
mod middleware;
mod resumption;
mod retry;
mod settings;
mod workload;

pub use backoff::Backoff;
pub(crate) use call_extensions::Temporary;
pub use event::{Event, EventStream};
pub use keep_alive::KeepAlive;
pub(crate) use middleware::Engine;
pub use middleware::{Middleware, Next};
pub use resumption::{LostState, Restoration, RestorationOutcome, Resumption, StateLost};
pub use retry::{WhenModal, WhenReloading, WhenStateLost};
pub(crate) use settings::Settings;
pub use workload::WorkloadType;
