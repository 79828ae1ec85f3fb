//! What is sent to other machines: names, conditions, and ranges of rows. Never an address or a credential.

use std::sync::Arc;

use datafusion::error::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::Expr;
use datafusion_proto::bytes::Serializeable;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::export::ExportScan;
use crate::model::Table;
use crate::scan::{CubeScan, Part, Read, Scan, Selection, TableScan};

/// A table of a logical plan.
#[derive(Serialize, Deserialize)]
pub(super) struct TableMessage {
    pub(super) engine: String,
    pub(super) table: TableKind,
}

#[derive(Serialize, Deserialize)]
pub(super) enum TableKind {
    Table(Table),
    Grouped(TableScanMessage),
    Cube(CubeScan),
    Export(ExportScan),
}

/// A scan of a physical plan.
#[derive(Serialize, Deserialize)]
pub(super) struct SourceMessage {
    pub(super) engine: String,
    pub(super) scan: ScanMessage,
    /// The parts of each partition.
    pub(super) partitions: Vec<Vec<Part>>,
    pub(super) limit: Option<usize>,
}

#[derive(Serialize, Deserialize)]
pub(super) enum ScanMessage {
    Table(TableScanMessage),
    Cube(CubeScan),
    Export(ExportScan),
}

#[derive(Serialize, Deserialize)]
pub(super) struct TableScanMessage {
    table: Table,
    columns: Vec<usize>,
    read: Read,
    /// Columns and conditions, as DataFusion encodes expressions.
    selections: Vec<(usize, Vec<u8>)>,
}

impl TableScanMessage {
    pub(super) fn new(scan: &TableScan) -> Result<Self> {
        let selections = scan.selections.iter();
        let selections = selections.map(|own| Ok((own.column, own.condition.to_bytes()?.to_vec())));
        Ok(Self {
            table: scan.table.as_ref().clone(),
            columns: scan.columns.to_vec(),
            read: scan.read.clone(),
            selections: selections.collect::<Result<_>>()?,
        })
    }

    pub(super) fn scan(self, context: &TaskContext) -> Result<TableScan> {
        let selections = self.selections.into_iter().map(|(column, condition)| {
            Ok(Selection { column, condition: Expr::from_bytes_with_ctx(&condition, context)? })
        });
        Ok(TableScan {
            table: Arc::new(self.table),
            columns: self.columns.into(),
            read: self.read,
            selections: selections.collect::<Result<_>>()?,
        })
    }
}

impl ScanMessage {
    pub(super) fn new(scan: &Scan) -> Result<Self> {
        Ok(match scan {
            Scan::Table(scan) => Self::Table(TableScanMessage::new(scan)?),
            Scan::Cube(scan) => Self::Cube(scan.clone()),
            Scan::Export(scan) => Self::Export(scan.clone()),
        })
    }

    pub(super) fn scan(self, context: &TaskContext) -> Result<Scan> {
        Ok(match self {
            Self::Table(scan) => Scan::Table(scan.scan(context)?),
            Self::Cube(scan) => Scan::Cube(scan),
            Self::Export(scan) => Scan::Export(scan),
        })
    }
}

/// The beginning of our messages, which distinguishes them from those of other crates.
const MARK: &[u8] = b"qix-datafusion 1\n";

pub(super) fn encode(message: &impl Serialize, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.extend_from_slice(MARK);
    serde_json::to_writer(buffer, message).map_err(|error| DataFusionError::External(Box::new(error)))
}

/// The message, unless it is of another crate.
pub(super) fn decode<T: DeserializeOwned>(buffer: &[u8]) -> Result<Option<T>> {
    let Some(text) = buffer.strip_prefix(MARK) else { return Ok(None) };
    let decoded = serde_json::from_slice(text);
    decoded.map(Some).map_err(|error| DataFusionError::External(Box::new(error)))
}
