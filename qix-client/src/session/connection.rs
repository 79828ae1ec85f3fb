//! The two tasks of a connection: the reader and the writer.

use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use qix_schema::rpc::{CloseCode, Closed, ClosedBy};
use tokio::sync::{oneshot, watch};

use crate::connect::{Incoming, IncomingStream, Outgoing, OutgoingSink, Transport, TransportError};
use crate::platform::{JoinHandle, sleep, spawn, timeout};
use crate::session::core::{Messages, Queued, Shared};
use crate::session::keep_alive::{self, Silence};

/// Maximum number of requests that are written before a flush.
const BATCH: usize = 512;

/// Maximum time for the other side to answer a close frame.
const GOODBYE: Duration = Duration::from_secs(5);

/// Starts the tasks. They hold the session weakly, so that it ends when its last user is gone; the session is
/// notified when both have ended.
pub(crate) fn start(transport: Transport, shared: &Arc<Shared>, generation: u32, messages: Messages) {
    let (over, is_over) = watch::channel(());
    let (given_up, cut) = oneshot::channel();
    shared.set_ends(is_over, given_up);
    let silence = shared.settings.keep_alive.map(Silence::new);
    let reader = spawn(read(transport.reading, Arc::downgrade(shared), generation, silence));
    let writer = write(transport.writing, Arc::downgrade(shared), generation, messages);
    spawn(async move {
        tokio::select! {
            () = writer => {}
            // A peer that stopped reading must not keep this task alive.
            () = async { cut.await.ok(); sleep(GOODBYE).await } => {}
        }
        goodbye(reader).await;
        drop(over);
    });
}

/// Passes incoming messages to the session until the connection ends.
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
                // The session is gone; the writer sends a close frame, and the other side answers.
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

/// Sends queued messages: everything that is ready, then one flush.
async fn write(mut outgoing: OutgoingSink, shared: Weak<Shared>, generation: u32, mut messages: Messages) {
    let keep_alive = shared.upgrade().and_then(|shared| shared.settings.keep_alive);
    loop {
        let taken = match keep_alive {
            None => messages.take(BATCH).await,
            Some(keep_alive) => keep_alive::next_batch(keep_alive, &mut messages, BATCH, &shared).await,
        };
        if !taken {
            break;
        }
        if let Some(shared) = shared.upgrade() {
            shared.sending(&mut messages);
        }
        if let Err(error) = poll_fn(|cx| send(&mut outgoing, &mut messages, cx)).await {
            if let Some(shared) = shared.upgrade() {
                shared.disconnected(generation, lost(&error));
            }
            return;
        }
    }
    // The connection is dropped in any case.
    timeout(GOODBYE, outgoing.close()).await.ok();
}

fn send(
    outgoing: &mut OutgoingSink,
    messages: &mut Messages,
    cx: &mut Context<'_>,
) -> Poll<Result<(), TransportError>> {
    while let Some((queued, text)) = messages.next() {
        match queued {
            Queued::Call(_) | Queued::Notice => ready!(outgoing.as_mut().poll_text(cx, text))?,
            Queued::Close(code) => {
                ready!(outgoing.as_mut().poll_ready(cx))?;
                outgoing.as_mut().start_send(Outgoing::Close(code, String::new()))?;
            }
        }
        messages.pass();
    }
    outgoing.as_mut().poll_flush(cx)
}

/// Waits a limited time for the other side's close frame.
async fn goodbye(mut reader: JoinHandle<()>) {
    if timeout(GOODBYE, &mut reader).await.is_err() {
        reader.abort();
    }
}
