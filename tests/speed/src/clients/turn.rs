//! A turn of a client, shared by all Rust clients.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use tokio::task::JoinSet;

use crate::gauge::{Gauge, Memory, Report};
use crate::workload::{Change, Workload};

/// The operations to measure. Each fails unless the response is correct.
pub(super) trait Client: Send + Sync + 'static {
    /// A small call that returns a number.
    fn call(&self, number: u32) -> impl Future<Output = Result<()>> + Send;

    /// A page of 10,000 cells.
    fn page(&self) -> impl Future<Output = Result<()>> + Send;

    /// The next of two alternating responses.
    fn answer(&self, change: Change, delta: bool) -> impl Future<Output = Result<()>> + Send;
}

/// Connects and runs a turn, after a warm-up of half its duration.
pub(super) async fn turn<C: Client>(
    connect: impl Future<Output = Result<C>>,
    workload: Workload,
    time: Duration,
) -> Result<Report> {
    let before = Memory::get();
    let client = Arc::new(connect.await?);
    work(&client, workload, time / 2).await?;
    let gauge = Gauge::start();
    let done = work(&client, workload, time).await?;
    Ok(gauge.report(done, before))
}

/// Keeps a client busy for a given time; returns the number of operations.
async fn work<C: Client>(client: &Arc<C>, workload: Workload, time: Duration) -> Result<u64> {
    let over = Arc::new(AtomicBool::new(false));
    let in_flight = match workload {
        Workload::Calls(in_flight) | Workload::Pages(in_flight) => in_flight,
        _ => 1,
    };
    let mut workers = JoinSet::new();
    for number in 0..in_flight {
        let (client, over) = (Arc::clone(client), Arc::clone(&over));
        workers.spawn(async move {
            let mut done = 0;
            while !over.load(Ordering::Relaxed) {
                match workload {
                    Workload::Calls(_) => client.call(number).await?,
                    Workload::Pages(_) => client.page().await?,
                    Workload::Answers { change, delta } => client.answer(change, delta).await?,
                    Workload::Export(_) | Workload::Keep(..) => bail!("this client does not support this workload"),
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
