//! A turn of a client: the same for all in Rust.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use crate::gauge::{Gauge, Memory, Report};
use crate::load::{Change, Load};

/// What is measured of a client. Each call fails unless its answer is the right one.
pub(super) trait Client: Send + Sync + 'static {
    /// A small call, about a number.
    fn call(&self, number: u32) -> impl Future<Output = Result<()>> + Send;

    /// A page of 10,000 cells.
    fn page(&self) -> impl Future<Output = Result<()>> + Send;

    /// The next of two answers that take turns.
    fn answer(&self, change: Change, delta: bool) -> impl Future<Output = Result<()>> + Send;
}

/// Connects and takes a turn, after half of one to warm up.
pub(super) async fn turn<C: Client>(
    connect: impl Future<Output = Result<C>>,
    load: Load,
    time: Duration,
) -> Result<Report> {
    let before = Memory::get();
    let client = Arc::new(connect.await?);
    work(&client, load, time / 2).await?;
    let gauge = Gauge::start();
    let done = work(&client, load, time).await?;
    Ok(gauge.report(done, before))
}

/// Keeps a client busy for a time; how often it did what it was asked for.
async fn work<C: Client>(client: &Arc<C>, load: Load, time: Duration) -> Result<u64> {
    let over = Arc::new(AtomicBool::new(false));
    let in_flight = match load {
        Load::Calls(in_flight) | Load::Pages(in_flight) => in_flight,
        _ => 1,
    };
    let mut workers = JoinSet::new();
    for number in 0..in_flight {
        let (client, over) = (Arc::clone(client), Arc::clone(&over));
        workers.spawn(async move {
            let mut done = 0;
            while !over.load(Ordering::Relaxed) {
                match load {
                    Load::Calls(_) => client.call(number).await?,
                    Load::Pages(_) => client.page().await?,
                    Load::Answers { change, delta } => client.answer(change, delta).await?,
                    Load::Keep(..) => bail!("this client keeps nothing"),
                }
                done += 1;
            }
            anyhow::Ok(done)
        });
    }
    tokio::time::sleep(time).await;
    over.store(true, Ordering::Relaxed);
    let mut done = 0;
    while let Some(worker) = workers.join_next().await {
        done += worker??;
    }
    Ok(done)
}
