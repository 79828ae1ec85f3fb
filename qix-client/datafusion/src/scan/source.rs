//! A scan in a plan of DataFusion.
//!
//! A scan is a file scan with virtual files, one for each range of rows. Schedulers of clusters know file scans: they
//! give each task some of the files. They do not know plans of other crates, and would run all of their partitions in
//! each task.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::datasource::listing::{FileRange, PartitionedFile};
use datafusion::datasource::physical_plan::{
    FileGroup, FileOpenFuture, FileOpener, FileScanConfig, FileScanConfigBuilder, FileSource,
};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::object_store::ObjectStore;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::metrics::ExecutionPlanMetricsSet;
use datafusion::physical_plan::{DisplayFormatType, ExecutionPlan};
use futures_util::stream::BoxStream;
use futures_util::{FutureExt, StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{Scan, definition};
use crate::engine::Engine;

/// Rows of a scan.
pub(crate) type Batches = BoxStream<'static, Result<RecordBatch>>;

/// The scan in a plan of DataFusion.
#[derive(Clone)]
pub(crate) struct Source {
    pub(crate) engine: Arc<Engine>,
    pub(crate) scan: Arc<Scan>,
    schema: TableSchema,
    metrics: ExecutionPlanMetricsSet,
}

impl Source {
    pub(crate) fn new(engine: Arc<Engine>, scan: Scan) -> Self {
        let schema = TableSchema::from(scan.schema());
        Self { engine, scan: Arc::new(scan), schema, metrics: ExecutionPlanMetricsSet::new() }
    }

    /// The plan that reads some parts in each partition.
    pub(crate) fn plan(
        self,
        partitions: impl IntoIterator<Item = Vec<Part>>,
        limit: Option<usize>,
    ) -> Arc<dyn ExecutionPlan> {
        let statistics = self.scan.statistics();
        let group = |parts: Vec<Part>| FileGroup::new(parts.into_iter().map(file).collect());
        let groups = partitions.into_iter().map(group).collect();
        // Every runtime knows the local file system. Nothing is read from it.
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), Arc::new(self))
            .with_file_groups(groups)
            .with_statistics(statistics)
            .with_limit(limit)
            .build();
        DataSourceExec::from_data_source(config)
    }
}

/// Rows of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// The position of the table, if the scan has several.
    pub(crate) table: usize,
    pub(crate) rows: Range<u64>,
}

/// The virtual file for a part.
fn file(part: Part) -> PartitionedFile {
    let mut file = PartitionedFile::new(part.table.to_string(), part.rows.end - part.rows.start);
    file.range = Some(FileRange { start: part.rows.start as i64, end: part.rows.end as i64 });
    file
}

/// The part that a virtual file is.
pub(crate) fn part(file: &PartitionedFile) -> Result<Part> {
    let table = file.path().as_ref().parse().ok();
    let rows = file.range.as_ref().map(|range| range.start as u64..range.end as u64);
    let part = table.zip(rows).map(|(table, rows)| Part { table, rows });
    part.ok_or_else(|| DataFusionError::Internal(format!("`{}` is not a part of a scan", file.path())))
}

impl FileSource for Source {
    fn create_file_opener(
        &self,
        _: Arc<dyn ObjectStore>,
        config: &FileScanConfig,
        _: usize,
    ) -> Result<Arc<dyn FileOpener>> {
        let (engine, scan) = (Arc::clone(&self.engine), Arc::clone(&self.scan));
        Ok(Arc::new(Opener { engine, scan, limit: config.limit }))
    }

    fn table_schema(&self) -> &TableSchema {
        &self.schema
    }

    fn with_batch_size(&self, _: usize) -> Arc<dyn FileSource> {
        // A batch is a page.
        Arc::new(self.clone())
    }

    fn metrics(&self) -> &ExecutionPlanMetricsSet {
        &self.metrics
    }

    fn file_type(&self) -> &str {
        "qix"
    }

    fn fmt_extra(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, ", engine={}, app={}, {}", self.engine.name(), self.scan.app(), self.scan)
    }

    fn supports_repartitioning(&self) -> bool {
        false
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
}

/// Reads the range of rows that a virtual file is.
struct Opener {
    engine: Arc<Engine>,
    scan: Arc<Scan>,
    limit: Option<usize>,
}

impl FileOpener for Opener {
    fn open(&self, file: PartitionedFile) -> Result<FileOpenFuture> {
        let (engine, scan, limit) = (Arc::clone(&self.engine), Arc::clone(&self.scan), self.limit);
        let part = part(&file)?;
        let reading = async move {
            Ok(match &*scan {
                Scan::Table(scan) => scan.read(engine, part.rows, limit).await?,
                Scan::Cube(scan) => all(definition::read(&engine, scan, limit).await?),
                #[cfg(feature = "export")]
                Scan::Export(scan) => all(vec![scan.write(engine, part).await?]),
            })
        };
        Ok(reading.boxed())
    }
}

/// A stream of batches.
pub(super) fn all(batches: Vec<RecordBatch>) -> Batches {
    stream::iter(batches.into_iter().map(Ok)).boxed()
}
