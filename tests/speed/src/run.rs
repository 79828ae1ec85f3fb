//! Runs the measurement: a server, and clients that take turns.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::ValueEnum;

use crate::clients::Name;
use crate::gauge::{Figures, Report};
use crate::workload::{Change, Kept, Workload};

/// The results, in display order.
pub(crate) type Results = Vec<(Name, Workload, Figures)>;

const CALLS: [Name; 6] = [Name::Bare, Name::Before, Name::Qix, Name::Jsonrpsee, Name::Enigma, Name::QlikApi];
const PAGES: [Name; 11] = [
    Name::Bare,
    Name::BareThreads,
    Name::BeforeRows,
    Name::QixRows,
    Name::QixRowsThreads,
    Name::Qix,
    Name::QixValue,
    Name::Jsonrpsee,
    Name::JsonrpseeValue,
    Name::Enigma,
    Name::QlikApi,
];

const EXPORTS: [Name; 4] = [Name::Qix, Name::QixParquet, Name::Enigma, Name::QlikApi];

/// Numbers of small calls in flight.
pub(crate) const IN_FLIGHT: [u32; 3] = [1, 64, 1000];

/// Number of pages in flight: as many as a row stream fetches.
const PAGES_IN_FLIGHT: u32 = 4;

/// What to measure.
pub(crate) struct Options {
    pub(crate) rounds: usize,
    pub(crate) seconds: f64,
    /// Whether a client that is not available is an error.
    pub(crate) all: bool,
    /// Whether to skip other clients.
    pub(crate) ours: bool,
    /// Another build of this program, whose client is measured too.
    pub(crate) beside: Option<PathBuf>,
}

/// Memory of sessions without calls, in bytes each, of this build and of another one.
pub(crate) fn idle(sessions: u32, beside: Option<&Path>) -> Result<Vec<(Name, f64)>> {
    let server = Server::start()?;
    let names = beside.map(|_| Name::Before).into_iter().chain([Name::Qix]);
    names
        .map(|name| {
            let report = take_turn(name, Workload::Keep(Kept::Sessions, sessions), &server.url, 0.0, beside)?;
            ensure!(report.done == u64::from(sessions), "only {} sessions were opened", report.done);
            let memory = report.memory.context("the system does not tell the memory of a process")?;
            Ok((name, memory.now as f64 * 1024.0 / f64::from(sessions)))
        })
        .collect()
}

/// Runs the turns of all clients; returns the medians.
pub(crate) fn run(options: &Options) -> Result<Results> {
    let &Options { rounds, seconds, all, ours, .. } = options;
    let server = Server::start()?;
    let obstacle = if ours { None } else { obstacle() };
    if let Some(obstacle) = &obstacle {
        ensure!(!all, "{obstacle}");
        eprintln!("skipped, JavaScript clients: {obstacle}");
    }
    let mut turns = plan(seconds);
    turns.retain(|(name, _)| obstacle.is_none() || name.script().is_none());
    turns.retain(|(name, _)| !ours || name.is_ours());
    turns.retain(|(name, _)| options.beside.is_some() || name.in_other_build().is_none());
    let mut reports = vec![Vec::new(); turns.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}, {} turns", turns.len());
        for (at, (name, workload)) in turns.iter().enumerate() {
            let report = take_turn(*name, *workload, &server.url, seconds, options.beside.as_deref());
            reports[at].push(report.with_context(|| format!("{}, {workload:?}", name.title()))?);
        }
    }
    Ok(turns
        .into_iter()
        .zip(reports)
        .map(|((name, workload), reports)| (name, workload, Figures::new(&reports)))
        .collect())
}

/// The schedule of clients and workloads.
fn plan(seconds: f64) -> Vec<(Name, Workload)> {
    let calls = IN_FLIGHT.into_iter().flat_map(|number| CALLS.map(|name| (name, Workload::Calls(number))));
    let pages = PAGES.map(|name| (name, Workload::Pages(PAGES_IN_FLIGHT)));
    let answers = Change::ALL
        .into_iter()
        .flat_map(|change| [false, true].map(|delta| (Name::Qix, Workload::Answers { change, delta })));
    let rows = (1_000_000.0 * seconds.min(1.0)) as u32;
    let exports = EXPORTS.map(|name| (name, Workload::Export(rows)));
    let kept = [(Kept::Sessions, 500.0), (Kept::Objects, 50_000.0), (Kept::Calls, 50_000.0)];
    let kept = kept.map(|(kept, many)| (Name::Qix, Workload::Keep(kept, (many * seconds.min(1.0)) as u32)));
    calls.chain(pages).chain(exports).chain(answers).chain(kept).collect()
}

/// Why JavaScript clients are not available, if so.
pub(crate) fn obstacle() -> Option<String> {
    match Command::new("node").arg("--version").output() {
        Ok(output) if output.status.success() => {}
        _ => return Some("Node.js is not installed".to_owned()),
    }
    let peers = peers();
    (!peers.join("node_modules/@qlik/api").exists()).then(|| format!("run `npm ci` in {}", peers.display()))
}

pub(crate) fn peers() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

fn take_turn(name: Name, workload: Workload, url: &str, seconds: f64, beside: Option<&Path>) -> Result<Report> {
    let mut command = match (name.script(), name.in_other_build().zip(beside)) {
        (Some(script), _) => {
            let mut node = Command::new("node");
            node.arg(peers().join(script));
            node
        }
        (None, Some((name, program))) => turn(program, name),
        (None, None) => turn(&std::env::current_exe()?, name),
    };
    command.arg(serde_json::to_string(&workload)?).arg(url).arg(seconds.to_string());
    let output = command.output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    let report: Report = serde_json::from_slice(&output.stdout)?;
    ensure!(report.done > 0, "nothing was done");
    Ok(report)
}

/// A turn of a Rust client.
fn turn(program: &Path, name: Name) -> Command {
    let mut command = Command::new(program);
    command.arg("turn").args(name.to_possible_value().map(|name| name.get_name().to_owned()));
    command
}

/// The server process, which ends with this process.
pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
}

impl Server {
    pub(crate) fn start() -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut process = command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        if let Some(out) = process.stdout.take() {
            BufReader::new(out).read_line(&mut url)?;
        }
        Ok(Self { process, url: url.trim().to_owned() })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It runs until its standard input is closed.
        drop(self.process.stdin.take());
        self.process.wait().ok();
    }
}
