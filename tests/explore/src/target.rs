//! The engine that the page connects to.

use std::fmt;
use std::io;
use std::sync::Arc;

use qix_client::{Session, SessionBuilder};
use qix_test_engine::TestEngine;

/// An engine and how to connect to it. The page cannot choose another one.
#[derive(Clone)]
pub struct Target {
    pub(crate) url: String,
    /// What the page calls it.
    pub(crate) name: String,
    pub(crate) builder: SessionBuilder,
    /// Kept running as long as it may be connected to.
    _in_memory: Option<Arc<TestEngine>>,
}

impl Target {
    /// An engine at a URL. The builder contains the URL and the credentials.
    pub fn engine(url: &str, builder: SessionBuilder) -> Self {
        Self { url: url.to_owned(), name: url.to_owned(), builder, _in_memory: None }
    }

    /// Starts an in-memory engine with the app `sales`.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is free.
    pub async fn in_memory() -> io::Result<Self> {
        let engine = TestEngine::start().await?;
        let url = format!("{}/app/", engine.url());
        let builder = Session::builder().url(&url);
        Ok(Self { url, name: "in-memory engine".to_owned(), builder, _in_memory: Some(Arc::new(engine)) })
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("name", &self.name).finish_non_exhaustive()
    }
}
