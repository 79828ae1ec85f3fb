//! Queries on several machines, by [Ballista](https://datafusion.apache.org/ballista/).
//!
//! The program plans a query and sends the plan to a scheduler, which gives parts of it to executors. Executors open
//! their own sessions. A plan contains the name of an [`Engine`]; each machine has an engine of that name, with its own
//! address and credentials.
//!
//! | process | codecs | how |
//! |---|---|---|
//! | the program | logical | [`configure`] the session |
//! | scheduler | logical and physical | `SchedulerConfig::override_logical_codec`, `override_physical_codec` |
//! | executor | physical | `ExecutorProcessConfig::override_physical_codec` |
//!
//! The example `nightly` contains all three.

mod codec;
mod message;

use std::collections::HashMap;
use std::sync::Arc;

use ballista_core::extension::SessionConfigExt;
use datafusion::error::{DataFusionError, Result};
use datafusion::prelude::SessionConfig;

pub use self::codec::{LogicalCodec, PhysicalCodec};
use crate::engine::Engine;

/// The engines that a machine knows, by name.
#[derive(Clone, Debug)]
pub struct Engines {
    by_name: Arc<HashMap<String, Arc<Engine>>>,
}

impl Engines {
    /// Collects engines. Of engines with the same name, the last one is used.
    pub fn new(engines: impl IntoIterator<Item = Arc<Engine>>) -> Self {
        let by_name = engines.into_iter().map(|engine| (engine.name().to_owned(), engine)).collect();
        Self { by_name: Arc::new(by_name) }
    }

    fn get(&self, name: &str) -> Result<Arc<Engine>> {
        self.by_name.get(name).cloned().ok_or_else(|| {
            DataFusionError::Configuration(format!("this machine has no engine `{name}`; add it to its `Engines`"))
        })
    }
}

/// Lets a session send plans that read from engines.
///
/// ```
/// use std::sync::Arc;
///
/// use ballista::prelude::SessionConfigExt;
/// use datafusion::prelude::SessionConfig;
/// use qix_client::Session;
/// use qix_datafusion::Engine;
/// use qix_datafusion::cluster::{Engines, configure};
///
/// let engine = Arc::new(Engine::new("prod", Session::builder().host("sense.corp").bearer("eyJ…")));
/// let config = configure(SessionConfig::new_with_ballista(), &Engines::new([engine]));
/// // …, then `SessionContext::remote_with_state("df://scheduler:50050", state)` and `qix_datafusion::register`
/// ```
pub fn configure(config: SessionConfig, engines: &Engines) -> SessionConfig {
    config
        .with_ballista_logical_extension_codec(Arc::new(LogicalCodec::new(engines.clone())))
        .with_ballista_physical_extension_codec(Arc::new(PhysicalCodec::new(engines.clone())))
}
