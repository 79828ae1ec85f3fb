//! Memory use of sessions, objects, and pending calls.

use anyhow::{Result, ensure};
use qix_client::prelude::*;
use tokio::task::JoinSet;

use crate::gauge::{Gauge, Memory, Report};
use crate::workload::Kept;

/// Creates a number of things and keeps them. The report contains their memory use.
pub(super) async fn keep(url: &str, kept: Kept, count: u32) -> Result<Report> {
    // Excludes what is needed only once.
    let session = Session::connect(url).await?;
    let doc = session.open_doc("speed").await?;
    doc.get_object("1000").await?;
    let gauge = Gauge::start();
    let before = Memory::get();
    let report = match kept {
        Kept::Sessions => {
            let mut sessions = Vec::new();
            for _ in 0..count {
                sessions.push(Session::connect(url).await?);
            }
            gauge.report(sessions.len() as u64, before)
        }
        Kept::Objects => {
            let mut objects = Vec::new();
            for number in 0..count {
                objects.push(doc.get_object(&(2000 + number).to_string()).await?);
            }
            ensure!(session.open_handles() > objects.len());
            gauge.report(objects.len() as u64, before)
        }
        Kept::Calls => {
            let mut calls = JoinSet::new();
            for _ in 0..count {
                let doc = doc.clone();
                calls.spawn(async move { doc.do_reload().await });
            }
            while session.calls_in_flight() < count as usize {
                tokio::task::yield_now().await;
            }
            gauge.report(count.into(), before)
        }
    };
    Ok(report)
}
