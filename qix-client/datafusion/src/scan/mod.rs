//! What is read from the engine, as a plan that can run on another machine.

mod cube;
mod definition;
mod of_table;
mod rows;
mod select;
mod source;
mod values;

use std::fmt;

use datafusion::arrow::datatypes::SchemaRef;
use datafusion::common::Statistics;

pub(crate) use self::definition::CubeScan;
pub(crate) use self::of_table::{Grouped, Measure, Read, Selection, TableScan};
pub(crate) use self::select::selected_column;
#[cfg(feature = "export")]
pub(crate) use self::source::Part;
pub(crate) use self::source::Source;
#[cfg(feature = "cluster")]
pub(crate) use self::source::part;
#[cfg(feature = "export")]
use crate::export::ExportScan;

/// What is read.
#[derive(Clone, Debug)]
pub(crate) enum Scan {
    /// A table of a data model.
    Table(TableScan),
    /// A cube that the program has defined.
    Cube(CubeScan),
    /// Files that are written where the scan runs.
    #[cfg(feature = "export")]
    Export(ExportScan),
}

impl Scan {
    pub(crate) fn app(&self) -> &str {
        match self {
            Self::Table(scan) => &scan.table.app,
            Self::Cube(scan) => &scan.app,
            #[cfg(feature = "export")]
            Self::Export(scan) => scan.app(),
        }
    }

    pub(crate) fn schema(&self) -> SchemaRef {
        match self {
            Self::Table(scan) => scan.schema(),
            Self::Cube(scan) => scan.schema(),
            #[cfg(feature = "export")]
            Self::Export(_) => ExportScan::schema(),
        }
    }

    pub(crate) fn statistics(&self) -> Statistics {
        match self {
            Self::Table(scan) => scan.statistics(),
            _ => Statistics::new_unknown(&self.schema()),
        }
    }
}

impl fmt::Display for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(scan) => scan.fmt(f),
            Self::Cube(scan) => scan.fmt(f),
            #[cfg(feature = "export")]
            Self::Export(scan) => scan.fmt(f),
        }
    }
}
