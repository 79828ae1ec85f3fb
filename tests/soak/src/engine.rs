//! The test engine, isolated from the client.

use std::io;
use std::ops::Deref;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use qix_test_engine::TestEngine;
use tokio::sync::oneshot;

/// A test engine with its own thread and runtime, so that its resources are not attributed to the client.
#[derive(Debug)]
pub struct Engine {
    engine: Arc<TestEngine>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the engine.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is free or no thread can be created.
    pub fn start() -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let (running, runs) = mpsc::channel();
        let thread = thread::Builder::new().name("engine".to_owned()).spawn(move || {
            runtime.block_on(async {
                // Long enough for a client to reconnect, and short enough for a round to end.
                let engine = TestEngine::builder().session_ttl(Duration::from_millis(100)).start().await;
                running.send(engine).ok();
                stopped.await.ok();
            });
        })?;
        let engine = Arc::new(runs.recv().map_err(io::Error::other)??);
        Ok(Self { engine, stop: Some(stop), thread: Some(thread) })
    }

    pub(crate) fn shared(&self) -> Arc<TestEngine> {
        Arc::clone(&self.engine)
    }
}

impl Deref for Engine {
    type Target = TestEngine;

    fn deref(&self) -> &TestEngine {
        &self.engine
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}
