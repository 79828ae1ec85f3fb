//! The clients to measure.

mod bare;
mod export;
mod jsonrpsee;
mod keep;
mod qix;
mod turn;

use std::time::Duration;

use anyhow::{Result, bail};
use tokio::runtime::Builder;

use crate::gauge::Report;
use crate::workload::{Change, Workload};

/// A client, and how it decodes pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Name {
    Bare,
    /// In a runtime with several threads, like the programs of most users.
    BareThreads,
    /// Another build of this client; see [`Options::beside`](crate::run::Options).
    Before,
    BeforeRows,
    Qix,
    QixRows,
    /// In a runtime with several threads.
    QixRowsThreads,
    QixValue,
    QixParquet,
    Jsonrpsee,
    JsonrpseeValue,
    Enigma,
    QlikApi,
}

impl Name {
    /// The name in tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Bare => "tokio-tungstenite alone",
            Self::BareThreads => "tokio-tungstenite alone, threads",
            Self::Before => "qix-client, before",
            Self::BeforeRows => "qix-client, rows, before",
            Self::Qix => "qix-client",
            Self::QixRows => "qix-client, rows",
            Self::QixRowsThreads => "qix-client, rows, threads",
            Self::QixValue => "qix-client, Value",
            Self::QixParquet => "qix-client, into Parquet",
            Self::Jsonrpsee => "jsonrpsee",
            Self::JsonrpseeValue => "jsonrpsee, Value",
            Self::Enigma => "enigma.js",
            Self::QlikApi => "@qlik/api",
        }
    }

    /// The name in another build of this program, if its client is measured.
    pub(crate) fn in_other_build(self) -> Option<Self> {
        match self {
            Self::Before => Some(Self::Qix),
            Self::BeforeRows => Some(Self::QixRows),
            _ => None,
        }
    }

    /// Whether it is this client, or the bare socket that it is measured against.
    pub(crate) fn is_ours(self) -> bool {
        self.script().is_none() && !matches!(self, Self::Jsonrpsee | Self::JsonrpseeValue | Self::QixParquet)
    }

    /// Whether its runtime has several threads, so that reading and decoding overlap.
    fn has_threads(self) -> bool {
        matches!(self, Self::BareThreads | Self::QixRowsThreads)
    }

    /// The script of a JavaScript client.
    pub(crate) fn script(self) -> Option<&'static str> {
        match self {
            Self::Enigma => Some("enigma.mjs"),
            Self::QlikApi => Some("qlik-api.mjs"),
            _ => None,
        }
    }
}

/// Runs a turn in this process, and prints the result to standard output.
pub(crate) fn take_turn(name: Name, workload: Workload, url: String, time: Duration) -> Result<()> {
    let report = if name.has_threads() {
        let runtime = Builder::new_multi_thread().enable_all().build()?;
        // The thread that starts a runtime is not one of its own.
        runtime.block_on(async { tokio::spawn(async move { turn(name, workload, &url, time).await }).await? })?
    } else {
        Builder::new_current_thread().enable_all().build()?.block_on(turn(name, workload, &url, time))?
    };
    println!("{}", serde_json::to_string(&report)?);
    Ok(())
}

async fn turn(name: Name, workload: Workload, url: &str, time: Duration) -> Result<Report> {
    let object = match workload {
        Workload::Answers { change, .. } => change,
        _ => Change::Page,
    };
    match (name, workload) {
        (Name::Qix, Workload::Keep(kept, count)) => keep::keep(url, kept, count).await,
        (Name::Qix, Workload::Export(rows)) => export::export(url, rows, false).await,
        (Name::QixParquet, Workload::Export(rows)) => export::export(url, rows, true).await,
        (Name::QixParquet, _) => bail!("{name:?} only exports"),
        (Name::Bare | Name::BareThreads, workload) => bare::turn(url, workload, time).await,
        (Name::Qix, workload) => turn::turn(qix::connect(url, qix::Pages::Types, object), workload, time).await,
        (Name::QixRows | Name::QixRowsThreads, workload) => {
            turn::turn(qix::connect(url, qix::Pages::Rows, object), workload, time).await
        }
        (Name::QixValue, workload) => turn::turn(qix::connect(url, qix::Pages::Value, object), workload, time).await,
        (Name::Jsonrpsee, workload) => turn::turn(jsonrpsee::connect(url, false), workload, time).await,
        (Name::JsonrpseeValue, workload) => turn::turn(jsonrpsee::connect(url, true), workload, time).await,
        (Name::Before | Name::BeforeRows, _) => bail!("{name:?} is a client of another build"),
        (Name::Enigma | Name::QlikApi, _) => bail!("{name:?} is not a Rust client"),
    }
}
