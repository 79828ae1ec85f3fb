//! The two tasks of a connection: one reads, one writes.

use std::sync::{Arc, Weak};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use qix_schema::rpc::{CloseCode, Closed, ClosedBy};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::connect::{Incoming, IncomingStream, Outgoing, OutgoingSink, Transport, TransportError};
use crate::session::core::{Queued, Shared};
use crate::session::keep_alive::{self, Silence};

/// Requests that are written before a flush at most.
const BATCH: usize = 512;

/// How long the other side may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// Starts the tasks. They hold the session loosely, so that it ends when its last user is gone; the session learns
/// when all is over.
pub(crate) fn start(
    transport: Transport,
    shared: &Arc<Shared>,
    generation: u32,
    queue: mpsc::UnboundedReceiver<Queued>,
) {
    let (over, is_over) = watch::channel(());
    let (given_up, cut) = oneshot::channel();
    shared.set_ends(is_over, given_up);
    let silence = shared.settings.keep_alive.map(Silence::new);
    let reader = tokio::spawn(read(transport.reading, Arc::downgrade(shared), generation, silence));
    let writer = write(transport.writing, Arc::downgrade(shared), generation, queue);
    tokio::spawn(async move {
        tokio::select! {
            () = writer => {}
            // A peer that stopped reading must not keep this task alive.
            () = async { cut.await.ok(); sleep(GOODBYE).await } => {}
        }
        goodbye(reader).await;
        drop(over);
    });
}

/// Hands what arrives to the session until nothing more comes.
async fn read(mut incoming: IncomingStream, shared: Weak<Shared>, generation: u32, mut silence: Option<Silence>) {
    let closed = loop {
        let arrived = match &mut silence {
            None => incoming.next().await,
            Some(silence) => tokio::select! {
                biased;
                arrived = incoming.next() => {
                    silence.broken();
                    arrived
                }
                time = silence.too_long(&shared) => {
                    let reason = format!("nothing has arrived for {time:.0?}");
                    break Closed::new(ClosedBy::Network, CloseCode::LOST, reason);
                }
            },
        };
        match arrived {
            Some(Ok(Incoming::Text(text))) => match shared.upgrade() {
                Some(shared) => shared.receive(generation, text),
                // Nobody is left to hear it; the writer says goodbye, the other side answers.
                None => continue,
            },
            Some(Ok(Incoming::Close(code, reason))) => break Closed::new(ClosedBy::Engine, code, reason),
            Some(Err(error)) => break lost(&error),
            None => break Closed::new(ClosedBy::Network, CloseCode::LOST, ""),
        }
    };
    if let Some(shared) = shared.upgrade() {
        shared.disconnected(generation, closed);
    }
}

fn lost(error: &TransportError) -> Closed {
    Closed::new(ClosedBy::Network, CloseCode::LOST, error.to_string())
}

/// Sends what is queued: all that is ready, then one flush.
async fn write(
    mut outgoing: OutgoingSink,
    shared: Weak<Shared>,
    generation: u32,
    mut queue: mpsc::UnboundedReceiver<Queued>,
) {
    let mut batch = Vec::with_capacity(BATCH);
    let keep_alive = shared.upgrade().and_then(|shared| shared.settings.keep_alive);
    loop {
        let taken = match keep_alive {
            None => queue.recv_many(&mut batch, BATCH).await,
            Some(keep_alive) => keep_alive::next_batch(keep_alive, &mut queue, &mut batch, BATCH, &shared).await,
        };
        if taken == 0 {
            break;
        }
        if let Some(shared) = shared.upgrade() {
            shared.sending(&mut batch);
        }
        if let Err(error) = send(&mut outgoing, &mut batch).await {
            if let Some(shared) = shared.upgrade() {
                shared.disconnected(generation, lost(&error));
            }
            return;
        }
    }
    // The connection is given up either way.
    tokio::time::timeout(GOODBYE, outgoing.close()).await.ok();
}

async fn send(outgoing: &mut OutgoingSink, batch: &mut Vec<Queued>) -> Result<(), TransportError> {
    for queued in batch.drain(..) {
        let message = match queued {
            Queued::Call(_, text) | Queued::Notice(text) => Outgoing::Text(text),
            Queued::Close(code, reason) => Outgoing::Close(code, reason),
        };
        outgoing.feed(message).await?;
    }
    outgoing.flush().await
}

/// Lets the other side answer the goodbye, but does not wait for ever.
async fn goodbye(mut reader: JoinHandle<()>) {
    if tokio::time::timeout(GOODBYE, &mut reader).await.is_err() {
        reader.abort();
    }
}
