//! The sockets: listening, the HTTP request that opens each of them, and the messages after it.

pub(crate) mod address;
mod answers;
pub(crate) mod head;
mod socket;

use crate::session::world::World;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// State shared by all tasks of an engine.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    world: Mutex<World>,
}

impl Shared {
    pub(crate) fn new(world: World) -> Self {
        Self { world: Mutex::new(world) }
    }

    /// The world. It stays usable after a panic elsewhere, because tests need their responses.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts sockets until it is dropped, which closes them too.
pub(crate) async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let mut sockets = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Small messages in both directions: waiting to fill a packet costs more than it saves.
                    let _ = stream.set_nodelay(true);
                    sockets.spawn(socket::run(stream, Arc::clone(&shared)));
                }
                // Out of file descriptors or the like: open sockets continue.
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = sockets.join_next() => {}
        }
    }
}
