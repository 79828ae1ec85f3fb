//! Measures the cost of a turn.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// The report of a client, as a line of JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Number of successful operations.
    pub(crate) done: u64,
    /// Elapsed time.
    pub(crate) seconds: f64,
    /// CPU time of this process.
    pub(crate) cpu: Option<f64>,
    /// Memory of the process, in KiB.
    pub(crate) memory: Option<Memory>,
}

/// Memory of a process, in KiB.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) peak: u64,
}

impl Memory {
    /// The memory of this process, on Linux only.
    pub(crate) fn get() -> Option<Self> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let member =
            |name| status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok();
        Some(Self { now: member("VmRSS:")?, peak: member("VmHWM:")? })
    }
}

/// Measures from its creation.
pub(crate) struct Gauge {
    began: Instant,
    cpu: Option<f64>,
}

impl Gauge {
    pub(crate) fn start() -> Self {
        Self { began: Instant::now(), cpu: cpu() }
    }

    /// The measurements. `memory` is the memory in use before the client.
    pub(crate) fn report(&self, done: u64, before: Option<Memory>) -> Report {
        let memory = Memory::get().zip(before);
        Report {
            done,
            seconds: self.began.elapsed().as_secs_f64(),
            cpu: cpu().zip(self.cpu).map(|(now, then)| now - then),
            memory: memory.map(|(after, before)| Memory {
                now: after.now.saturating_sub(before.now),
                peak: after.peak.saturating_sub(before.now),
            }),
        }
    }
}

/// The medians of a client's turns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    /// Operations per second.
    pub(crate) rate: f64,
    /// CPU time per operation, in microseconds.
    pub(crate) cpu: Option<f64>,
    /// Memory at the end, in KiB.
    pub(crate) memory: Option<f64>,
    /// Peak memory, in KiB.
    pub(crate) peak: Option<f64>,
}

impl Figures {
    pub(crate) fn new(reports: &[Report]) -> Self {
        let of = |figure: &dyn Fn(&Report) -> Option<f64>| median(reports.iter().filter_map(figure).collect());
        Self {
            rate: of(&|report| Some(report.done as f64 / report.seconds)).unwrap_or_default(),
            cpu: of(&|report| Some(report.cpu? * 1e6 / report.done as f64)),
            memory: of(&|report| Some(report.memory?.now as f64)),
            peak: of(&|report| Some(report.memory?.peak as f64)),
        }
    }
}

pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        length if length % 2 == 0 => Some(f64::midpoint(values[middle - 1], values[middle])),
        _ => Some(values[middle]),
    }
}

/// CPU time of the threads of this process in seconds, if available.
fn cpu() -> Option<f64> {
    let mut nanoseconds = 0;
    for thread in std::fs::read_dir("/proc/self/task").ok()? {
        let times = std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
        nanoseconds += times.split_whitespace().next()?.parse::<u64>().ok()?;
    }
    Some(Duration::from_nanos(nanoseconds).as_secs_f64())
}
